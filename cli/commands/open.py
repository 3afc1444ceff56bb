"""``handrail open``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli.params import Given, Occurred, ProtocolId, pairs
from handrail.cli.present import changed
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    protocol: ProtocolId,
    given: Given = None,
    *,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A few words to tell it from others.")
    ] = None,
    drill: Annotated[
        bool, typer.Option("--drill", help="An exercise: marked as one wherever it shows.")
    ] = False,
    occurred: Occurred = None,
) -> None:
    """Open an incident: its lifecycle and this protocol; say what to do now."""
    session = Session.of(ctx)
    facts = pairs(given)
    with session.engine() as engine:
        view = engine.open(protocol, facts, title=title, drill=drill, occurred=occurred)
    changed(session, view, session.say("{incident} opened", incident=view["id"]))
