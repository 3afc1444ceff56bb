"""Names that another revision calls otherwise: states, steps, tasks and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.machine.guards import All, Not, One, Test

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from handrail.engine.machine.guards import Guard

__all__ = ["SAME", "Names", "meaning_of"]


class Names(NamedTuple):
    """What the old revision calls what; a name that is missing is the same in both."""

    states: Mapping[str, str] = {}
    facts: Mapping[str, str] = {}
    tasks: Mapping[str, str] = {}

    def state(self, name: str | None) -> str | None:
        """The new name of a state."""
        return name if name is None else self.states.get(name, name)

    def fact(self, name: str) -> str:
        """The new name of a fact, or of a dotted name in a guard or a need."""
        head, dot, rest = name.partition(".")
        if not dot:
            return self.facts.get(name, name)
        known = {"tasks": self.tasks, "states": self.states}.get(head, {})
        return f"{head}.{known.get(rest, rest)}"

    def task(self, name: str) -> str:
        """The new name of a task."""
        return self.tasks.get(name, name)


SAME = Names()


def meaning_of(guard: Guard | None, names: Names) -> Hashable:
    """Guards of the same meaning are equal, in whatever order their parts are written."""
    if guard is None:
        return None
    if isinstance(guard, Test):
        operator = "is" if guard.operator == "in" else guard.operator
        return (names.fact(guard.name), operator, _values(guard.expected))
    if isinstance(guard, Not):
        return ("not", meaning_of(guard.part, names))
    assert isinstance(guard, All | One)  # noqa: S101 - there is no other guard
    word = "all" if isinstance(guard, All) else "any"
    parts: set[Hashable] = set()
    for part in guard.parts:
        meant = meaning_of(part, names)
        inner = isinstance(meant, tuple) and meant[0] == word
        parts |= meant[1] if inner else {meant}  # type: ignore[index]
    return (word, frozenset(parts)) if len(parts) != 1 else next(iter(parts))


def _values(expected: object) -> Hashable:
    items = expected if isinstance(expected, list) else [expected]
    return frozenset((isinstance(item, bool), str(item)) for item in items)
