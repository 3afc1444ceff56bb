"""Deadlines: when something is due, computed from recorded times alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.clock import later
from handrail.engine.durations import parse_duration
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.state import passing, task_mark, task_status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from handrail.engine.machine.definition import Deadline, Overdue, State
    from handrail.engine.machine.state import Case, Run, World

__all__ = ["Due", "anchor", "deadlines", "due_at", "length_of", "state_deadlines"]


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
    found: list[Due] = []
    for run in case.active_runs():
        for state in chart_of(world.definition(run.sha256)).at(run.active).timed:
            found += state_deadlines(world, case, run, state)
    if len(found) > 1:
        found.sort(key=lambda due: (due.at, due.run, due.owner))
    return found


def state_deadlines(world: World, case: Case, run: Run, state: State) -> Iterator[Due]:
    """The deadlines of one active state and of its open tasks."""
    if state.within is not None and (at := due_at(case, run, state.id, state.within)):
        passed = passing(state.id, at) in run.passed
        yield Due(run.id, state.id, None, at, passed, state.overdue)
    for task in state.tasks.values():
        if task.within is None or task_status(run, task, run.facts, world.site) != "open":
            continue
        if at := due_at(case, run, state.id, task.within):
            passed = passing(task_mark(task.id), at) in run.passed
            yield Due(run.id, state.id, task.id, at, passed, task.overdue)


def due_at(case: Case, run: Run, state: str, deadline: Deadline) -> str | None:
    """When it is due; ``None`` while its anchor has no time yet."""
    base = anchor(case, run, state, deadline.since)
    if base is None:
        return None
    try:
        return later(base, length_of(run, deadline))
    except (ValueError, OverflowError):  # a fact that is no time, or one too far away
        return None


def length_of(run: Run, deadline: Deadline) -> timedelta:
    """How long, by the document or by the setting that the run was started with.

    :raises ValueError: the setting has no duration.
    """
    if deadline.setting is not None:
        return parse_duration(str(run.settings.get(deadline.setting)))
    assert deadline.time is not None  # noqa: S101 - the builder sets one of the two
    return deadline.time


def anchor(case: Case, run: Run, state: str, since: str | None) -> str | None:
    """From when a deadline of a state runs; ``None``: that has no time yet."""
    if since is None:
        return run.entered.get(state)
    if since == "incident.opened":
        return case.opened
    if since.startswith("states."):
        return run.entered.get(since.removeprefix("states."))
    value = run.facts.get(since)
    return value if isinstance(value, str) else None
