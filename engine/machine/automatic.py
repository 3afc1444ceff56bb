"""The moves that the engine takes by itself: ``next`` and ``done``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.machine.definition import Kind
from handrail.engine.machine.judge import branch, preempt
from handrail.engine.machine.scope import RunScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handrail.engine.machine.configuration import Configuration, Ladder
    from handrail.engine.machine.definition import State
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Case, Run, World
    from handrail.engine.machine.structure import Edge

__all__ = ["automatic"]


def automatic(
    world: World, case: Case, run: Run, chart: Chart, here: Configuration
) -> tuple[Edge, ...]:
    """The moves that the engine takes by itself now: ``next`` first, then ``done``.

    SCXML appendix D takes eventless transitions before completion events. A ``done``
    of ours is no event that is lost when no branch holds: it is taken as soon as the
    state is complete and a guard holds.
    """
    if not (here.next or here.done):
        return ()
    scope = RunScope(case, run, chart, world.site)
    edges = _next(here.next, scope) or _done(here, case, run, scope)
    return tuple(edges) if len(edges) < 2 else preempt(chart, run, tuple(edges))  # noqa: PLR2004 - a pair


def _next(ladders: Sequence[Ladder], scope: RunScope) -> dict[Edge, None]:
    """SCXML appendix D, selectEventlessTransitions."""
    found: dict[Edge, None] = {}
    for ladder in ladders:
        for rung in ladder:
            edge, _ = branch(rung, scope)
            if edge is not None:
                found[edge] = None
                break
    return found


def _done(here: Configuration, case: Case, run: Run, scope: RunScope) -> dict[Edge, None]:
    found: dict[Edge, None] = {}
    for ladder in here.done:
        for rung in ladder:
            scope.outcome = _outcome(here, case, run, rung.state)
            edge = None if scope.outcome is None else branch(rung, scope)[0]
            if edge is not None:
                found[edge] = None
                break
    return found


def _outcome(here: Configuration, case: Case, run: Run, state: State) -> object:
    """What ``outcome`` is in a ``done``; ``None`` while a running state's run goes on."""
    if state.kind is not Kind.RUNNING:
        return here.outcomes[state.id]
    child = case.runs.get(run.children.get(state.id, ""))
    if child is None or child.status == "active":
        return None
    return child.outcome or child.status
