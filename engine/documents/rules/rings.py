"""Whether automatic moves can go round at all: the quick answer before the exact one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.documents.rules.structure import ancestors
from handrail.engine.machine.definition import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.machine.definition import Definition, State, Target

__all__ = ["may_ring"]


def may_ring(definition: Definition) -> bool:
    """Whether automatic moves can set off one another in a round at all, guards aside."""
    movers = {key for key, state in definition.states.items() if state.next or state.done}
    if any(_reads_tracks(definition.states[key]) for key in movers):
        return True  # what one track does by itself may set off another
    after = {key: set(_set_off(definition, definition.states[key])) & movers for key in movers}
    return any(key in _from(key, after) for key in after)


def _reads_tracks(state: State) -> bool:
    guards = (target.when for target in (*state.next, *state.done) if target.when is not None)
    return any(name.startswith("tracks.") for guard in guards for name in guard.reads)


def _set_off(definition: Definition, state: State) -> Iterator[str]:
    """The states that may move by themselves because this one did."""
    for target in (*state.next, *state.done):
        for goal in _goals(definition, target):
            entered = {up.id for up in ancestors(definition, goal)} | set(_begun(definition, goal))
            for name in entered:
                inner = definition.states[name]
                if inner.next:
                    yield name
                owner = definition.regions[inner.region].owner
                if owner is not None and inner.kind is Kind.FINAL:
                    yield owner


def _goals(definition: Definition, target: Target) -> Iterator[str]:
    if target.state is not None:
        yield target.state
    if target.resume is not None:
        around = target.resume.state
        yield from (
            key
            for key in definition.states
            if any(up.id == around for up in ancestors(definition, key))
        )
        if target.resume.otherwise is not None:
            yield target.resume.otherwise


def _begun(definition: Definition, name: str) -> Iterator[str]:
    """What is entered with a state: where its regions start, and so on inwards."""
    state = definition.states[name]
    for region in (state.inside,) if state.inside is not None else state.tracks:
        start = definition.regions[region].start
        yield from (up.id for up in ancestors(definition, start))
        yield from _begun(definition, start)


def _from(name: str, after: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = after[waiting.pop()] - found
        found |= new
        waiting += new
    return found
