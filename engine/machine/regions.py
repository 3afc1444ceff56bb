"""Where a run is, and how it moves: a tree of flat machines.

The structure follows the W3C SCXML Recommendation (1 September 2015), section
3.13 and appendix D: least common compound ancestor, exit and entry sets,
document order, history. The configuration maps each active region to its active
child; each region is a flat machine (``flat``) over its children.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.machine.build import TOP
from handrail.engine.machine.configuration import Configuration
from handrail.engine.machine.flat import FlatMachines
from handrail.engine.machine.structure import Edge, Structure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from handrail.engine.machine.definition import Definition, Resume, State
    from handrail.engine.machine.flat import Shot

__all__ = ["Active", "Chart", "Edge", "History", "Moved", "chart_of"]

Active = dict[str, str]  # region id -> the active child's id; never changed in place
History = dict[str, tuple[str, ...]]  # state id -> the leaves in which it was left

_MOST_MET: Final = 4_096  # configurations kept of one definition; any other is worked out anew


class Moved(NamedTuple):
    """What a microstep does. Exits are innermost first, entries outermost first."""

    active: Active
    left: History
    exited: tuple[str, ...]
    entered: tuple[str, ...]
    before: tuple[str, ...]  # the leaves that it begins in
    after: tuple[str, ...]  # and those that it ends in
    quiet: bool = False  # whether it brings no effects, ends no run and leaves no clock


class _Way(NamedTuple):
    """How one edge crosses its domain: what is left, and where to."""

    edge: Edge
    domain: str
    exits: tuple[str, ...]
    goals: tuple[str, ...]


class _Known(NamedTuple):
    """A microstep that was worked out before: it only has to be fired."""

    shots: tuple[Shot, ...]  # one for each edge that leads somewhere
    moved: Moved  # ``left`` holds only what this microstep adds to it


@lru_cache(maxsize=512)
def chart_of(definition: Definition) -> Chart:
    """The chart of a definition, built once."""
    return Chart(definition)


class Chart(Structure):
    """A definition's structure, ready to move in."""

    def __init__(self, definition: Definition) -> None:
        super().__init__(definition)
        self._machines = FlatMachines(self)
        self._met: dict[frozenset[str], Configuration] = {}  # by the states that are active
        self._at: dict[int, Configuration] = {}  # by their mapping's identity, which they keep
        self._lively = frozenset(key for key, state in self.states.items() if _is_lively(state))

    # -- reading a configuration ------------------------------------------------

    def at(self, active: Mapping[str, str]) -> Configuration:
        """The configuration, with all that is known of it."""
        return self._at.get(id(active)) or self._meet(active)

    def _meet(self, active: Mapping[str, str]) -> Configuration:
        """The same for a mapping that is not the one that we gave: equal ones are one."""
        key = frozenset(active.values())
        found = self._met.get(key)
        if found is None:
            if len(self._met) >= _MOST_MET:
                self._met.clear()
                self._at.clear()
            found = self._met[key] = Configuration(self, dict(active))
            self._at[id(found.active)] = found
        return found

    def leaves(self, active: Mapping[str, str]) -> tuple[str, ...]:
        """The active states that have no active child, in document order."""
        return self.at(active).leaves

    def path(self, active: Mapping[str, str]) -> tuple[str, ...]:
        """All active states, in document order (outermost first)."""
        return self.at(active).path

    def outcome(self, active: Mapping[str, str], region: str) -> str | None:
        """The outcome of the final state that the region is in, or ``None``."""
        return self.at(active).ended(region)

    # -- moving -----------------------------------------------------------------

    def enter(self) -> Moved:
        """The initial configuration."""
        active: Active = {}
        entered: list[str] = []
        self._enter_region(TOP, (), active, entered)
        here = self.at(active)
        return Moved(here.active, {}, (), tuple(entered), (), here.leaves)

    def move(self, active: Active, left: History, edges: Sequence[Edge]) -> Moved:
        """Take one microstep: all exits, then all entries.

        The edges' exit sets must be disjoint (SCXML: removeConflictingTransitions).

        :raises transitions.MachineError: an edge does not start where the run is.
        """
        here = self.at(active)
        key = tuple(edges)
        known: _Known | None = here.moves.get(key)
        if known is None:
            known = self._work_out(here, left, edges)
            if not any(edge.target and edge.target.resume for edge in edges):
                here.moves[key] = known
        for shot in known.shots:
            shot.fire()
        moved = known.moved
        return _on_top_of(left, moved) if left or moved.left else moved

    def put(self, active: Active, left: History, goal: str) -> Moved:
        """Put the run into ``goal`` outside the protocol.

        What is exited is the inside of the innermost active region that holds the goal.
        """
        here = self.at(active)
        domain = next(region for region in self.within[goal] if region in active)
        self._machines.put(domain, active[domain], self.child(domain, goal))
        return _on_top_of(left, self._exchange(here, [(domain, here.inside(domain), (goal,))]))

    def _work_out(self, here: Configuration, left: History, edges: Sequence[Edge]) -> _Known:
        ways = [way for edge in edges if (way := self._way(here, left, edge)) is not None]
        shots = [
            self._machines.shot(
                way.domain,
                here.active[way.domain],
                way.edge,
                self.child(way.domain, way.goals[0]),
            )
            for way in ways
        ]
        moved = self._exchange(here, [(way.domain, way.exits, way.goals) for way in ways])
        return _Known(tuple(shots), moved)

    def _exchange(
        self, here: Configuration, ways: Iterable[tuple[str, tuple[str, ...], tuple[str, ...]]]
    ) -> Moved:
        """All exits, then all entries; ``left`` of the result is what they add to it."""
        after = dict(here.active)
        exited: list[str] = []
        entered: list[str] = []
        for domain, exits, goals in ways:
            exited += exits
            for name in exits:
                del after[self.states[name].region]
            self._enter_region(domain, goals, after, entered)
        exited.sort(key=self._order, reverse=True)
        entered.sort(key=self._order)
        left = {name: tuple(here.leaves_in(name)) for name in exited if name in self.remembered}
        quiet = self._lively.isdisjoint(exited) and self._lively.isdisjoint(entered)
        there = self.at(after)
        return Moved(
            there.active, left, tuple(exited), tuple(entered), here.leaves, there.leaves, quiet
        )

    def exits(self, active: Active, left: History, edge: Edge) -> frozenset[str]:
        """The states that an edge would leave: its exit set."""
        way = self._way(self.at(active), left, edge)
        return frozenset() if way is None else frozenset(way.exits)

    def _way(self, here: Configuration, left: History, edge: Edge) -> _Way | None:
        """How an edge crosses; ``None`` for one that leads nowhere.

        A state that is left by the very edge that resumes it returns to where it was
        when left: appendix D keeps the history before it finds the states to enter.
        """
        target = edge.target
        if target is None:
            return None
        resume = target.resume
        goals = self._resumed(resume, left) if resume else (target.state or "",)
        domain = self.domain(edge.source, goals)
        exits = here.inside(domain)
        if resume is not None and resume.state in exits:
            goals = self._resumed(resume, {resume.state: tuple(here.leaves_in(resume.state))})
        return _Way(edge, domain, exits, goals)

    def _resumed(self, resume: Resume, left: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        leaves = left.get(resume.state)
        if leaves is None:
            return (resume.otherwise or resume.state,)
        if resume.deep:
            return leaves
        inside = self.states[resume.state].inside
        return (resume.state,) if inside is None else (self.child(inside, leaves[0]),)

    # -- entering ---------------------------------------------------------------

    def _enter_region(
        self, region: str, goals: tuple[str, ...], active: Active, entered: list[str]
    ) -> None:
        """SCXML appendix D, addDescendantStatesToEnter and addAncestorStatesToEnter."""
        goals = goals or (self.regions[region].start,)
        child = active[region] = self.child(region, goals[0])
        entered.append(child)
        for key in self.inner(self.states[child]):
            deeper = tuple(goal for goal in goals if key in self.within[goal])
            self._enter_region(key, deeper, active, entered)

    def _order(self, name: str) -> int:
        return self.states[name].order


def _on_top_of(left: History, moved: Moved) -> Moved:
    """The microstep with the whole history, which it adds to."""
    if moved.left:
        left = {**left, **moved.left}
    return moved._replace(left=left) if left else moved


def _is_lively(state: State) -> bool:
    """Whether entering or leaving the state may bring more than the state itself."""
    if state.enter or state.leave or state.run or state.within:
        return True
    return any(task.within for task in state.tasks.values())
