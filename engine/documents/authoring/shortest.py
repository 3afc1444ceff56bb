"""The shortest way to each outcome: fewest passed deadlines, then least to do.

A search over the real machine. Everybody is there; time passes only where nothing
else leads on, or a step wants it.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count, islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.documents.authoring.cast import begin, ends_of
from handrail.engine.documents.authoring.crew import ideal_crew
from handrail.engine.documents.authoring.search import further, key
from handrail.engine.documents.authoring.way import Did, Effort, effort_of
from handrail.engine.documents.rules.domains import outcomes_of
from handrail.engine.machine.build import TOP

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from handrail.engine.documents.authoring.walk import Walk
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site

__all__ = ["MOST", "Shortest", "Way", "shortest"]

MOST: Final = 40_000  # acts that are tried; a shipped protocol takes some hundreds


class Way(NamedTuple):
    """One way to an outcome."""

    outcome: str
    did: tuple[Did, ...]

    @property
    def effort(self) -> Effort:
        """What it costs."""
        return effort_of(self.did)

    @property
    def late(self) -> int:
        """How many deadlines pass on it."""
        return sum(len(did.late) for did in self.did)


class Shortest(NamedTuple):
    """The ways that were found."""

    ways: Mapping[str, Way]  # by outcome, in document order
    missing: tuple[str, ...]  # outcomes to which none was found
    exact: bool  # false: the search ended before it had looked everywhere
    looked: int  # places


def shortest(
    definition: Definition,
    site: Site,
    others: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    most: int = MOST,
) -> Shortest:
    """Find the shortest way to each outcome of a machine.

    :param others: the documents that it starts or waits for, by id.
    :param most: how many acts to try before it gives up.
    :raises CannotBeginError: the machine cannot start at this site.
    """
    wanted = [str(name) for name in outcomes_of(definition, TOP)]
    ends = ends_of(definition, others)
    start = begin(definition, site, ideal_crew(definition), ends)
    found: dict[str, Way] = {}
    seen: set[Hashable] = set()
    order = count()
    heap: list[tuple[tuple[int, int, int], int, Walk]] = [(_cost(start), next(order), start)]
    while heap and len(found) < len(wanted) and (tried := next(order)) < most:
        _, _, walk = heappop(heap)
        place = key(walk)
        if place in seen:
            continue
        seen.add(place)
        if walk.over:
            found.setdefault(str(walk.run.outcome), Way(str(walk.run.outcome), walk.way))
            continue
        for after in islice(further(walk, ends), most - tried):
            heappush(heap, (_cost(after), next(order), after))
    ways = {name: found[name] for name in wanted if name in found}
    missing = tuple(name for name in wanted if name not in found)
    return Shortest(ways, missing, not (heap and missing), len(seen))


def _cost(walk: Walk) -> tuple[int, int, int]:
    late = sum(len(did.late) for did in walk.way)
    return late, effort_of(walk.way).total, len(walk.way)
