"""``handrail audit hold``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.params import Incident, full_id
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    incident: Incident,
    *,
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason.")],
    release: Annotated[bool, typer.Option("--release", help="End the hold.")] = False,
) -> None:
    """Put an incident under a legal hold: nothing of it may be removed until that is released."""
    from handrail.engine.custody.hold import hold  # noqa: PLC0415 - help needs none

    session, case = Session.of(ctx), full_id(incident)
    with session.engine() as engine:
        row = hold(engine, case, why, release=release)
    if session.json:
        out.emit(row)
        return
    text = (
        session.say("{incident}: under a legal hold", incident=case)
        if row["held"]
        else session.say("{incident}: the legal hold has ended", incident=case)
    )
    out.page([line(span(text, "good"))])
