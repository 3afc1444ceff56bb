"""Automatic moves come to rest: no way of ``next`` and ``done`` leads round for ever.

The configurations that can be reached are explored, every branch of every step
taken for possible. In each of them the engine itself moves on (``automatic``), for
every cell of the facts that the guards there read; a fact that need not have been asked
for by then may also be unknown. Facts do not change meanwhile, except by ``set``. A run
that comes back to where it was, with the same facts, never rests. Where that is more
work than the budget allows, it says so.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.documents.finding import Severity, msg
from handrail.engine.documents.rules.asked import Analysis
from handrail.engine.documents.rules.budget import Budget, TooManyError
from handrail.engine.documents.rules.cells import cells
from handrail.engine.documents.rules.domains import domains_of
from handrail.engine.documents.rules.rings import may_ring
from handrail.engine.documents.rules.subject import LARGE
from handrail.engine.machine.automatic import automatic
from handrail.engine.machine.definition import SetFacts
from handrail.engine.machine.guards import UNKNOWN, is_fact
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.site import build_site
from handrail.engine.machine.state import Case, Run, World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Definition, State
    from handrail.engine.machine.regions import Active, Chart, History
    from handrail.engine.machine.structure import Edge

__all__ = ["rules"]

_MOST_PLACES: Final = 300  # configurations
_MOST_CELLS: Final = 1_000  # of the facts read in one configuration
_WORK: Final = 600_000  # microseconds, about
_MOST_TOGETHER: Final = 32  # ways in which one step may be taken in several tracks


class _Place(NamedTuple):
    """Where a run can be."""

    active: Active
    left: History

    @property
    def key(self) -> tuple[object, ...]:
        return (tuple(sorted(self.active.items())), tuple(sorted(self.left.items())))


def rules(subject: Subject) -> Iterator[Finding]:
    """HR330, and HR312 where it cannot be told."""
    definition = subject.definition
    if not may_ring(definition):
        return
    try:
        ring = _first_ring(subject)
    except TooManyError:
        message = msg(
            "too many cases to look at all of them: whether every move rests is not known"
        )
        yield subject.found_key("HR312", ("states",), message, severity=Severity.NOTE, mend=LARGE)
        return
    if ring:
        message = msg("the run would move by itself without end: {ring}", ring=" → ".join(ring))
        mend = msg("let one of these states wait for a step")
        first = ring[0].partition(",")[0]
        yield subject.found_key("HR330", definition.states[first].path, message, mend=mend)


def _first_ring(subject: Subject) -> list[str]:
    chart = chart_of(subject.definition)
    mover = _Mover(subject, chart, Budget(_WORK))
    first = chart.enter()
    waiting = [_Place(first.active, first.left)]
    mover.meet(waiting[0])
    seen = {waiting[0].key}
    while waiting:
        place = waiting.pop()
        ring = mover.ring(place)
        if ring:
            return ring
        for after in _onward(chart, place):
            mover.meet(after)
            if after.key not in seen:
                seen.add(after.key)
                waiting.append(after)
        if len(seen) > _MOST_PLACES:
            raise TooManyError
    return []


def _onward(chart: Chart, place: _Place) -> Iterator[_Place]:
    """Wherever a step or an automatic move may lead from a place."""
    for edges in _ways(chart, place):
        moved = chart.move(place.active, place.left, edges)
        yield _Place(moved.active, moved.left)


def _cost(place: _Place) -> int:
    """What a move from there costs."""
    return 20 + 2 * len(place.active) + sum(map(len, place.left.values()))


def _ways(chart: Chart, place: _Place) -> Iterator[tuple[Edge, ...]]:
    """One branch at a time: those that tracks take together come to the same one by one.

    Except where they return to states that others of them leave.
    """
    for choices in _choices(chart, place).values():
        yield from ((edge,) for choice in choices for edge in choice)
        if len(choices) > 1 and chart.remembered:
            if prod(map(len, choices)) > _MOST_TOGETHER:
                raise TooManyError
            yield from (edges for edges in product(*choices) if _apart(chart, place, edges))
    for key in chart.path(place.active):
        for kind in ("next", "done"):
            yield from ((edge,) for edge in chart.branches.get((key, kind), ()))


def _choices(chart: Chart, place: _Place) -> dict[str, list[list[Edge]]]:
    """For each step, the branches that each innermost state could take with it."""
    found: dict[str, list[list[Edge]]] = {}
    for leaf in chart.leaves(place.active):
        here: dict[str, list[Edge]] = {}
        for key in chart.ancestors[leaf]:
            for step in chart.states[key].steps:
                here.setdefault(step, []).extend(chart.branches[key, f"step {step}"])
        for step, edges in here.items():
            found.setdefault(step, []).append(edges)
    return found


def _apart(chart: Chart, place: _Place, edges: Sequence[Edge]) -> bool:
    """Whether branches can be taken together: none leaves what another leaves."""
    left: set[str] = set()
    for edge in edges:
        exits = chart.exits(place.active, place.left, edge)
        if left & exits:
            return False
        left |= exits
    return True


class _Mover:
    """Lets the engine move by itself from a place, for every cell of the facts."""

    def __init__(self, subject: Subject, chart: Chart, budget: Budget) -> None:
        self.subject = subject
        self.chart = chart
        self.budget = budget
        site = subject.site or build_site({"id": "none", "title": "none"})
        definition = subject.definition
        self.world = World(lambda _: definition, lambda _: None, site)
        self.run = _run(definition)
        self.met: set[frozenset[str]] = set()
        moving = [state for state in chart.states.values() if state.next or state.done]
        self.moving = frozenset(state.id for state in moving)
        self.read = self.domains(moving)
        self.asked = Analysis(definition).known

    def meet(self, place: _Place) -> None:
        """Pay for a move from a place; a configuration met first is worked out, each with each."""
        states = frozenset(place.active.values())
        if states not in self.met:
            self.met.add(states)
            self.budget.spend(2 * len(states) ** 2)
        self.budget.spend(_cost(place))

    def ring(self, place: _Place) -> list[str]:
        """The configurations of a round that never ends; empty where all rests."""
        if self.moving.isdisjoint(place.active.values()):
            return []
        for cell in cells(self.here(place), _MOST_CELLS):
            ring = self.follow(place, cell)
            if ring:
                return ring
        return []

    def here(self, place: _Place) -> dict[str, list[object]]:
        """What can be read in a place; also that a fact is not known, if nobody had to ask it."""
        sure = frozenset[str]().union(*(self.asked.get(key, ()) for key in place.active.values()))
        found = {}
        for name, values in self.read.items():
            given = [value for value in values if value is not UNKNOWN]
            open_ = is_fact(name) and name not in sure
            found[name] = [*given, UNKNOWN] if open_ else given
        return found

    def domains(self, states: Sequence[State]) -> dict[str, list[object]]:
        """The values of the facts and settings that the guards of these states read."""
        found: dict[str, list[object]] = {}
        for state in states:
            for name, values in self.read_by(state).items():
                if is_fact(name) or name.startswith("setting."):
                    known = found.setdefault(name, [])
                    known += [value for value in values if value not in known]
        return found

    def read_by(self, state: State) -> Mapping[str, Sequence[object]]:
        return domains_of(self.subject, state, (*state.next, *state.done), self.budget)

    def follow(self, place: _Place, cell: Mapping[str, object]) -> list[str]:
        facts = {k: v for k, v in cell.items() if is_fact(k) and v is not UNKNOWN}
        settings = {k.removeprefix("setting."): v for k, v in cell.items() if not is_fact(k)}
        seen: dict[tuple[object, ...], int] = {}
        way: list[str] = []
        while True:
            self.meet(place)
            key = (place.key, repr(sorted(facts.items())))
            name = ",".join(self.chart.leaves(place.active))
            if key in seen:
                return [*way[seen[key] :], name]
            seen[key] = len(way)
            way.append(name)
            after = self.move(place, facts, settings)
            if after is None:
                return []
            place = after

    def move(
        self, place: _Place, facts: dict[str, object], settings: Mapping[str, object]
    ) -> _Place | None:
        """One automatic move; what it sets is put into ``facts``."""
        run = self.run._replace(
            active=place.active, left=place.left, facts=dict(facts), settings=settings
        )
        here = self.chart.at(place.active)
        edges = automatic(self.world, _case(run), run, self.chart, here)
        if not edges:
            return None
        moved = self.chart.move(place.active, place.left, edges)
        for key in moved.exited:
            facts.update(_set(self.chart.states[key].leave))
        for key in moved.entered:
            facts.update(_set(self.chart.states[key].enter))
        return _Place(moved.active, moved.left)


def _set(effects: Sequence[object]) -> dict[str, object]:
    return {
        name: value
        for effect in effects
        if isinstance(effect, SetFacts)
        for name, value in effect.values.items()
    }


def _run(definition: Definition) -> Run:
    return Run(
        id="run",
        protocol=definition.id,
        revision=definition.revision,
        sha256=definition.sha256,
        status="active",
        outcome=None,
        active={},
        left={},
        entered={},
        facts={},
        tasks={},
        attached=frozenset(),
        pending={},
        passed=frozenset(),
        settings={},
        parent=None,
        children={},
    )


def _case(run: Run) -> Case:
    return Case(
        id="case",
        drill=True,
        status="open",
        opened="2000-01-01T00:00:00.000000Z",
        closed=None,
        outcome=None,
        version=0,
        lifecycle=None,
        runs={run.id: run},
    )
