"""``handrail audit export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.session import Session
from handrail.cli.which import By, Case, Drill, OfProtocol, OfType, Since, Until, which
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
    case: Case = None,
    by: By = None,
    protocol: OfProtocol = None,
    kind: OfType = None,
    since: Since = None,
    until: Until = None,
    drill: Drill = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="With the personal values; else these are left out.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write it there, a new file; else on stdout."),
    ] = None,
) -> None:
    """Write records in another form. That it was done is recorded."""
    session = Session.of(ctx)
    if session.json and output is None:
        raise UsageError("with --json, say where to write the records: --out FILE")
    chosen = which(
        case=case, by=by, protocol=protocol, kind=kind, since=since, until=until, drill=drill
    )
    row = _export(session, form, chosen, output, clear=clear)
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
        with out.new_file(output) as file:
            try:
                return export(engine, form, which, file.write, clear=clear)
            except HandrailError:
                Path(output).unlink(missing_ok=True)  # it is ours, and empty
                raise
