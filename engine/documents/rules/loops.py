"""Automatic moves come to rest: no way of ``next`` and ``done`` leads round for ever.

Facts do not change while the engine moves by itself, except by ``set``. So for each
cell of the facts that the guards of such a ring read, the moves are followed; one
that comes back to the same state with the same facts never rests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handrail.engine.documents.finding import Severity, msg
from handrail.engine.documents.rules.cells import CellScope, TooManyError, cells
from handrail.engine.documents.rules.domains import domains_of
from handrail.engine.machine.definition import Kind, SetFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Definition, State, Target

__all__ = ["rules"]

BUDGET: Final = 5_000  # cells of one ring
_MOST_STEPS: Final = 200  # moves followed in one cell

Moves = dict[str, tuple[str, tuple["Target", ...]]]  # state -> (where from, its targets)


def rules(subject: Subject) -> Iterator[Finding]:
    """HR330, and HR312 where it cannot be told."""
    definition = subject.definition
    rings = _rings(definition)
    for ring in rings:
        states = [definition.states[name] for name in ring]
        try:
            found = _endless(subject, states)
        except TooManyError:
            message = msg("too many cases to look at all of them: whether this rests is not known")
            yield subject.found_key("HR312", states[0].path, message, severity=Severity.NOTE)
            continue
        if found:
            message = msg(
                "the run would move by itself without end: {ring}", ring=" → ".join(found)
            )
            mend = msg("let one of these states wait for a step")
            yield subject.found_key("HR330", definition.states[found[0]].path, message, mend=mend)


def _targets(definition: Definition, state: State) -> tuple[Target, ...]:
    """The branches that the engine may take at once on entering the state."""
    if state.done and _ends_at_once(definition, state):
        return (*state.next, *state.done)
    return state.next


def _ends_at_once(definition: Definition, state: State) -> bool:
    regions = (state.inside,) if state.inside is not None else state.tracks
    starts = [definition.states.get(definition.regions[region].start) for region in regions]
    ended = sum(start is not None and start.kind is Kind.FINAL for start in starts)
    return bool(regions) and ended >= (state.join if state.tracks else 1)


def _goal(target: Target) -> str | None:
    if target.state is not None:
        return target.state
    return None if target.resume is None else target.resume.state


def _entered(definition: Definition, name: str) -> list[str]:
    """What is entered by going to a state: it, and where it begins."""
    state = definition.states[name]
    regions = (state.inside,) if state.inside is not None else state.tracks
    inner = [
        e for region in regions for e in _entered(definition, definition.regions[region].start)
    ]
    return [name, *inner]


def _rings(definition: Definition) -> list[list[str]]:
    """Sets of states that automatic moves connect to themselves, in document order."""
    after = {
        name: {
            entered
            for target in _targets(definition, state)
            if (goal := _goal(target)) is not None and goal in definition.states
            for entered in _entered(definition, goal)
        }
        for name, state in definition.states.items()
    }
    reach = {name: _from(name, after) for name in after}
    rings: list[list[str]] = []
    for name in definition.states:
        if name in reach[name] and not any(name in ring for ring in rings):
            rings.append([n for n in definition.states if n in reach[name] and name in reach[n]])
    return rings


def _from(name: str, after: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = after[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def _endless(subject: Subject, ring: Sequence[State]) -> list[str]:
    """The states of a round that never ends, for some facts; empty: there is none."""
    definition = subject.definition
    domains: dict[str, list[object]] = {}
    for state in ring:
        for name, values in domains_of(subject, state, _targets(definition, state)).items():
            known = domains.setdefault(name, [])
            known += [value for value in values if value not in known]
    for cell in cells(domains, BUDGET):
        for state in ring:
            found = _follow(definition, state.id, dict(cell))
            if found:
                return found
    return []


def _follow(definition: Definition, start: str, facts: dict[str, object]) -> list[str]:
    seen: dict[tuple[str, str], int] = {}
    way: list[str] = []
    name = start
    for _ in range(_MOST_STEPS):
        key = (name, repr(sorted(facts.items(), key=lambda item: item[0])))
        if key in seen:
            return [*way[seen[key] :], name]
        seen[key] = len(way)
        way.append(name)
        goal = _next(definition, definition.states[name], facts)
        if goal is None:
            return []
        name = _resting(definition, goal, facts)
    return []


def _next(definition: Definition, state: State, facts: dict[str, object]) -> str | None:
    scope = CellScope(facts)
    for target in _targets(definition, state):
        if target.when is None or target.when.evaluate(scope) is True:
            return _goal(target)
    return None


def _resting(definition: Definition, goal: str, facts: dict[str, object]) -> str:
    """Enter a goal: its effects set facts; go on from the innermost state that moves."""
    entered = _entered(definition, goal)
    for name in entered:
        for effect in definition.states[name].enter:
            if isinstance(effect, SetFacts):
                facts.update(effect.values)
    moving = [
        name for name in reversed(entered) if _next(definition, definition.states[name], facts)
    ]
    return moving[0] if moving else goal
