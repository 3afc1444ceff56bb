"""Finite cells: for what a guard can tell apart, one value of each kind.

A guard compares a name with constants, so the values of its domain fall into
finitely many classes that no guard of the list tells apart: the options of a
choice; a number just below, at and above each threshold; for a list, which of the
named items it holds and how many there are. One value stands for each class, so a
property of a guard that holds for all representatives holds for all values.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.clock import parse_instant, stamp
from handrail.engine.documents.rules.budget import Budget, TooManyError
from handrail.engine.durations import parse_duration, say_duration
from handrail.engine.machine.definition import FactType
from handrail.engine.machine.guards import UNKNOWN, All, Not, One, Test
from handrail.engine.machine.site import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from handrail.engine.machine.definition import Fact
    from handrail.engine.machine.guards import Guard
    from handrail.engine.machine.site import Site

__all__ = ["ANOTHER", "CellScope", "TooManyError", "cells", "tests_in", "values_of"]

ANOTHER: Final = "(another)"  # stands for every value that no guard names
_MOST_TESTS: Final = 100_000  # values tried with each test
_MOST_ITEMS: Final = 8  # named items of a list fact; 256 subsets


class CellScope:
    """A scope for guards (``guards.Scope``): every name has the value of its cell."""

    __slots__ = ("facts",)

    def __init__(self, values: Mapping[str, object]) -> None:
        self.facts = {key: value for key, value in values.items() if value is not UNKNOWN}

    def special(self, name: str) -> object:
        """The value of a dotted or reserved name."""
        return self.facts.get(name, UNKNOWN)


def tests_in(guard: Guard) -> Iterator[Test]:
    """Every comparison in a guard."""
    if isinstance(guard, Test):
        yield guard
    elif isinstance(guard, All | One):
        for part in guard.parts:
            yield from tests_in(part)
    elif isinstance(guard, Not):
        yield from tests_in(guard.part)


def cells(domains: Mapping[str, Sequence[object]], most: int) -> Iterator[dict[str, object]]:
    """Every combination of the names' values.

    :raises TooManyError: there are more than ``most``.
    """
    count = 1
    for values in domains.values():
        count *= len(values)
        if count > most:
            raise TooManyError
    for row in product(*domains.values()):
        yield dict(zip(domains, row, strict=True))


def values_of(
    fact: Fact, tests: Sequence[Test], site: Site | None, budget: Budget | None = None
) -> list[object]:
    """One value of a declared fact (or setting) for each class that the tests tell apart.

    :raises TooManyError: that is more work than the budget allows.
    """
    named = [item for test in tests if test.operator != "known" for item in _items(test.expected)]
    if fact.many:
        values: Iterable[object] = _lists(fact, tests, named, site)
    else:
        values = _SINGLE.get(fact.type, _other)(fact, named, site)
    distinct = _distinct(values, tests, budget or Budget(_MOST_TESTS))
    if any(test.operator == "known" for test in tests):
        distinct.append(UNKNOWN)
    return distinct


def _items(expected: object) -> list[Any]:
    return expected if isinstance(expected, list) else [expected]


def _distinct(values: Iterable[object], tests: Sequence[Test], budget: Budget) -> list[object]:
    """Of values that no test tells apart, the first."""
    found: dict[tuple[bool | None, ...], object] = {}
    for value in values:
        budget.spend(len(tests))
        key = tuple(test.evaluate(CellScope({test.name: value})) for test in tests)
        found.setdefault(key, value)
    return list(found.values())


# -- domains by type -------------------------------------------------------------


def _yes_no(_fact: Fact, _named: Sequence[Any], _site: Site | None) -> Iterable[object]:
    return (True, False)


def _choice(fact: Fact, _named: Sequence[Any], _site: Site | None) -> Iterable[object]:
    return tuple(fact.of)


def _reference(fact: Fact, named: Sequence[Any], site: Site | None) -> Iterable[object]:
    if site is None:
        return (*map(str, named), ANOTHER)
    return tuple(site.registers.get(REGISTERS[fact.type], {}))


def _other(_fact: Fact, named: Sequence[Any], _site: Site | None) -> Iterable[object]:
    return (*map(str, named), ANOTHER)


def _number(fact: Fact, named: Sequence[Any], _site: Site | None) -> Iterable[object]:
    step = Decimal(1).scaleb(-fact.digits)
    points = {Decimal(0)} if fact.min is None and fact.max is None else set()
    points |= {bound for bound in (fact.min, fact.max) if bound is not None}
    for value in named:
        at = Decimal(value).quantize(step, rounding="ROUND_FLOOR")
        points |= {at - step, at, at + step}
    inside = sorted(
        point
        for point in points
        if (fact.min is None or point >= fact.min) and (fact.max is None or point <= fact.max)
    )
    return [f"{point:.{fact.digits}f}" if fact.digits else int(point) for point in inside]


def _duration(_fact: Fact, named: Sequence[Any], _site: Site | None) -> Iterable[object]:
    seconds = {0}
    for value in named:
        at = int(parse_duration(str(value)).total_seconds())
        seconds |= {max(0, at - 1), at, at + 1}
    return [_seconds(number) for number in sorted(seconds)]


def _seconds(number: int) -> str:
    from datetime import timedelta  # noqa: PLC0415 - only here

    return say_duration(timedelta(seconds=number))


def _time(_fact: Fact, named: Sequence[Any], _site: Site | None) -> Iterable[object]:
    from datetime import timedelta  # noqa: PLC0415 - only here

    tick = timedelta(microseconds=1)
    points = ["2000-01-01T00:00:00.000000Z"]
    for value in named:
        at = parse_instant(str(value))
        points += [stamp(at - tick), stamp(at), stamp(at + tick)]
    return points


_SINGLE: Final[
    Mapping[FactType, Callable[[Fact, Sequence[Any], Site | None], Iterable[object]]]
] = {
    FactType.YES_NO: _yes_no,
    FactType.CHOICE: _choice,
    FactType.NUMBER: _number,
    FactType.DURATION: _duration,
    FactType.TIME: _time,
    FactType.ASSET: _reference,
    FactType.ADVERSARY: _reference,
    FactType.METHOD: _reference,
    FactType.INDICATOR: _reference,
    FactType.ROLE: _reference,
    FactType.PERSON: _reference,
}


def _lists(
    fact: Fact, tests: Sequence[Test], named: Sequence[Any], site: Site | None
) -> Iterator[list[object]]:
    """Every subset of the items that are named, filled up to each count that is compared."""
    counted = [int(Decimal(str(t.expected))) for t in tests if t.operator in _COUNTS]
    items = [item for item in named if not _is_count(item, tests)]
    relevant = list(dict.fromkeys(items))
    if len(relevant) > _MOST_ITEMS:
        raise TooManyError
    domain = _SINGLE.get(fact.type, _other)(fact, relevant, site)
    spare = [value for value in domain if value not in relevant]
    sizes = sorted({0, 1, *(n + d for n in counted for d in (-1, 0, 1) if n + d >= 0)})
    for size in range(len(relevant) + 1):
        for chosen in combinations(relevant, size):
            yield list(chosen)
            for length in sizes:
                extra = _spare(spare, length - size, fact)
                if length > size and len(extra) == length - size:
                    yield [*chosen, *extra]


_OPEN: Final = frozenset({FactType.NUMBER, FactType.TIME, FactType.DURATION})
_COUNTS: Final = frozenset({"at-least", "at-most", "above", "below"})


def _is_count(item: object, tests: Sequence[Test]) -> bool:
    return any(test.operator in _COUNTS and test.expected == item for test in tests)


def _spare(spare: Sequence[object], count: int, fact: Fact) -> list[object]:
    """``count`` values that no guard names; an open domain never runs out of them."""
    if ANOTHER in spare or fact.type in _OPEN:
        return [f"{ANOTHER} {index}" for index in range(count)]
    return list(spare[: max(0, count)])
