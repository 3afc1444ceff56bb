"""One configuration of a definition: the states that are active together.

All that follows from the configuration alone is worked out when it is first met and
kept with its chart, because a run asks the same questions at every step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.machine.build import TOP
from handrail.engine.machine.definition import Kind
from handrail.engine.machine.structure import Rung

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handrail.engine.machine.definition import State, Step, Task
    from handrail.engine.machine.structure import Edge, Structure

__all__ = ["Configuration", "Ladder"]

# What one innermost state offers, innermost first: SCXML appendix D, selectTransitions,
# looks through one for each innermost state.
Ladder = tuple[Rung, ...]


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
        self.offers = {step: self._ladders(f"step {step}") for step in self._steps()}
        self.next = self._ladders("next")
        self.done = self._ladders("done", self._may_be_done)
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

    def _ladders(
        self, kind: str, wanted: Callable[[State], bool] = lambda _: True
    ) -> tuple[Ladder, ...]:
        """Each ladder once: leaves that share all that has such targets share it."""
        found: dict[tuple[str, ...], Ladder] = {}
        for leaf in self.leaves:
            rungs = [rung for rung in self._rungs(leaf, kind) if wanted(rung.state)]
            if rungs:
                found.setdefault(tuple(rung.state.id for rung in rungs), tuple(rungs))
        return tuple(found.values())

    def _rungs(self, leaf: str, kind: str) -> Iterator[Rung]:
        for name in self._structure.ancestors[leaf]:
            edges = self._structure.branches.get((name, kind))
            if edges is not None:
                state = self._structure.states[name]
                step = state.steps.get(kind.removeprefix("step "))
                yield Rung(state, edges) if step is None else self._rung(state, edges, step)

    def _rung(self, state: State, edges: tuple[Edge, ...], step: Step) -> Rung:
        """A step, with what it needs in this configuration."""
        heads = {need: need.partition(".") for need in step.needs}
        tasks = (
            task
            for task in self.tasks[state.id]
            if f"tasks.{task.id}" in heads or ("tasks" in heads and not task.optional)
        )
        facts = [need for need, (head, _, _) in heads.items() if head not in _NO_FACTS]
        return Rung(state, edges, step, tuple(tasks), "evidence" in heads, tuple(facts))

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


_NO_FACTS: Final = frozenset({"tasks", "evidence"})


def _is_timed(state: State) -> bool:
    return state.within is not None or any(task.within for task in state.tasks.values())
