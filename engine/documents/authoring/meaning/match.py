"""Which state, step, task or fact of the new revision is which of the old one.

The same id is the same thing. Of what is left, two are taken for one that was renamed
when they are more alike than not: a state by its title, guide, steps, tasks, children
and end; a fact by its type and question; a task by what is to be done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from handrail.engine.documents.authoring.meaning.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from handrail.engine.machine.definition import Definition, Fact, State, Task
    from handrail.engine.text import Text

__all__ = ["alike", "names_of", "pairs"]

T = TypeVar("T")
ALIKE: Final = 0.6  # of all features of both

Features = frozenset["Hashable"]


def names_of(before: Definition, after: Definition) -> Names:
    """What was renamed from one revision to the other."""
    facts = pairs(before.facts, after.facts, _fact)
    tasks = pairs(_tasks(before), _tasks(after), _task)
    states = pairs(
        before.states,
        after.states,
        lambda state: frozenset(_state(before, state)),
        lambda state: frozenset(_state(after, state)),
    )
    return Names(states=states, facts=facts, tasks=tasks)


def pairs(
    before: Mapping[str, T],
    after: Mapping[str, T],
    features: Callable[[T], Features],
    features_after: Callable[[T], Features] | None = None,
) -> dict[str, str]:
    """Old name to new name, of things that are in one revision only; the most alike first."""
    gone = {name: features(part) for name, part in before.items() if name not in after}
    read = features_after or features
    new = {name: read(part) for name, part in after.items() if name not in before}
    scored = [(alike(gone[o], new[n]), o, n) for o in gone for n in new]
    found: dict[str, str] = {}
    for score, old, name in sorted(scored, key=lambda one: -one[0]):
        if score >= ALIKE and old not in found and name not in found.values():
            found[old] = name
    return found


def alike(one: Features, other: Features) -> float:
    """How much of both is in both, from 0 to 1."""
    return len(one & other) / len(one | other) if one | other else 0.0


def _text(text: Text | None) -> Iterable[Hashable]:
    if text is None:
        return ()
    return (("text", text),) if isinstance(text, str) else (("text", *i) for i in text.items())


def _fact(fact: Fact) -> Features:
    kind = (fact.type, fact.many, tuple(fact.of))
    return frozenset([kind, *_text(fact.ask)]) if fact.ask or fact.of else frozenset()


def _task(task: Task) -> Features:
    return frozenset(_text(task.do))


def _tasks(definition: Definition) -> dict[str, Task]:
    return {k: task for state in definition.states.values() for k, task in state.tasks.items()}


def _state(definition: Definition, state: State) -> Iterator[Hashable]:
    if state.outcome is not None:
        yield from (("final", state.outcome), ("end", state.outcome))
    yield ("kind", state.kind)
    yield from _text(state.title)
    yield from _text(state.guide)
    yield from (("step", name) for name in state.steps)
    yield from (("task", name) for name in state.tasks)
    if state.run is not None:
        yield ("run", state.run)
    for region in (state.inside,) if state.inside is not None else state.tracks:
        yield from (("child", name) for name in definition.regions[region].children)
