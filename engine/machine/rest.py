"""Running to rest: automatic moves, running states' runs, and ends, until none is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handrail.engine.machine.automatic import automatic
from handrail.engine.machine.memo import Memo
from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.machine.configuration import Configuration
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Run
    from handrail.engine.machine.turn import Turn

__all__ = ["settle"]


def settle(turn: Turn) -> None:
    """Go on until nothing happens by itself any more.

    :raises RefusedError: that never is.
    """
    definition = turn.world.definition
    while turn.case.status == "open":
        for run in turn.case.active_runs():
            chart = chart_of(definition(run.sha256))
            here = chart.at(run.active)
            if here.rests or _rests(turn, run):
                continue
            if _advance(turn, run, chart, here):
                break
            _rested.keep(run, turn.world.site, turn.case.runs)
        else:
            return


# Of runs that were found at rest: all runs of the case then, which their guards could read.
_rested: Final[Memo[Mapping[str, Run]]] = Memo()


def _rests(turn: Turn, run: Run) -> bool:
    """Whether it was found at rest before, and all is as it was, for it.

    Of the other runs a guard can read how they are (``runs``), and the facts of the
    lifecycle (``incident``).
    """
    known = _rested.get(id(run))
    if known is None or known.site is not turn.world.site:
        return False
    case, then = turn.case, known.found
    if then.keys() != case.runs.keys():
        return False
    for key, now in case.runs.items():
        one = then[key]
        if one is now:
            continue
        if one.status != now.status:  # with which its outcome comes
            return False
        if key == case.lifecycle and one.facts is not now.facts:
            return False
    return True


def _advance(turn: Turn, run: Run, chart: Chart, here: Configuration) -> bool:
    """The run ends, or moves by itself, or starts what a running state waits for.

    As SCXML appendix D has it, a state is "invoked" only where the run comes to rest:
    one that is left at once starts nothing and tells nobody.
    """
    outcome = here.outcome
    if outcome is not None:
        _finish(turn, run, outcome)
        return True
    edges = automatic(turn.world, turn.case, run, chart, here)
    if edges:
        turn.move(run, chart, edges, turn.draft("moved", turn.engine, run=run.id), ())
        return True
    return _invoke(turn, run, here)


def _invoke(turn: Turn, run: Run, here: Configuration) -> bool:
    for state in here.running:
        if state.run is not None and state.id not in run.children:
            turn.start(state.run, parent={"run": run.id, "state": state.id})
            return True
    return False


def _finish(turn: Turn, run: Run, outcome: str) -> None:
    """A run reached its end; with the lifecycle ends the incident, and all that goes on in it."""
    turn.emit(turn.draft("run-finished", turn.engine, run=run.id, outcome=outcome))
    if run.id == turn.case.lifecycle:
        turn.closing = True
        for other in turn.case.active_runs():
            turn.cancel(other.id)
        turn.emit(turn.draft("incident-closed", turn.engine, outcome=outcome))
