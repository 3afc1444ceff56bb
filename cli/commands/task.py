"""``handrail task``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli import complete
from handrail.cli.params import Incident, Occurred, Run, full_id
from handrail.cli.present import changed
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    incident: Incident,
    task: Annotated[
        str,
        typer.Argument(metavar="TASK", help="The task's id.", autocompletion=complete.tasks),
    ],
    *,
    skip: Annotated[
        str | None, typer.Option(metavar="REASON", help="Leave it, and say why.")
    ] = None,
    item: Annotated[
        str | None, typer.Option(metavar="ITEM", help="Which one, where a task is for each.")
    ] = None,
    run: Run = None,
    occurred: Occurred = None,
) -> None:
    """Tick a task as done, or skip it with a reason where that is allowed."""
    session = Session.of(ctx)
    with session.engine() as engine:
        view = engine.task(
            full_id(incident), task, item=item, skip=skip, run=run, occurred=occurred
        )
    done = (
        session.say("{task}: done", task=task)
        if skip is None
        else session.say("{task}: skipped", task=task)
    )
    changed(session, view, done)
