"""What a protocol costs those who follow it: questions, tasks and steps to each outcome.

Two ways are measured. The *shortest* way has the fewest passed deadlines and then the
least to do; it is exact, and what ``budget`` holds a protocol to. The *usual* way is the
one that random walks (``wander``, always with the same seed) go most often to that
outcome; where two are as frequent, the one with fewer steps. Its questions and tasks
are the median of the walks that went it.
"""

from __future__ import annotations

from statistics import median_low
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.documents.authoring.crew import ideal_crew
from handrail.engine.documents.authoring.shortest import shortest
from handrail.engine.documents.authoring.simulate import simulate
from handrail.engine.documents.authoring.way import Effort

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from handrail.engine.documents.authoring.shortest import Shortest, Way
    from handrail.engine.documents.authoring.simulate import Ended
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site

__all__ = ["RUNS", "Cost", "Usual", "cost_of"]

RUNS: Final = 200  # walks that tell what is usual


class Usual(NamedTuple):
    """The way that is gone most often to an outcome."""

    effort: Effort
    way: tuple[str, ...]  # its steps; a deadline that passed in brackets
    walks: int  # how many went it
    of: int  # how many came to this outcome


class Cost(NamedTuple):
    """What it costs to come to one outcome."""

    outcome: str
    shortest: Way | None  # None: no way was found
    usual: Usual | None  # None: no walk came there


def cost_of(
    definition: Definition,
    site: Site,
    others: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    tell: Callable[[int], object] = lambda _: None,
) -> tuple[list[Cost], Shortest]:
    """What each outcome costs, in document order, and how the search for it went.

    :param others: the documents that the machine starts or waits for, by id.
    :param tell: is told after each of ``RUNS`` walks how many there were.
    """
    found = shortest(definition, site, others)
    crew = ideal_crew(definition)
    walks = simulate(definition, site, crew, others, runs=RUNS, seed=0, tell=tell)
    names = dict.fromkeys([*found.ways, *found.missing])
    costs = [
        Cost(name, found.ways.get(name), _usual(walks.outcomes.get(name, ()))) for name in names
    ]
    return costs, found


def _usual(walks: Sequence[Ended]) -> Usual | None:
    ways: dict[tuple[str, ...], list[Ended]] = {}
    for walk in walks:
        ways.setdefault(walk.way, []).append(walk)
    if not ways:
        return None
    way = min(ways, key=lambda key: (-len(ways[key]), len(key), key))
    efforts = [walk.effort for walk in ways[way]]
    middle = Effort(*(median_low(part) for part in zip(*efforts, strict=True)))
    return Usual(middle, way, len(efforts), len(walks))
