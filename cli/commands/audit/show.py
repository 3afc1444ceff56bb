"""``handrail audit show``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import typer

from handrail.cli import out
from handrail.cli.params import Incident, full_id
from handrail.cli.session import Session


def command(ctx: typer.Context, incident: Incident) -> None:
    """Show one incident as it went: each record with its facts, reasons and refusals."""
    from handrail.engine.audit.asked import no_incident  # noqa: PLC0415 - help needs none
    from handrail.engine.audit.log import rows  # noqa: PLC0415 - the same
    from handrail.engine.store.rows import Filter  # noqa: PLC0415 - the same

    session, case = Session.of(ctx), full_id(incident)
    with session.engine() as engine, engine.reading() as reader:
        found = list(rows(reader, Filter(case=case), clear=True))
        if not found:
            raise no_incident(reader, case)
    _show(session, found)


def _show(session: Session, found: Iterable[dict[str, Any]]) -> None:
    from handrail.cli.render.record import details, headline  # noqa: PLC0415 - JSON needs none

    for row in found:
        if session.json:
            out.data(f"{json.dumps(row, ensure_ascii=False)}\n")
        else:
            out.page([headline(row, session, case=False), *details(row, session)])
