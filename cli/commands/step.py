"""``handrail step``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli.params import Given, Incident, Occurred, Run, StepId, full_id, happened, pairs
from handrail.cli.present import changed
from handrail.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping


def command(  # noqa: PLR0913 - as many parameters as the command has
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
    facts, at = pairs(given), happened(occurred)
    with session.engine() as engine:
        if session.may_ask:
            facts |= _asked(session, engine.view(incident), step, facts)
        view = engine.step(
            incident, step, facts, run=run, note=note, occurred=at,
            dry_run=dry_run, if_version=if_version,
        )  # fmt: skip
    changed(session, view, _done(session, view, step, dry_run=dry_run))


def _asked(
    session: Session, view: Mapping[str, Any], step: str, facts: Mapping[str, str]
) -> dict[str, str]:
    from handrail.cli.ask import missing  # noqa: PLC0415 - only at a terminal

    return missing(session, view, step, facts)


def _done(session: Session, view: Mapping[str, Any], step: str, *, dry_run: bool) -> str:
    if dry_run:
        return session.say("{step}: possible; nothing was recorded (--dry-run)", step=step)
    if any(row["step"] == step and row.get("pending") for row in view["steps"]):
        return session.say("{step}: begun; a second person must confirm it", step=step)
    return session.say("{step}: done", step=step)
