"""Whether automatic moves can go round at all: the quick answer before the exact one.

In a round that never ends a run comes back to where it was. A state that moved by
itself was left; so it was entered again, by one of these moves. Each mover of the round
is thus entered by another one's move, and following that back ends in a circle: a
document whose movers do not enter each other in a circle always comes to rest, whatever
its guards read, its tracks do and its effects set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from handrail.engine.machine.definition import Definition, State
    from handrail.engine.machine.regions import Chart

__all__ = ["may_ring"]

_Found = dict[str, bool]  # a state that is entered: whether its inside begins where it starts


def may_ring(definition: Definition) -> bool:
    """Whether states that move by themselves can enter one another in a circle."""
    movers = {key for key, state in definition.states.items() if state.next or state.done}
    if not movers:
        return False
    chart = chart_of(definition)
    return _has_circle({key: _entered(chart, definition.states[key]) & movers for key in movers})


def _entered(chart: Chart, state: State) -> AbstractSet[str]:
    """The states that a move of this one by itself may enter."""
    found: _Found = {}
    for target in (*state.next, *state.done):
        if target.state is not None:
            _into(chart, state.id, target.state, (target.state,), found)
        if target.resume is not None:
            around = target.resume.state
            inside = [key for key in chart.states if around in chart.ancestors[key]]
            _into(chart, state.id, around, inside, found)
            if target.resume.otherwise is not None:
                _into(chart, state.id, target.resume.otherwise, (target.resume.otherwise,), found)
    return found.keys()


def _into(chart: Chart, source: str, whole: str, goals: Iterable[str], found: _Found) -> None:
    """What is entered from a state into goals that all lie in ``whole``."""
    domain = chart.domain(source, (whole,))
    for goal in goals:
        _begin(chart, goal, found)
        for key in chart.ancestors[goal]:
            found.setdefault(key, False)
            for region in chart.states[key].tracks:
                if region not in chart.within[goal]:
                    _start(chart, region, found)
            if chart.states[key].region == domain:
                break


def _begin(chart: Chart, key: str, found: _Found) -> None:
    """A state is entered, with where its regions start, and so on inwards."""
    if not found.get(key):
        found[key] = True
        for region in chart.inner(chart.states[key]):
            _start(chart, region, found)


def _start(chart: Chart, region: str, found: _Found) -> None:
    """A region begins: where it starts, which may lie further inside."""
    for key in chart.ancestors[chart.regions[region].start]:
        _begin(chart, key, found)
        if chart.states[key].region == region:
            return


def _has_circle(after: Mapping[str, AbstractSet[str]]) -> bool:
    """Whether a directed graph has a circle: what nothing leads to is taken away until none is."""
    before = dict.fromkeys(after, 0)
    for targets in after.values():
        for key in targets:
            before[key] += 1
    free = [key for key, count in before.items() if not count]
    taken = 0
    while free:
        taken += 1
        for key in after[free.pop()]:
            before[key] -= 1
            if not before[key]:
                free.append(key)
    return taken < len(after)
