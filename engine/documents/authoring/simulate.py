"""Many random walks through a protocol, and what they come to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.clock import parse_instant
from handrail.engine.documents.authoring.cast import begin, ends_of
from handrail.engine.documents.authoring.wander import wander
from handrail.engine.documents.authoring.way import Effort, effort_of
from handrail.engine.documents.coverage import visited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handrail.engine.documents.authoring.crew import Crew
    from handrail.engine.documents.authoring.wander import Wandered
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site

__all__ = ["Ended", "Simulation", "simulate"]


class Ended(NamedTuple):
    """One walk that came to an outcome."""

    effort: Effort
    seconds: float  # from the beginning to the end, as the rehearsal's clock went
    way: tuple[str, ...]  # its steps; a deadline that passed in brackets


@dataclass(slots=True, kw_only=True)
class Simulation:
    """What many walks came to."""

    runs: int = 0
    outcomes: dict[str, list[Ended]] = field(default_factory=dict)
    roles: Counter[tuple[str, str]] = field(default_factory=Counter)  # (role, kind of act)
    visited: Counter[tuple[str, str]] = field(default_factory=Counter)  # part -> walks with it
    stuck: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=Counter)
    endless: int = 0  # walks that were cut off


def simulate(  # noqa: PLR0913 - what is played, with what, and how often
    definition: Definition,
    site: Site,
    crew: Crew,
    others: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    runs: int,
    seed: int,
    tell: Callable[[int], object] = lambda _: None,
) -> Simulation:
    """Walk through a machine ``runs`` times at random, the same with the same seed.

    :param others: the documents that it starts or waits for, by id.
    :param tell: is told after each walk how many there were.
    :raises CannotBeginError: the machine cannot start at this site.
    """
    chance = Random(seed)  # noqa: S311 - nothing is secret here
    ends = ends_of(definition, others)
    found = Simulation()
    for number in range(1, runs + 1):
        _count(found, wander(begin(definition, site, crew, ends), ends, chance))
        tell(number)
    return found


def _count(found: Simulation, one: Wandered) -> None:
    walk = one.walk
    found.runs += 1
    found.roles.update((did.role, did.kind) for did in walk.way if did.role)
    drafts = walk.stage.drafts
    found.visited.update(set(visited(walk.stage.definition, drafts, walk.run.id)))
    if one.ending == "ended":
        found.outcomes.setdefault(str(walk.run.outcome), []).append(_ended(one))
    elif one.ending == "stuck":
        found.stuck[walk.stage.leaves, one.why] += 1
    else:
        found.endless += 1


def _ended(one: Wandered) -> Ended:
    walk = one.walk
    way: list[str] = []
    for did in walk.way:
        way += [f"({owner})" for owner in did.late]
        way += [did.name] if did.kind == "step" else []
    assert walk.stage.case is not None  # noqa: S101 - it ended
    passed = walk.stage.now - parse_instant(walk.stage.case.opened)
    return Ended(effort_of(walk.way), passed.total_seconds(), tuple(way))
