"""What follows from a definition alone: its tree, its branches, and who holds whom.

The words are those of the W3C SCXML Recommendation (1 September 2015), appendix D.
A *region* is what SCXML calls a compound state or the ``scxml`` element: exactly one
of its children is active while it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.machine.definition import Definition, Resume, State, Step, Target, Task
    from handrail.engine.machine.guards import Guard

__all__ = ["Edge", "Offer", "Rung", "Structure"]


class Edge(Part):
    """One branch of one list of targets: what SCXML calls a transition.

    There is one of each branch in a chart, so that it is known by its identity.
    """

    source: str  # the state that declares it
    kind: str  # "step NAME" | "next" | "done"
    place: int | None  # in the list; None: a step that leads nowhere
    target: Target | None
    when: Guard | None
    label: str  # unique in the definition; names it in the flat machines


class Rung(NamedTuple):
    """The ``next`` or ``done`` of an active state: a place to look for a branch that holds."""

    state: State
    edges: tuple[Edge, ...]


class Offer(NamedTuple):
    """A step of an active state, with what it needs among what is there now."""

    state: State
    edges: tuple[Edge, ...]
    step: Step
    by: frozenset[str]  # roles; empty: anybody
    tasks: tuple[Task, ...]  # to be done before
    evidence: bool  # whether it needs any
    facts: tuple[str, ...]  # to be known before


class Structure:
    """The tree of a definition, as tables."""

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
        # The branches of each list of targets; a step without targets has one that stays.
        self.branches = {
            (state.id, kind): _edges(state.id, kind, targets)
            for state in self.states.values()
            for kind, targets in _lists(state)
        }
        # The states that some branch returns to: only they keep their history.
        self.remembered = frozenset(resume.state for resume in self._resumes())

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
        """Every branch of the document, in document order."""
        for edges in self.branches.values():
            yield from edges

    def inner(self, state: State) -> tuple[str, ...]:
        """The regions right inside a state: a compound's one, a parallel's tracks."""
        return (state.inside,) if state.inside is not None else state.tracks

    def child(self, region: str, goal: str) -> str:
        """The child of a region that is the goal or holds it."""
        return next(name for name in self.ancestors[goal] if self.states[name].region == region)

    def domain(self, source: str, goals: Sequence[str]) -> str:
        """The innermost region that holds the source and every goal.

        SCXML appendix D, getTransitionDomain for a transition of type "external":
        the least common compound ancestor.
        """
        held = [self.within[goal] for goal in goals]
        return next(
            region for region in self.within[source] if all(region in regions for regions in held)
        )


def _lists(state: State) -> Iterator[tuple[str, tuple[Target, ...]]]:
    for step in state.steps.values():
        yield f"step {step.id}", step.to
    if state.next:
        yield "next", state.next
    if state.done:
        yield "done", state.done


def _edges(state: str, kind: str, targets: tuple[Target, ...]) -> tuple[Edge, ...]:
    if not targets:
        return (_edge(state, kind, None, f"{state} {kind}"),)
    return tuple(_edge(state, kind, target, f"{state} {kind} {target.index}") for target in targets)


def _edge(state: str, kind: str, target: Target | None, label: str) -> Edge:
    place = None if target is None else target.index
    when = None if target is None else target.when
    return Edge(source=state, kind=kind, place=place, target=target, when=when, label=label)
