"""What a question can be answered with: one value for each class that guards tell apart.

The classes are those of the checker (``rules.cells``), over all guards of the
document at once; what no guard can tell apart is one class.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handrail.engine.clock import stamp
from handrail.engine.documents.rehearsal import SEALED
from handrail.engine.documents.rules.cells import TooManyError, tests_in, values_of
from handrail.engine.documents.rules.subject import branches
from handrail.engine.machine.definition import FactType
from handrail.engine.machine.facts import BadValueError, read_value
from handrail.engine.machine.guards import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from handrail.engine.machine.definition import Definition, Fact
    from handrail.engine.machine.guards import Test
    from handrail.engine.machine.site import Site

__all__ = ["Answers"]

# What a time that no guard reads may be, from now: it may start a clock.
_TIMES: Final = (timedelta(days=1), timedelta(hours=-1), timedelta(days=30))


class Answers:
    """Legal values of the facts of one document, at one site."""

    def __init__(self, definition: Definition, site: Site) -> None:
        self.definition = definition
        self.site = site
        self._tests: dict[str, list[Test]] = {}
        for branch in branches(definition):
            for test in tests_in(branch.target.when) if branch.target.when is not None else ():
                self._tests.setdefault(test.name, []).append(test)
        self._values: dict[str, tuple[object, ...]] = {}

    def matters(self, name: str) -> bool:
        """Whether a guard looks at the fact."""
        return name in self._tests

    def of(self, name: str, now: datetime) -> Sequence[object]:
        """One canonical value of each class; empty: the site plan holds none.

        :param now: what times are counted from, where no guard compares them.
        """
        fact = self.definition.facts[name]
        if fact.type is FactType.TIME and not fact.personal and not self.matters(name):
            times = [stamp(now + length) for length in _TIMES]
            return [[time] for time in times] if fact.many else times
        if name not in self._values:
            self._values[name] = tuple(self._legal(fact))
        return self._values[name]

    def _legal(self, fact: Fact) -> Iterator[object]:
        if fact.personal:
            yield SEALED
            return
        for value in self._classes(fact):
            try:
                yield read_value(fact, value, site=self.site, now=None)
            except BadValueError:
                continue

    def _classes(self, fact: Fact) -> Iterable[object]:
        tests = self._tests.get(fact.id, ())
        try:
            values = [value for value in values_of(fact, tests, self.site) if value is not UNKNOWN]
        except TooManyError:
            values = []
        if fact.many and not tests:
            return self._something(fact)
        return values

    def _something(self, fact: Fact) -> Iterator[object]:
        """A list that nothing asks about still has an item: an answer is given to a question."""
        for value in values_of(fact.but(many=False), (), self.site)[:1]:
            yield [value]
