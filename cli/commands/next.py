"""``handrail next``."""

from __future__ import annotations

import typer

from handrail.cli import out
from handrail.cli.params import IncidentOrLatest, full_id
from handrail.cli.present import screen
from handrail.cli.session import Session


def command(ctx: typer.Context, incident: IncidentOrLatest = None) -> None:
    """Say what to do now: guide, tasks, questions, steps; and for each that cannot be, why."""
    session = Session.of(ctx)
    with session.engine() as engine:
        view = engine.view(full_id(incident) if incident else engine.latest_open())
    if session.json:
        out.emit(view)
    else:
        screen(session, view)
