"""Which deadlines run in a run, from which times: when its decisions begin to hang on time."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.clock import later
from handrail.engine.machine.deadlines import anchor, length_of
from handrail.engine.machine.state import passing, task_mark, task_status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from handrail.engine.machine.configuration import Configuration
    from handrail.engine.machine.definition import Deadline, State
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import Case, Run

__all__ = ["Clock", "Guess", "clocks_of", "due", "guess", "hangs_on_time"]


class Clock(NamedTuple):
    """A deadline that runs, unless it has passed."""

    owner: str  # as it stands in ``passed``
    since: str  # from when
    length: timedelta
    fixed: bool  # whether that is a fact's value, and no time that the engine kept


def due(owner: str, passed: Collection[str], since: str, length: timedelta) -> str | None:
    """When it is due, as ``deadlines`` has it; None: never, or it has passed."""
    try:
        at = later(since, length)
    except (ValueError, OverflowError):
        return None
    return None if passed and passing(owner, at) in passed else at


class Guess(NamedTuple):
    """Gives a time at or before the one so long after another, without a calendar.

    Hours or minutes are counted on within a day or an hour; beyond, it is the end of that.
    """

    start: int  # of the digits, in a time as the engine writes it
    end: int
    then: Mapping[str, str]  # what stands for them then


@lru_cache(maxsize=512)
def guess(length: timedelta) -> Guess:
    """What gives such a time for a length, zero or more."""
    hours, minutes = length // timedelta(hours=1), length // timedelta(minutes=1)
    start, more, end = (11, hours, 24) if hours else (14, minutes, 60)
    then = {f"{n:02}": f"{n + more:02}" if n + more < end else "~" for n in range(end)}
    return Guess(start, start + 2, then)


def clocks_of(chart: Chart, case: Case, run: Run, site: Site) -> Iterator[Clock]:
    """Every deadline of the active states, and of their open tasks, in the order of ``deadlines``.

    :raises ValueError: a setting has no duration.
    """
    for state in chart.at(run.active).timed:
        for owner, deadline in _deadlines(state, run, site):
            since = anchor(case, run, state.id, deadline.since)
            if since is not None:
                fixed = since is run.facts.get(deadline.since or "")
                yield Clock(owner, since, length_of(run, deadline), fixed)


def _deadlines(state: State, run: Run, site: Site) -> Iterator[tuple[str, Deadline]]:
    if state.within is not None:
        yield state.id, state.within
    for task in state.tasks.values():
        if task.within is not None and task_status(run, task, run.facts, site) == "open":
            yield task_mark(task.id), task.within


def hangs_on_time(chart: Chart, run: Run) -> bool:
    """Whether some step may not be taken before its time (``after``)."""
    return _hangs(chart.at(run.active))


@lru_cache(maxsize=4_096)
def _hangs(here: Configuration) -> bool:
    ladders = [ladder for found in here.offers.values() for ladder in found]
    return any(offer.step.after is not None for ladder in ladders for offer in ladder)
