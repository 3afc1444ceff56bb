"""Deadlines: when something is due, computed from recorded times alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.clock import parse_instant, stamp
from handrail.engine.durations import parse_duration
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.state import task_mark, task_status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from handrail.engine.machine.definition import Deadline, Overdue, State
    from handrail.engine.machine.state import Case, Run, World

__all__ = ["Due", "deadlines", "due_at", "length_of"]


class Due(NamedTuple):
    """A deadline of an active state or of an open task."""

    run: str
    state: str
    task: str | None
    at: str  # RFC 3339 UTC
    passed: bool  # whether its passing is recorded
    overdue: Overdue | None

    @property
    def owner(self) -> str:
        """The id of what is due: the task, else the state."""
        return self.task or self.state


def deadlines(world: World, case: Case) -> list[Due]:
    """Every deadline that runs in the case, soonest first."""
    found = [due for run in case.active_runs() for due in run_deadlines(world, case, run)]
    return sorted(found, key=lambda due: (due.at, due.run, due.owner))


def run_deadlines(world: World, case: Case, run: Run) -> Iterator[Due]:
    """Every deadline that runs in one run, in document order."""
    chart = chart_of(world.definition(run.sha256))
    if chart.timed.isdisjoint(run.active.values()):
        return
    for name in chart.path(run.active):
        if name in chart.timed:
            yield from state_deadlines(world, case, run, chart.states[name])


def state_deadlines(world: World, case: Case, run: Run, state: State) -> Iterator[Due]:
    """The deadlines of one active state and of its open tasks."""
    if state.within is not None and (at := due_at(case, run, state.id, state.within)):
        yield Due(run.id, state.id, None, at, state.id in run.passed, state.overdue)
    for task in state.tasks.values():
        if task.within is None or task_status(run, task, run.facts, world.site) != "open":
            continue
        if at := due_at(case, run, state.id, task.within):
            yield Due(run.id, state.id, task.id, at, task_mark(task.id) in run.passed, task.overdue)


def due_at(case: Case, run: Run, state: str, deadline: Deadline) -> str | None:
    """When it is due; ``None`` while its anchor has no time yet."""
    base = _anchor(case, run, state, deadline.since)
    return None if base is None else stamp(parse_instant(base) + length_of(run, deadline))


def length_of(run: Run, deadline: Deadline) -> timedelta:
    """How long, by the document or by the setting that the run was started with."""
    if deadline.setting is not None:
        return parse_duration(str(run.settings[deadline.setting]))
    assert deadline.time is not None  # noqa: S101 - the builder sets one of the two
    return deadline.time


def _anchor(case: Case, run: Run, state: str, since: str | None) -> str | None:
    if since is None:
        return run.entered.get(state)
    if since == "incident.opened":
        return case.opened
    if since.startswith("states."):
        return run.entered.get(since.removeprefix("states."))
    value = run.facts.get(since)
    return value if isinstance(value, str) else None
