"""``handrail watch``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.page import line
from handrail.cli.session import Session
from handrail.engine.errors import UsageError


def command(
    ctx: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Look once, then end.")] = False,
) -> None:
    """Let the deadlines pass that are due: take their steps, queue their messages."""
    session = Session.of(ctx)
    if not once:
        raise UsageError("{name} is missing", name="--once")
    with session.engine() as engine:
        views = engine.tick()
    if session.json:
        for view in views:
            out.emit(view)
        return
    for view in views:
        out.page([line(session.say("{incident}: a deadline passed", incident=view["id"]))])
    if not views:
        out.message(session.say("no deadline was due"))
