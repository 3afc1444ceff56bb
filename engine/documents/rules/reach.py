"""Ways: every state can be reached, and from each an end can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.documents.finding import msg
from handrail.engine.documents.rules.structure import ancestors
from handrail.engine.machine.build import TOP
from handrail.engine.machine.definition import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Definition, Region, State, Target

__all__ = ["rules"]


def rules(subject: Subject) -> Iterator[Finding]:
    """HR301 to HR304."""
    definition = subject.definition
    reached = _reached(definition)
    for state in definition.states.values():
        if state.id not in reached:
            message = msg("the state “{id}” can never be reached", id=state.id)
            mend = msg("let a step lead to it, or take it out")
            yield subject.found_key("HR301", state.path, message, mend=mend)
    if not any(_is_end(state) for state in definition.states.values()):
        message = msg("no state at the top is final: a run could never end")
        yield subject.found_key("HR304", ("states",), message, mend=msg("add one with “final:”"))
    else:
        yield from _stuck(subject, reached)


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


def _reached(definition: Definition) -> set[str]:
    """The states that can be entered. ``done`` counts once enough finals inside are."""
    reached: set[str] = set()
    waiting = [definition.regions[TOP].start]
    while waiting:
        while waiting:
            key = waiting.pop()
            if key not in reached:
                reached.add(key)
                state = definition.states[key]
                waiting += [*_own(state), *_begins(definition, state)]
                waiting += [up.id for up in ancestors(definition, key)]
        ended = [s for s in definition.states.values() if s.id in reached and s.done]
        done = {key for s in ended if _ends(definition, s, reached) for key in _targets(s.done)}
        waiting = list(done - reached)
    return reached


def _ends(definition: Definition, state: State, reached: set[str]) -> bool:
    if state.kind is Kind.RUNNING:
        return True
    if state.kind is Kind.COMPOUND:
        return _has_end(definition, definition.regions[state.id], reached)
    regions = (definition.regions[key] for key in state.tracks)
    return sum(_has_end(definition, region, reached) for region in regions) >= state.join


def _has_end(definition: Definition, region: Region, reached: set[str]) -> bool:
    children = (definition.states[key] for key in region.children)
    return any(child.kind is Kind.FINAL and child.id in reached for child in children)


def _stuck(subject: Subject, reached: set[str]) -> Iterator[Finding]:
    definition = subject.definition
    ways = {key: set(_ways(definition, state)) for key, state in definition.states.items()}
    good = _backwards(definition, ways)
    for state in definition.states.values():
        if state.id in good or state.id not in reached or state.inside or state.tracks:
            continue
        if ways[state.id] <= {state.id}:
            message = msg("there is no way out of “{id}”", id=state.id)
            mend = msg("add a step that leads on, or “final:”")
            yield subject.found_key("HR302", state.path, message, mend=mend)
        else:
            message = msg("from “{id}” no final state can be reached", id=state.id)
            yield subject.found_key("HR303", state.path, message)


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
