"""``handrail audit log``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import complete, out
from handrail.cli.params import full_id
from handrail.cli.session import Session
from handrail.cli.when import recorded_at
from handrail.engine.errors import NotFoundError

if TYPE_CHECKING:
    from handrail.engine.store.base import Reader

LOG = "LOG"  # the log's own case: it is there even while it is empty


def command(  # each option is a column that the log is filtered by
    ctx: typer.Context,
    *,
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
    last: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only the last N of them.")
    ] = None,
) -> None:
    """List records in the order of the log; with --json one a line, as they are stored."""
    from handrail.engine.audit.log import rows  # noqa: PLC0415 - help needs none
    from handrail.engine.store.rows import Filter  # noqa: PLC0415 - the same

    session = Session.of(ctx)
    which = Filter(
        case=full_id(case) if case else None, actor=by, protocol=protocol, type=kind,
        since=recorded_at(since), until=recorded_at(until), drill=drill,
    )  # fmt: skip
    with session.engine() as engine, engine.reading() as reader:
        _check(reader, which.case, kind)
        found = rows(reader, which, newest_first=last is not None, limit=last)
        for row in reversed(list(found)) if last is not None else found:
            _print(session, row)


def _check(reader: Reader, case: str | None, kind: str | None) -> None:
    """Refuse a case and a type that are none: an empty answer would look like a good one."""
    if kind is not None and kind not in (types := _types()):
        raise NotFoundError("type of record", kind, types)
    if case is None or case == LOG or reader.case_head(case).cseq:
        return
    if case.startswith("DOC-"):
        raise NotFoundError("document", case, {f"DOC-{row.id}" for row in reader.documents()})
    from handrail.engine.store.rows import IncidentFilter  # noqa: PLC0415 - only a mistake

    known = [row.id for row in reader.incidents(IncidentFilter(), limit=200)]
    raise NotFoundError("incident", case, known)


def _types() -> list[str]:
    from handrail.engine.documents.schemas import schema_text  # noqa: PLC0415 - only with --type

    return list(json.loads(schema_text("record"))["properties"]["type"]["enum"])


def _print(session: Session, row: dict[str, Any]) -> None:
    if session.json:
        out.data(f"{json.dumps(row, ensure_ascii=False)}\n")
        return
    from handrail.cli.render.record import headline  # noqa: PLC0415 - JSON needs none

    out.page([headline(row, session)])
