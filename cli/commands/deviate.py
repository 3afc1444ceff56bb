"""``handrail deviate``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli import complete
from handrail.cli.ask import agreed
from handrail.cli.params import Incident, Run, full_id
from handrail.cli.present import changed
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    incident: Incident,
    *,
    to: Annotated[
        str,
        typer.Option(metavar="STATE", help="The state to go to.", autocompletion=complete.states),
    ],
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason; a review reads it.")],
    run: Run = None,
) -> None:
    """Go to another state outside the protocol, where it allows that. It stays visible."""
    session = Session.of(ctx)
    if not agreed(session, session.say("Leave the protocol and go to {state}?", state=to)):
        raise typer.Exit(1)
    with session.engine() as engine:
        view = engine.deviate(full_id(incident), to, why, run=run)
    changed(session, view, session.say("deviated to {state}", state=to))
