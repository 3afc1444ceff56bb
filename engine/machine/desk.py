"""The smaller commands: open, facts, notes, evidence, a further protocol, a deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.machine.judge import may
from handrail.engine.machine.reasons import Reason, not_yours
from handrail.engine.machine.tasks import active_task
from handrail.engine.machine.turn import RefusedError

if TYPE_CHECKING:
    from handrail.engine.machine import commands as do
    from handrail.engine.machine.turn import Turn

__all__ = ["attach", "deviate", "note", "open_case", "set_facts", "start_protocol"]


def open_case(turn: Turn, command: do.Open) -> None:
    """Open a case: its lifecycle begins, then the protocol that it is opened with."""
    opening = {
        "type": "incident-opened",
        "case": command.case,
        "drill": command.drill,
        "occurred": command.at,
        "actor": command.actor.record(),
    }
    if command.title is not None:
        opening["title"] = command.title
    turn.open(opening)
    turn.start(command.lifecycle, lifecycle=True)
    if command.protocol is not None:
        turn.start(command.protocol, by_person=True, facts=dict(command.facts) or None)


def set_facts(turn: Turn, command: do.SetFact) -> None:
    """Record facts apart from a step; whoever acts in an active state may."""
    run = turn.open_run(command.run)
    chart = turn.chart(run)
    allowed = [chart.states[name].by for name in chart.path(run.active)]
    if not any(may(by, turn.actor) for by in allowed):
        raise RefusedError(not_yours(role for by in allowed for role in by))
    turn.emit(turn.draft("fact-set", run=run.id, facts=dict(command.facts)))


def note(turn: Turn, command: do.Note) -> None:
    """Write something down; also when the case is closed."""
    turn.emit(turn.draft("noted", text=command.text))


def attach(turn: Turn, command: do.Attach) -> None:
    """Attach evidence to the case, to a run of it, or to a task."""
    if command.run is not None and command.task is not None:
        active_task(turn, turn.open_run(command.run), command.task)
    elif command.run is not None:
        turn.known_run(command.run)
    turn.emit(
        turn.draft(
            "evidence-attached",
            sha256=command.sha256,
            size=command.size,
            name=command.name,
            run=command.run,
            task=command.task,
        )
    )


def start_protocol(turn: Turn, command: do.StartProtocol) -> None:
    """Start a further protocol in the same case."""
    turn.check_open()
    turn.start(command.protocol, by_person=True, facts=dict(command.facts) or None)


def deviate(turn: Turn, command: do.Deviate) -> None:
    """Put a run into another state, outside the protocol, where it allows that."""
    run = turn.open_run(command.run)
    chart = turn.chart(run)
    allowed = chart.definition.deviate_by
    if allowed is None:
        params = {"protocol": run.protocol}
        raise RefusedError(Reason("deviate", "{protocol} allows nobody to leave it", params))
    if not may(allowed, turn.actor):
        raise RefusedError(not_yours(allowed))
    if command.state not in chart.states:
        params = {"protocol": run.protocol, "state": command.state}
        raise RefusedError(Reason("not-now", "{protocol} has no state “{state}”", params))
    moved = chart.put(run.active, run.left, command.state)
    draft = turn.draft("deviated", run=run.id, state=command.state, why=command.why)
    turn.transit(run, chart, moved, draft)
