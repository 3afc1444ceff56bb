"""What of a run can still matter: the rest of it no decision to come can read.

A decision reads when a state was entered, how a task of it stands, what was attached there
and which run it waits for, only while the state is active; and whoever enters it begins
these afresh (``arrive``). So of states that were left they need not be known, unless the
document names them: a deadline that runs ``since`` a state, a guard about a task. Runs
that came to the same place by other ways are thus of one form. Only another revision, to
which a run is taken over, may ask about what was left: it is decided on the whole records.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.machine.state import task_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.machine.configuration import Configuration
    from handrail.engine.machine.definition import Deadline, State
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Run

__all__ = ["live"]


class _Named(NamedTuple):
    """What a document asks about wherever the run is."""

    states: frozenset[str]
    tasks: frozenset[str]


class _Lives(NamedTuple):
    """What a decision may ask about where a run is."""

    states: frozenset[str]
    tasks: frozenset[str]
    marks: frozenset[str]


def live(chart: Chart, run: Run) -> Run:
    """The run with only what can still matter.

    :raises LookupError: it is where no run of the document can be.
    """
    here = chart.at(run.active)
    states, tasks, marks = _lives(chart, here)
    return run._replace(
        entered={name: at for name, at in run.entered.items() if name in states},
        tasks={key: how for key, how in run.tasks.items() if key.partition("/")[0] in tasks},
        attached=run.attached & marks,
        children={name: child for name, child in run.children.items() if name in here.path},
    )


@lru_cache(maxsize=4_096)
def _lives(chart: Chart, here: Configuration) -> _Lives:
    named = _named(chart)
    tasks = named.tasks.union(*(state.tasks for state in here.checklists))
    states = named.states.union(here.path)
    return _Lives(states, tasks, frozenset({*here.path, *map(task_mark, tasks)}))


@lru_cache(maxsize=512)
def _named(chart: Chart) -> _Named:
    since = [one.since for state in chart.states.values() for one in _deadlines(state)]
    reads = {name for edge in chart.edges() if edge.when is not None for name in edge.when.reads}
    return _Named(
        frozenset(one.removeprefix("states.") for one in since if one is not None),
        frozenset(name.removeprefix("tasks.") for name in reads),
    )


def _deadlines(state: State) -> Iterator[Deadline]:
    found = [state.within, *(task.within for task in state.tasks.values())]
    found += [step.after for step in state.steps.values()]
    yield from (one for one in found if one is not None)
