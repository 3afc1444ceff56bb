"""What values the names in a guard can have: facts, and what the machine itself knows."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.documents.rules.budget import TooManyError
from handrail.engine.documents.rules.cells import ANOTHER, tests_in, values_of
from handrail.engine.machine.build import TOP, read_fact
from handrail.engine.machine.definition import Kind
from handrail.engine.machine.guards import is_fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from handrail.engine.documents.rules.budget import Budget
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Definition, State, Target
    from handrail.engine.machine.guards import Test

__all__ = ["domains_of", "outcomes_of"]

_MOST_OUTCOMES: Final = 20_000  # of tracks together


def domains_of(
    subject: Subject, state: State, targets: Iterable[Target], budget: Budget
) -> dict[str, Sequence[object]]:
    """For each name that the guards of a list read, one value of each class.

    :raises TooManyError: that is more work than the budget allows.
    """
    tests: dict[str, list[Test]] = {}
    for target in targets:
        for test in tests_in(target.when) if target.when is not None else ():
            tests.setdefault(test.name, []).append(test)
    return {name: _domain(subject, state, name, found, budget) for name, found in tests.items()}


def _domain(
    subject: Subject, state: State, name: str, tests: Sequence[Test], budget: Budget
) -> Sequence[object]:
    definition = subject.definition
    if is_fact(name):
        fact = definition.facts.get(name)
        return _named(tests) if fact is None else values_of(fact, tests, subject.site, budget)
    head, _, rest = name.partition(".")
    if head == "setting" and rest in definition.settings:
        return values_of(definition.settings[rest].fact, tests, subject.site, budget)
    if head == "incident":
        return _of_lifecycle(subject, rest, tests)
    return _SPECIAL[head](subject, state, rest, tests) if head in _SPECIAL else _named(tests)


def _named(tests: Sequence[Test]) -> list[object]:
    """The values that are compared with, and one more."""
    values: list[object] = []
    for test in tests:
        expected = test.expected if isinstance(test.expected, list) else [test.expected]
        values += [item for item in expected if test.operator != "known"]
    return [*dict.fromkeys(values), ANOTHER]


def _outcome(subject: Subject, state: State, _rest: str, tests: Sequence[Test]) -> Sequence[object]:
    definition = subject.definition
    if state.kind is Kind.RUNNING and state.run is not None:
        return _of_protocol(subject, state.run) or _named(tests)
    if state.kind is Kind.COMPOUND:
        return outcomes_of(definition, state.id)
    tracks = [outcomes_of(definition, track) for track in state.tracks]
    if prod(map(len, tracks)) > _MOST_OUTCOMES:
        raise TooManyError
    return [list(row) for row in product(*tracks)]


def _tasks(_subject: Subject, _state: State, rest: str, _tests: Sequence[Test]) -> Sequence[object]:
    return ("open", "done", "skipped") if rest else ("open", "done")


def _tracks(subject: Subject, _state: State, rest: str, _t: Sequence[Test]) -> Sequence[object]:
    regions = [region.id for region in subject.definition.regions.values() if region.track == rest]
    ends = [end for region in regions for end in outcomes_of(subject.definition, region)]
    return (*ends, "active", "none")


def _runs(subject: Subject, _state: State, rest: str, tests: Sequence[Test]) -> Sequence[object]:
    if not rest:
        return ("active", "finished")
    ends = _of_protocol(subject, rest) or _named(tests)
    return list(dict.fromkeys([*ends, "active", "none", "cancelled"]))


def _site(_subject: Subject, _state: State, rest: str, tests: Sequence[Test]) -> Sequence[object]:
    return (True, False) if rest in ("one-person", "two-person") else _named(tests)


_SPECIAL: Final = {
    "outcome": _outcome,
    "tasks": _tasks,
    "tracks": _tracks,
    "runs": _runs,
    "site": _site,
}


def outcomes_of(definition: Definition, region: str) -> list[object]:
    """The outcomes of the final states of a region, in document order."""
    states = (definition.states[name] for name in definition.regions[region].children)
    return list(dict.fromkeys(state.outcome for state in states if state.outcome is not None))


def _of_protocol(subject: Subject, name: str) -> list[object]:
    """The outcomes of another document, where it is known."""
    if name == subject.definition.id:
        return outcomes_of(subject.definition, TOP)
    other = (subject.others or {}).get(name)
    states: Mapping[str, Any] = (other or {}).get("states") or {}
    ends = [value["final"] for value in states.values() if value and "final" in value]
    return list(dict.fromkeys(ends))


def _of_lifecycle(subject: Subject, name: str, tests: Sequence[Test]) -> Sequence[object]:
    for data in (subject.others or {}).values():
        if data.get("kind") == "lifecycle" and name in (data.get("facts") or {}):
            fact = read_fact(name, data["facts"][name], ("facts", name))
            return values_of(fact, tests, subject.site)
    return _named(tests)
