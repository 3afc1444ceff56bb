"""``handrail deviate``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from handrail.cli import complete
from handrail.cli.ask import agreed
from handrail.cli.params import Incident, Run, full_id
from handrail.cli.present import changed
from handrail.cli.session import Session
from handrail.engine.errors import HandrailError


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
    with session.engine() as engine:
        leave = partial(engine.deviate, full_id(incident), to, why, run=run)
        if session.may_ask and not session.yes and _is_allowed(leave):
            question = session.say("Leave the protocol and go to {state}?", state=to)
            if not agreed(session, question):
                raise typer.Exit(1)
        view = leave()
    changed(session, view, session.say("deviated to {state}", state=to))


def _is_allowed(leave: Callable[..., object]) -> bool:
    """Decide it dry: nobody is asked about what is refused, and told (and recorded) after."""
    try:
        leave(dry_run=True)
    except HandrailError:
        return False
    return True
