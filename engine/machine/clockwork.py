"""Deadlines that pass: each is recorded, then what it was to do is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.machine.deadlines import deadlines
from handrail.engine.machine.judge import judge
from handrail.engine.machine.rest import settle
from handrail.engine.machine.steps import take
from handrail.engine.machine.turn import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.machine.commands import Tick
    from handrail.engine.machine.deadlines import Due
    from handrail.engine.machine.state import Run
    from handrail.engine.machine.turn import Turn

__all__ = ["tick"]


def tick(turn: Turn, _command: Tick) -> None:
    """Let every deadline pass that is due, soonest first, each to rest.

    One state or task passes once in a tick: where an overdue step leads back to a state
    whose time is up already, the next tick is soon enough.
    """
    seen: set[tuple[str, str]] = set()
    while turn.case.status == "open" and (due := _next(turn, seen)) is not None:
        seen.add((due.run, due.owner))
        turn.moves = 0
        _pass(turn, due)


def _next(turn: Turn, seen: set[tuple[str, str]]) -> Due | None:
    for due in deadlines(turn.world, turn.case):
        if due.at > turn.at:
            return None
        if not due.passed and (due.run, due.owner) not in seen:
            return due
    return None


def _pass(turn: Turn, due: Due) -> None:
    overdue = due.overdue
    turn.emit(turn.deadline(due, step=overdue.step if overdue else None))
    if overdue is not None and overdue.notify is not None:
        turn.notify(due.run, overdue.notify)
    if overdue is not None and overdue.step is not None:
        _take(turn, due, overdue.step)
    settle(turn)


def _take(turn: Turn, due: Due, step: str) -> None:
    """Take the overdue step to rest; what stands in its way is recorded and stays visible.

    Not even what follows on it may undo that the deadline passed: a protocol that the step
    starts may be out of force by now, and the clock would find it due for ever.
    """
    run, before = turn.case.runs[due.run], (turn.case, turn.closing, len(turn.drafts))
    members = {"run": run.id, "step": step, "deadline": due.owner}
    try:
        _to_rest(turn, run, members)
    except RefusedError as refused:
        turn.case, turn.closing, count = before
        del turn.drafts[count:]
        reason = refused.reasons[0].record()
        turn.emit(turn.draft("step-refused", turn.engine, **members, refused=reason))


def _to_rest(turn: Turn, run: Run, members: Mapping[str, str]) -> None:
    chart = turn.chart(run)
    verdict = judge(turn.world, turn.case, run, chart, members["step"], actor=None, at=turn.at)
    if verdict.reasons:
        raise RefusedError(*verdict.reasons)
    take(turn, run, chart, verdict, turn.draft("step-taken", turn.engine, **members))
    settle(turn)
