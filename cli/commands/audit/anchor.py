"""``handrail audit anchor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.cli.page import Line
    from handrail.engine.anchoring import Anchored


def command(ctx: typer.Context) -> None:
    """Sign the head of the log, and put it where handrail.yaml says, and on this computer.

    One that fails stops no other; the exit code is 1 then.
    """
    session = Session.of(ctx)
    with session.engine() as engine:
        came = engine.anchor()
    if session.json:
        out.emit({"size": came[0].size, "anchors": [_row(one, session) for one in came]})
    else:
        out.page(_page(came, session))
    if any(one.problem for one in came):
        raise typer.Exit(1)


def _row(one: Anchored, session: Session) -> dict[str, str | None]:
    problem = None if one.problem is None else one.problem.words(session.lang)
    return {"anchor": one.place, "problem": problem}


def _page(came: list[Anchored], session: Session) -> Iterator[Line]:
    for one in came:
        if one.problem is None:
            told = session.say("checkpoint of {size} records", size=one.size)
            yield line(span("ok ", "good"), span(one.place, "strong"), f"  {told}", hang=3)
        else:
            told = one.problem.words(session.lang)
            yield line(span("X  ", "alarm"), span(one.place, "strong"), f"  {told}", hang=3)
