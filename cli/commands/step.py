"""``handrail step``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli.params import Given, Incident, Occurred, Run, StepId, full_id, pairs
from handrail.cli.present import changed
from handrail.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping


def command(
    ctx: typer.Context,
    incident: Incident,
    step: StepId,
    given: Given = None,
    *,
    note: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A remark, kept with the step.")
    ] = None,
    occurred: Occurred = None,
    run: Run = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen; record nothing.")
    ] = False,
    if_version: Annotated[
        int | None,
        typer.Option(metavar="N", help="Only if the incident still has this version."),
    ] = None,
) -> None:
    """Take a step. At a terminal, what it wants to know and was not given is asked."""
    session, incident = Session.of(ctx), full_id(incident)
    facts = pairs(given)
    with session.engine() as engine:
        take = partial(
            engine.step, incident, step,
            run=run, note=note, occurred=occurred, dry_run=dry_run, if_version=if_version,
        )  # fmt: skip
        if session.may_ask:
            from handrail.cli.ask import answered, questions_of  # noqa: PLC0415 - at a terminal only

            rows = questions_of(engine.view(incident), step, run)
            view = answered(session, rows, facts, take)
        else:
            view = take(facts)
    changed(session, view, _done(session, view, step, dry_run=dry_run))


def _done(session: Session, view: Mapping[str, Any], step: str, *, dry_run: bool) -> str:
    if dry_run:
        return session.say("{step}: possible; nothing was recorded (--dry-run)", step=step)
    if any(row["step"] == step for row in view["pending"]):
        return session.say("{step}: begun; a second person must confirm it", step=step)
    return session.say("{step}: done", step=step)
