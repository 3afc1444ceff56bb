"""``handrail show``."""

from __future__ import annotations

import typer

from handrail.cli import out
from handrail.cli.params import Incident, full_id
from handrail.cli.session import Session


def command(ctx: typer.Context, incident: Incident) -> None:
    """Show an incident: where it stands, what is known, who acted, what is due."""
    from handrail.engine.custody.hold import held  # noqa: PLC0415 - help needs none

    session = Session.of(ctx)
    with session.engine() as engine:
        case = full_id(incident)
        view = engine.view(case)
        with engine.reading() as reader:
            view["held"] = held(reader, case)
    if session.json:
        out.emit(view)
        return
    from handrail.cli.render.whole import whole  # noqa: PLC0415 - JSON needs none
    from handrail.engine.clock import SystemClock  # noqa: PLC0415 - the same

    out.page(whole(view, session, SystemClock().now()))
