"""Ways: every state can be reached, and from each an end can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.documents.finding import msg
from handrail.engine.documents.rules.structure import ancestors
from handrail.engine.machine.build import TOP
from handrail.engine.machine.definition import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Definition, State, Target

__all__ = ["reached", "rules"]


def rules(subject: Subject) -> Iterator[Finding]:
    """HR301 to HR304."""
    definition = subject.definition
    found = reached(definition)
    for state in definition.states.values():
        if state.id not in found:
            message = msg("the state “{id}” can never be reached", id=state.id)
            mend = msg("let a step lead to it, or take it out")
            yield subject.found_key("HR301", state.path, message, mend=mend)
    if not any(_is_end(state) for state in definition.states.values()):
        message = msg("no state at the top is final: a run could never end")
        yield subject.found_key("HR304", ("states",), message, mend=msg("add one with “final:”"))
    else:
        yield from _stuck(subject, found)


def _is_end(state: State) -> bool:
    return state.kind is Kind.FINAL and state.region == TOP


def _targets(targets: Iterable[Target]) -> Iterator[str]:
    for target in targets:
        if target.state is not None:
            yield target.state
        if target.resume is not None:
            yield target.resume.state
            if target.resume.otherwise is not None:
                yield target.resume.otherwise


def _own(state: State) -> Iterator[str]:
    """Where a state's steps and automatic moves lead."""
    for step in state.steps.values():
        yield from _targets(step.to)
    yield from _targets(state.next)


def _begins(definition: Definition, state: State) -> Iterator[str]:
    """What is entered with a state: its start, or those of its tracks."""
    inside = (state.inside,) if state.inside is not None else state.tracks
    yield from (definition.regions[region].start for region in inside)


def reached(definition: Definition) -> set[str]:
    """The states that can be entered. ``done`` counts once enough finals inside are."""
    found: set[str] = set()
    ended: dict[str, set[str]] = {}  # compound or parallel -> its regions with a reached final
    waiting = [definition.regions[TOP].start]
    while waiting:
        key = waiting.pop()
        if key in found:
            continue
        found.add(key)
        state = definition.states[key]
        waiting += [*_own(state), *_begins(definition, state)]
        waiting += [up.id for up in ancestors(definition, key)]
        if state.kind is Kind.RUNNING:
            waiting += _targets(state.done)
        if state.kind is Kind.FINAL:
            waiting += _completed(definition, state, ended)
    return found


def _completed(definition: Definition, final: State, ended: dict[str, set[str]]) -> Iterator[str]:
    """Where ``done`` leads when this final state is the last that its owner waited for."""
    owner = definition.regions[final.region].owner
    if owner is None:
        return
    state, regions = definition.states[owner], ended.setdefault(owner, set())
    regions.add(final.region)
    if len(regions) >= state.join:
        yield from _targets(state.done)


def _stuck(subject: Subject, known: set[str]) -> Iterator[Finding]:
    definition = subject.definition
    ways = {key: set(_ways(definition, state)) for key, state in definition.states.items()}
    good = _backwards(definition, ways)
    traps = _traps(ways)
    for state in definition.states.values():
        if state.id in good or state.id not in known or state.inside or state.tracks:
            continue
        if ways[state.id] <= {state.id}:
            message = msg("there is no way out of “{id}”", id=state.id)
            mend = msg("add a step that leads on, or “final:”")
            yield subject.found_key("HR302", state.path, message, mend=mend)
        elif state.id in traps:
            message = msg("from “{id}” no final state can be reached", id=state.id)
            mend = msg("let a step lead on to a final state at the top")
            yield subject.found_key("HR303", state.path, message, mend=mend)


def _traps(ways: Mapping[str, set[str]]) -> set[str]:
    """The states from which all ways lead back: what only leads into a trap is none.

    They are the strongly connected parts that nothing leads out of.
    """
    found: set[str] = set()
    for part in _parts(ways):
        if all(ways[key] <= part for key in part):
            found |= part
    return found


def _parts(ways: Mapping[str, set[str]]) -> Iterator[set[str]]:
    """The strongly connected parts (Kosaraju: twice depth first, once against the ways)."""
    before: dict[str, set[str]] = {key: set() for key in ways}
    for key, targets in ways.items():
        for target in targets:
            before[target].add(key)
    placed: set[str] = set()
    for key in reversed(_finished(ways)):
        part: set[str] = set()
        waiting = [key]
        while waiting:
            name = waiting.pop()
            if name not in placed:
                placed.add(name)
                part.add(name)
                waiting += before[name]
        if part:
            yield part


def _finished(ways: Mapping[str, set[str]]) -> list[str]:
    """The states in the order in which a walk depth first is done with them."""
    done: dict[str, None] = {}
    met: set[str] = set()
    for first in ways:
        waiting = [(first, False)]
        while waiting:
            key, left = waiting.pop()
            if left:
                done.setdefault(key)
            elif key not in met:
                met.add(key)
                waiting.append((key, True))
                waiting += ((target, False) for target in ways[key])
    return list(done)


def _ways(definition: Definition, state: State) -> Iterator[str]:
    """Where one can get from a state, also by what the states around it offer."""
    for up in ancestors(definition, state.id):
        yield from _own(up)
    yield from _begins(definition, state)
    owner = definition.regions[state.region].owner
    if state.kind is Kind.RUNNING:
        yield from _targets(state.done)
    if state.kind is Kind.FINAL and owner is not None:
        yield from _targets(definition.states[owner].done)


def _backwards(definition: Definition, ways: dict[str, set[str]]) -> set[str]:
    """The states from which an end can be reached."""
    before: dict[str, list[str]] = {key: [] for key in ways}
    for key, targets in ways.items():
        for target in targets:
            before[target].append(key)
    waiting = [s.id for s in definition.states.values() if _is_end(s)]
    good: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in good:
            good.add(key)
            waiting += before[key]
    return good
