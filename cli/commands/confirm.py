"""``handrail confirm``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli.params import Incident, Run, StepId, full_id
from handrail.cli.present import changed
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    incident: Incident,
    step: StepId,
    *,
    no: Annotated[bool, typer.Option("--no", help="Decline: the step does not happen.")] = False,
    run: Run = None,
) -> None:
    """Say yes, as the second person, to a step that somebody else began."""
    session = Session.of(ctx)
    with session.engine() as engine:
        view = engine.confirm(full_id(incident), step, run=run, yes=not no)
    done = (
        session.say("{step}: declined", step=step)
        if no
        else session.say("{step}: confirmed", step=step)
    )
    changed(session, view, done)
