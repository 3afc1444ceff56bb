"""``handrail audit log``."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.session import Session
from handrail.cli.which import By, Case, Drill, OfProtocol, OfType, Since, Until, which

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    from handrail.engine.audit.asked import check_names  # noqa: PLC0415 - help needs none
    from handrail.engine.audit.log import rows  # noqa: PLC0415 - the same

    session = Session.of(ctx)
    chosen = which(
        case=case, by=by, protocol=protocol, kind=kind, since=since, until=until, drill=drill
    )
    with session.engine() as engine, engine.reading() as reader:
        check_names(reader, chosen)
        found = rows(reader, chosen, newest_first=last is not None, limit=last)
        _print(session, reversed(list(found)) if last is not None else iter(found))


def _print(session: Session, found: Iterator[dict[str, Any]]) -> None:
    if session.json:
        for row in found:
            out.data(f"{json.dumps(row, ensure_ascii=False)}\n")
        return
    from handrail.cli.render.record import headline  # noqa: PLC0415 - JSON needs none

    while page := [headline(row, session) for row in islice(found, PAGE)]:
        out.page(page)
