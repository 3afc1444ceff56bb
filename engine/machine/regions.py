"""Where a run is, and how it moves: a tree of flat machines.

The structure follows the W3C SCXML Recommendation (1 September 2015), section
3.13 and appendix D: least common compound ancestor, exit and entry sets,
document order, history. Each region of a definition is one flat
``transitions.Machine`` over its children; a target lives in the machine of the
innermost region that holds both its source and its goals, and firing it moves
that machine. The configuration maps each active region to its active child.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from transitions import Machine

from handrail.engine.machine.build import TOP
from handrail.engine.machine.definition import Definition, Kind, Resume, State, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Active", "Chart", "Edge", "Moved", "chart_of"]

Active = dict[str, str]  # region id -> the active child's id
History = dict[str, tuple[str, ...]]  # state id -> the leaves in which it was left


class Edge(NamedTuple):
    """One branch of one list of targets; ``target`` is ``None`` for a targetless step."""

    source: str  # the state that declares it
    kind: str  # "step NAME" | "next" | "done"
    target: Target | None


class Moved(NamedTuple):
    """What a microstep does. Exits are innermost first, entries outermost first."""

    active: Active
    left: History
    exited: tuple[str, ...]
    entered: tuple[str, ...]


class _Cursor:
    """What a flat machine moves: one region's place."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


@lru_cache(maxsize=512)
def chart_of(definition: Definition) -> Chart:
    """The chart of a definition, built once."""
    return Chart(definition)


