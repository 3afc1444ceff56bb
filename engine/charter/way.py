"""The way into force: how far each state of an agreement is from it."""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING

from handrail.engine.machine.agreement import IN_FORCE
from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.machine.definition import Definition, Target
    from handrail.engine.machine.regions import Chart

__all__ = ["FAR", "far", "landing"]

FAR = 1_000_000  # no way at all


def far(definition: Definition, leaf: str) -> int:
    """How many moves an innermost state is from ``in-force``, if every guard were to hold."""
    return _distances(definition).get(leaf, FAR)


def landing(chart: Chart, state: str) -> str:
    """The first innermost state that entering a state leads to."""
    inner = chart.inner(chart.states[state])
    return state if not inner else landing(chart, chart.regions[inner[0]].start)


@lru_cache(maxsize=32)
def _distances(definition: Definition) -> Mapping[str, int]:
    chart = chart_of(definition)
    leaves = [name for name, state in chart.states.items() if not chart.inner(state)]
    back: dict[str, list[str]] = {leaf: [] for leaf in leaves}
    for leaf in leaves:
        for goal in _goals(chart, leaf):
            back[landing(chart, goal)].append(leaf)
    found = {leaf: 0 for leaf in leaves if IN_FORCE in chart.ancestors[leaf]}
    queue = deque(found)
    while queue:
        here = queue.popleft()
        for leaf in back[here]:
            if leaf not in found:
                found[leaf] = found[here] + 1
                queue.append(leaf)
    return found


def _goals(chart: Chart, leaf: str) -> Iterator[str]:
    for name in chart.ancestors[leaf]:
        state = chart.states[name]
        lists = [*(step.to for step in state.steps.values()), state.next, state.done]
        for targets in lists:
            yield from (goal for target in targets if (goal := _goal(target)) is not None)


def _goal(target: Target) -> str | None:
    return target.state if target.resume is None else target.resume.otherwise
