"""``handrail fact``."""

from __future__ import annotations

import typer

from handrail.cli.params import Given, Incident, Run, full_id, pairs
from handrail.cli.present import changed
from handrail.cli.session import Session
from handrail.engine.errors import UsageError


def command(
    ctx: typer.Context, incident: Incident, given: Given = None, *, run: Run = None
) -> None:
    """Record what is known, without taking a step."""
    session, facts = Session.of(ctx), pairs(given)
    if not facts:
        raise UsageError("{name} is missing", name="FACT=VALUE")
    with session.engine() as engine:
        view = engine.fact(full_id(incident), facts, run=run)
    changed(session, view, session.say("recorded: {facts}", facts=", ".join(facts)))
