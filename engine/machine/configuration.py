"""One configuration of a definition: the states that are active together.

All that follows from the configuration alone is worked out when it is first met and
kept with its chart, because a run asks the same questions at every step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from handrail.engine.machine.build import TOP
from handrail.engine.machine.definition import Kind
from handrail.engine.machine.structure import Offer, Rung

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handrail.engine.machine.definition import State, Step, Task
    from handrail.engine.machine.structure import Edge, Structure

__all__ = ["Configuration", "Ladder", "Offers"]

# What one innermost state has of a kind, innermost first: SCXML appendix D,
# selectTransitions, looks through one ladder for each innermost state.
Ladder = tuple[Rung, ...]
Offers = tuple[Offer, ...]
_R = TypeVar("_R", Rung, Offer)


class Configuration:
    """A configuration, read in every way that a run needs."""

    __slots__ = (
        "_structure",
        "active",
        "checklists",
        "done",
        "leaves",
        "moves",
        "next",
        "offers",
        "outcome",
        "outcomes",
        "path",
        "rests",
        "running",
        "tasks",
        "timed",
    )

    def __init__(self, structure: Structure, active: dict[str, str]) -> None:
        self._structure = structure
        self.active = active
        # The active states without an active child, and all active states, in document order.
        self.leaves = tuple(self.leaves_of(TOP))
        self.path = tuple(sorted(active.values(), key=lambda name: structure.states[name].order))
        # Of each complete compound or parallel state: its outcome, or its tracks' outcomes.
        self.outcomes = dict(self._complete())
        self.outcome = self.ended(TOP)  # of the whole run
        self.checklists = self._states(lambda state: bool(state.tasks))
        self.tasks = {name: self._tasks(name) for name in self.path}  # in a state and inside it
        self.offers = {step: self._ladders(self._offer(step)) for step in self._steps()}
        self.next = self._ladders(self._rung("next"))
        self.done = self._ladders(self._rung("done", self._may_be_done))
        self.running = self._states(lambda state: state.kind is Kind.RUNNING)
        self.timed = self._states(_is_timed)
        # Whether nothing can happen here by itself.
        self.rests = not (self.next or self.done or self.running or self.outcome)
        self.moves: dict[tuple[Edge, ...], Any] = {}  # what edges did from here (``regions``)

    # -- the tree -------------------------------------------------------------

    def leaves_of(self, region: str) -> Iterator[str]:
        """The innermost active states of a region, in document order."""
        name = self.active.get(region)
        if name is not None:
            yield from self.leaves_in(name)

    def leaves_in(self, name: str) -> Iterator[str]:
        """The innermost active states of an active state: itself, if nothing is inside."""
        inner = self._structure.inner(self._structure.states[name])
        if not inner:
            yield name
        for region in inner:
            yield from self.leaves_of(region)

    def inside(self, region: str) -> tuple[str, ...]:
        """The active states in a region, in exit order: the reverse of document order."""
        within = self._structure.within
        return tuple(name for name in reversed(self.path) if region in within[name])

    def _states(self, wanted: Callable[[State], bool]) -> tuple[State, ...]:
        states = (self._structure.states[name] for name in self.path)
        return tuple(state for state in states if wanted(state))

    def _tasks(self, name: str) -> tuple[Task, ...]:
        ancestors = self._structure.ancestors
        states = [state for state in self.checklists if name in ancestors[state.id]]
        return tuple(task for state in states for task in state.tasks.values())

    # -- ladders ----------------------------------------------------------------

    def _steps(self) -> dict[str, None]:
        """The steps that are offered, innermost and first in the document first."""
        ancestors, states = self._structure.ancestors, self._structure.states
        return dict.fromkeys(
            step for leaf in self.leaves for name in ancestors[leaf] for step in states[name].steps
        )

    def _ladders(self, read: Callable[[State], _R | None]) -> tuple[tuple[_R, ...], ...]:
        """Each ladder once: leaves that share all that is read there share it."""
        found: dict[tuple[str, ...], tuple[_R, ...]] = {}
        for leaf in self.leaves:
            states = [self._structure.states[name] for name in self._structure.ancestors[leaf]]
            rungs = {state.id: rung for state in states if (rung := read(state)) is not None}
            if rungs:
                found.setdefault(tuple(rungs), tuple(rungs.values()))
        return tuple(found.values())

    def _rung(
        self, kind: str, wanted: Callable[[State], bool] = lambda _: True
    ) -> Callable[[State], Rung | None]:
        def read(state: State) -> Rung | None:
            edges = self._structure.branches.get((state.id, kind))
            return Rung(state, edges) if edges and wanted(state) else None

        return read

    def _offer(self, name: str) -> Callable[[State], Offer | None]:
        def read(state: State) -> Offer | None:
            step = state.steps.get(name)
            return None if step is None else self._offer_of(state, step)

        return read

    def _offer_of(self, state: State, step: Step) -> Offer:
        tasks = (
            task
            for task in self.tasks[state.id]
            if f"tasks.{task.id}" in step.needs or ("tasks" in step.needs and not task.optional)
        )
        return Offer(
            state=state,
            edges=self._structure.branches[state.id, f"step {step.id}"],
            step=step,
            by=frozenset(step.by),
            tasks=tuple(tasks),
            evidence="evidence" in step.needs,
            facts=tuple(need for need in step.needs if _is_fact(need)),
        )

    # -- completion -----------------------------------------------------------

    def ended(self, region: str) -> str | None:
        """The outcome of the final state that a region is in, or ``None``."""
        name = self.active.get(region)
        return None if name is None else self._structure.states[name].outcome

    def _complete(self) -> Iterator[tuple[str, str | list[str]]]:
        for name in self.path:
            state = self._structure.states[name]
            if state.inside is not None and (outcome := self.ended(state.inside)) is not None:
                yield name, outcome
            if state.tracks:
                ends = [end for track in state.tracks if (end := self.ended(track)) is not None]
                if len(ends) >= state.join:
                    yield name, ends

    def _may_be_done(self, state: State) -> bool:
        """A running state is done when its run is, which the configuration does not tell."""
        return state.kind is Kind.RUNNING or state.id in self.outcomes


def _is_fact(need: str) -> bool:
    return need.partition(".")[0] not in {"tasks", "evidence"}


def _is_timed(state: State) -> bool:
    return state.within is not None or any(task.within for task in state.tasks.values())