class Chart:
    """A definition's structure, ready to move in."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.states = definition.states
        self.regions = definition.regions
        # For each state, itself and its ancestors, innermost first.
        self.ancestors = {key: tuple(self._up(key)) for key in self.states}
        # For each state, the regions that it lies in, innermost first.
        self.within = {
            key: tuple(self.states[name].region for name in names)
            for key, names in self.ancestors.items()
        }
        self.remembered = frozenset(resume.state for resume in self._resumes())
        # The states that the engine may leave by itself.
        self.automatic = frozenset(
            state.id for state in self.states.values() if state.next or state.done
        )
        self.timed = frozenset(
            state.id
            for state in self.states.values()
            if state.within or any(task.within for task in state.tasks.values())
        )
        self._machines: dict[str, Machine] = {}

    def _up(self, key: str) -> Iterator[str]:
        name: str | None = key
        while name is not None:
            yield name
            name = self.regions[self.states[name].region].owner

    def _resumes(self) -> Iterator[Resume]:
        for edge in self.edges():
            if edge.target is not None and edge.target.resume is not None:
                yield edge.target.resume

    def edges(self) -> Iterator[Edge]:
        """Every branch of the document that goes somewhere, in document order."""
        for state in self.states.values():
            for step in state.steps.values():
                yield from (Edge(state.id, f"step {step.id}", target) for target in step.to)
            yield from (Edge(state.id, "next", target) for target in state.next)
            yield from (Edge(state.id, "done", target) for target in state.done)

    # -- reading a configuration ------------------------------------------------

    def leaves(self, active: Mapping[str, str]) -> tuple[str, ...]:
        """The active states that have no active child, in document order."""
        return tuple(self._leaves(active, TOP))

    def _leaves(self, active: Mapping[str, str], region: str) -> Iterator[str]:
        name = active.get(region)
        return iter(()) if name is None else self._leaves_of(active, name)

    def path(self, active: Mapping[str, str]) -> tuple[str, ...]:
        """All active states, in document order (outermost first)."""
        return tuple(sorted(active.values(), key=self._order))

    def is_complete(self, active: Mapping[str, str], state: State) -> bool:
        """Whether a compound's child is final, or enough tracks of a parallel are."""
        if state.kind is Kind.COMPOUND:
            return self.outcome(active, state.id) is not None
        if state.kind is Kind.PARALLEL:
            ended = sum(self.outcome(active, track) is not None for track in state.tracks)
            return ended >= state.join
        return False

    def outcome(self, active: Mapping[str, str], region: str) -> str | None:
        """The outcome of the final state that the region is in, or ``None``."""
        name = active.get(region)
        return None if name is None else self.states[name].outcome

    # -- moving -----------------------------------------------------------------

    def enter(self) -> Moved:
        """The initial configuration."""
        active: Active = {}
        entered: list[str] = []
        self._enter_region(TOP, (), active, entered)
        return Moved(active, {}, (), tuple(entered))

    def move(self, active: Active, left: History, edges: Sequence[Edge]) -> Moved:
        """Take one microstep: all exits, then all entries.

        The edges' exit sets must be disjoint (see ``select``).

        :raises transitions.MachineError: an edge does not start where the run is.
        """
        plans = [
            (self._domain(edge.source, goals), goals, edge)
            for edge in edges
            if (goals := self.goals(edge, left))
        ]
        fired = [
            (domain, self._fire(domain, active[domain], edge, goals), goals)
            for domain, goals, edge in plans
        ]
        return self._exchange(active, left, fired)

    def put(self, active: Active, left: History, goal: str) -> Moved:
        """Put the run into ``goal`` outside the protocol.

        What is exited is the inside of the innermost active region that holds the goal.
        """
        domain = next(region for region in self.within[goal] if region in active)
        child = self._child(domain, goal)
        machine = self._machine(domain)
        cursor = _Cursor(active[domain])
        machine.set_state(child, cursor)
        return self._exchange(active, left, [(domain, cursor.state, (goal,))])

    def _exchange(
        self, active: Active, left: History, fired: Iterable[tuple[str, str, tuple[str, ...]]]
    ) -> Moved:
        after = dict(active)
        exited: list[str] = []
        entered: list[str] = []
        history = left
        fired = list(fired)
        for domain, _, _ in fired:
            exited += self._inside(active, domain)
        if self.remembered.intersection(exited):
            history = {**left, **self._remember(active, exited)}
        for name in exited:
            after.pop(self.states[name].region, None)
        for domain, child, goals in fired:
            self._enter_child(domain, child, goals, after, entered)
        exited.sort(key=self._order, reverse=True)
        if len(fired) > 1:
            entered.sort(key=self._order)
        return Moved(after, history, tuple(exited), tuple(entered))

    def goals(self, edge: Edge, left: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """The states that an edge leads to; none for a targetless one."""
        target = edge.target
        if target is None:
            return ()
        if target.resume is None:
            return () if target.state is None else (target.state,)
        return self._resumed(target.resume, left)

    def _resumed(self, resume: Resume, left: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        leaves = left.get(resume.state)
        if leaves is None:
            return (resume.otherwise or resume.state,)
        if resume.deep:
            return leaves
        state = self.states[resume.state]
        return (self._child(state.inside, leaves[0]),) if state.inside else (state.id,)

    def exits(self, active: Active, left: History, edge: Edge) -> frozenset[str]:
        """The states that an edge would leave: its exit set."""
        goals = self.goals(edge, left)
        if not goals:
            return frozenset()
        return frozenset(self._inside(active, self._domain(edge.source, goals)))

    def _domain(self, source: str, goals: Sequence[str]) -> str:
        """The innermost region that holds the source and every goal."""
        held = [self.within[goal] for goal in goals]
        return next(
            region for region in self.within[source] if all(region in regions for regions in held)
        )

    def _child(self, region: str, goal: str) -> str:
        """The child of a region that is the goal or holds it."""
        return next(name for name in self.ancestors[goal] if self.states[name].region == region)

    def _inner(self, state: State) -> tuple[str, ...]:
        return (state.inside,) if state.inside is not None else state.tracks

    def _inside(self, active: Mapping[str, str], region: str) -> list[str]:
        name = active.get(region)
        if name is None:
            return []
        names = [name]
        for key in self._inner(self.states[name]):
            names += self._inside(active, key)
        return names

    def _remember(self, active: Mapping[str, str], exited: Iterable[str]) -> History:
        return {
            name: tuple(self._leaves_of(active, name)) for name in exited if name in self.remembered
        }

    def _leaves_of(self, active: Mapping[str, str], name: str) -> Iterator[str]:
        inner = self._inner(self.states[name])
        if not inner:
            yield name
        for key in inner:
            yield from self._leaves(active, key)

    def _enter_region(
        self, region: str, goals: tuple[str, ...], active: Active, entered: list[str]
    ) -> None:
        goals = goals or (self.regions[region].start,)
        self._enter_child(region, self._child(region, goals[0]), goals, active, entered)

    def _enter_child(
        self, region: str, child: str, goals: tuple[str, ...], active: Active, entered: list[str]
    ) -> None:
        active[region] = child
        entered.append(child)
        for key in self._inner(self.states[child]):
            deeper = tuple(goal for goal in goals if goal != child and key in self.within[goal])
            self._enter_region(key, deeper, active, entered)

    def _order(self, name: str) -> int:
        return self.states[name].order

    # -- the flat machines ------------------------------------------------------

    def _fire(self, domain: str, child: str, edge: Edge, goals: tuple[str, ...]) -> str:
        """Fire the edge in its region's machine; return the region's new child."""
        cursor = _Cursor(child)
        machine = self._machine(domain)
        machine.events[self._name(edge, self._child(domain, goals[0]))].trigger(cursor)
        return cursor.state

    def _name(self, edge: Edge, child: str) -> str:
        index = "" if edge.target is None else edge.target.index
        return f"{edge.source} {edge.kind} {index} {child}"

    def _machine(self, region: str) -> Machine:
        machine = self._machines.get(region)
        if machine is None:
            machine = self._machines[region] = self._build(region)
        return machine

    def _build(self, region: str) -> Machine:
        children = self.regions[region].children
        machine = Machine(
            None,
            states=list(children),
            initial=self._child(region, self.regions[region].start),
            auto_transitions=False,
            send_event=True,
        )
        for edge in self.edges():
            for source, child in self._crossings(region, edge):
                machine.add_transition(self._name(edge, child), source, child)
        return machine

    def _crossings(self, region: str, edge: Edge) -> set[tuple[str, str]]:
        """The moves that an edge can make in a region: (child left, child entered)."""
        if region not in self.within[edge.source]:
            return set()
        source = self._child(region, edge.source)
        return {
            (source, self._child(region, goals[0]))
            for goals in self._possible(edge)
            if self._domain(edge.source, goals) == region
        }

    def _possible(self, edge: Edge) -> Iterator[tuple[str, ...]]:
        """Every set of goals that an edge can have; for history, each leaf and their ancestors."""
        target: Any = edge.target
        if target.resume is None:
            if target.state is not None:
                yield (target.state,)
            return
        yield (target.resume.otherwise or target.resume.state,)
        for name in self.states:
            if target.resume.state in self.ancestors[name]:
                # With the remembered state itself: several leaves may meet further out.
                yield (name,)
                yield (name, target.resume.state)
