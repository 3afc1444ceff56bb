"""``handrail agreement list``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    *,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only those that wait for somebody.")
    ] = False,
) -> None:
    """List every registered document: where its agreement is, and what is in force."""
    session = Session.of(ctx)
    with session.engine() as engine:
        rows, lessons = engine.charter.list(), engine.charter.unanswered()
    if waiting:
        rows = [row for row in rows if row["waits_for"]]
    if session.json:
        out.emit({"agreements": rows, "lessons": lessons})
        return
    from handrail.cli.render.agreement import agreements, unanswered  # noqa: PLC0415 - JSON needs none

    if rows:
        out.page(agreements(rows, session))
    else:
        out.message(session.say("nothing waits for anybody"))
    if lessons:
        out.page(unanswered(lessons, session))
