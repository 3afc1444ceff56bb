"""``handrail audit log``."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.session import Session
from handrail.cli.which import By, Case, Drill, OfProtocol, OfType, Since, Until, which
from handrail.engine.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.store.base import Reader

LOG = "LOG"  # the log's own case: it is there even while it is empty
PAGE = 200  # lines that are laid out together


def command(  # each option is a column that the log is filtered by
    ctx: typer.Context,
    *,
    case: Case = None,
    by: By = None,
    protocol: OfProtocol = None,
    kind: OfType = None,
    since: Since = None,
    until: Until = None,
    drill: Drill = None,
    last: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only the last N of them.")
    ] = None,
) -> None:
    """List records in the order of the log; with --json one a line, as they are stored."""
    from handrail.engine.audit.log import rows  # noqa: PLC0415 - help needs none

    session = Session.of(ctx)
    chosen = which(
        case=case, by=by, protocol=protocol, kind=kind, since=since, until=until, drill=drill
    )
    with session.engine() as engine, engine.reading() as reader:
        _check(reader, chosen.case, kind)
        found = rows(reader, chosen, newest_first=last is not None, limit=last)
        _print(session, reversed(list(found)) if last is not None else iter(found))


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


def _print(session: Session, found: Iterator[dict[str, Any]]) -> None:
    if session.json:
        for row in found:
            out.data(f"{json.dumps(row, ensure_ascii=False)}\n")
        return
    from handrail.cli.render.record import headline  # noqa: PLC0415 - JSON needs none

    while page := [headline(row, session) for row in islice(found, PAGE)]:
        out.page(page)
