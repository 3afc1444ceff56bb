"""``handrail audit export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import complete, out
from handrail.cli.params import full_id
from handrail.cli.session import Session
from handrail.cli.when import recorded_at
from handrail.engine.errors import HandrailError, UsageError

if TYPE_CHECKING:
    from handrail.engine.store.rows import Filter


def command(
    ctx: typer.Context,
    *,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="jsonl (each line proves itself), csv, ocsf 1.5.0, ecs 8.17.0 or xes.",
        ),
    ] = "jsonl",
    case: Annotated[
        str | None,
        typer.Option(
            metavar="CASE",
            help="An incident, or DOC-id for a document.",
            autocompletion=complete.incidents,
        ),
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="PERSON", help="What this person did.")] = None,
    protocol: Annotated[
        str | None, typer.Option(metavar="PROTOCOL", help="Under this protocol.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Of this type, such as step-taken.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Recorded then or later: like 2026-11-21.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Recorded before that.")] = None,
    drill: Annotated[
        bool | None, typer.Option("--drill/--real", help="Only drills, or only what was real.")
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="With the personal values; else these are left out.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write it there, a new file; else on stdout."),
    ] = None,
) -> None:
    """Write records in another form. That it was done is recorded."""
    from handrail.engine.store.rows import Filter  # noqa: PLC0415 - help needs none

    session = Session.of(ctx)
    if session.json and output is None:
        raise UsageError("with --json, say where to write the records: --out FILE")
    which = Filter(
        case=full_id(case) if case else None, actor=by, protocol=protocol, type=kind,
        since=recorded_at(since), until=recorded_at(until), drill=drill,
    )  # fmt: skip
    row = _export(session, form, which, output, clear=clear)
    if session.json:
        out.emit({**row, "file": output})
    elif output is not None:
        text = session.say("{count} records: {file}", count=row["records"], file=output)
        out.message(text)


def _export(
    session: Session, form: str, which: Filter, output: str | None, *, clear: bool
) -> dict[str, Any]:
    from handrail.engine.custody.export import export  # noqa: PLC0415 - help needs none

    with session.engine() as engine:
        if output is None:
            return export(engine, form, which, out.data, clear=clear)
        try:
            with Path(output).open("x", encoding="utf-8", newline="") as file:
                return export(engine, form, which, file.write, clear=clear)
        except FileExistsError:
            raise UsageError("{file} is there already; name a new file", file=output) from None
        except HandrailError:
            Path(output).unlink(missing_ok=True)  # it is ours, and empty
            raise
