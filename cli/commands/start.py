"""``handrail start``."""

from __future__ import annotations

import typer

from handrail.cli.params import Incident, ProtocolId, full_id
from handrail.cli.present import changed
from handrail.cli.session import Session


def command(ctx: typer.Context, incident: Incident, protocol: ProtocolId) -> None:
    """Start a further protocol in the same incident."""
    session = Session.of(ctx)
    with session.engine() as engine:
        view = engine.start(full_id(incident), protocol)
    changed(session, view, session.say("{protocol}: started", protocol=protocol))
