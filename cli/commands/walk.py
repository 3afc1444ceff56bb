"""``handrail walk``."""

from __future__ import annotations

import typer

from handrail.cli.params import IncidentOrLatest, full_id
from handrail.cli.session import Session
from handrail.engine.errors import UsageError


def command(ctx: typer.Context, incident: IncidentOrLatest = None) -> None:
    """Be guided through an incident, one screen a state. Leave with q, come back any time."""
    session = Session.of(ctx)
    if session.json or session.no_input:
        raise UsageError("walk is a dialogue: use next and step instead")
    from handrail.cli.walking import Walk  # noqa: PLC0415 - refused before it is needed

    with session.engine() as engine:
        chosen = full_id(incident) if incident else engine.latest_open()
        Walk(session, engine, chosen).go()
