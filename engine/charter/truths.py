"""What holds for every agreement, whatever its document says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.machine import commands as do
from handrail.engine.machine.agreement import CONSULTED, IN_FORCE, conditions
from handrail.engine.machine.reasons import Reason, not_yours
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.turn import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handrail.engine.charter.seat import Seat
    from handrail.engine.machine.commands import Actor, Command
    from handrail.engine.machine.definition import Step
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Run
    from handrail.engine.store.base import DocumentRow

__all__ = [
    "agrees",
    "check_approver",
    "check_conditions",
    "check_hearing",
    "goals_of",
    "offers",
]


def agrees(table: Seat, command: do.TakeStep | do.Confirm, run: Run) -> bool:
    """Whether to say yes here is to agree: the step leads into force what is not in force."""
    if isinstance(command, do.Confirm) and not command.yes:
        return False
    now = table.in_force
    if run.status != "active" or (now is not None and now.sha256 == table.subject(run.id).sha256):
        return False
    chart = chart_of(table.engine.shelf.definition(run.sha256))
    goals = goals_of(offers(chart, run).get(command.step, ()))
    return any(IN_FORCE in chart.ancestors[goal] for goal in goals)


def offers(chart: Chart, run: Run) -> dict[str, list[Step]]:
    """The steps that a run offers now by name, each as its active states declare it."""
    found: dict[str, list[Step]] = {}
    for name in chart.path(run.active):
        for step in chart.states[name].steps.values():
            found.setdefault(step.id, []).append(step)
    return found


def goals_of(steps: Iterable[Step]) -> list[str]:
    """The states that declarations of a step name as where it may lead."""
    targets = (target for step in steps for target in step.to)
    return [target.state for target in targets if target.state is not None]


def check_approver(table: Seat, actor: Actor, row: DocumentRow) -> None:
    """Only management agrees, and never to what they wrote.

    :raises RefusedError: this person cannot.
    """
    site = table.site
    if site.management.isdisjoint(actor.roles):
        raise RefusedError(not_yours(sorted(site.management)))
    if table.dossier.author(row.sha256) == actor.id and not site.one_person:
        params = {"revision": str(row.revision), "document": row.id}
        raise RefusedError(
            Reason(
                "author",
                "you wrote revision {revision} of {document}; somebody else has to agree to it",
                params,
            )
        )


def check_conditions(table: Seat, row: DocumentRow) -> None:
    """A document enters its agreement only if it meets the conditions.

    :raises RefusedError: it does not.
    """
    unmet = conditions(table.data(row), table.site, table.at).unmet
    if unmet:
        raise RefusedError(
            Reason(
                "conditions",
                "{document} cannot be agreed: it lacks {conditions}",
                {"document": row.id, "conditions": ", ".join(unmet)},
                unmet,
            )
        )


def check_hearing(table: Seat, command: Command, run: Run) -> None:
    """Each role that is consulted is heard by somebody who has it.

    :raises RefusedError: this person has another one.
    """
    if not isinstance(command, do.DoTask) or command.item is None:
        return
    states = chart_of(table.engine.shelf.definition(run.sha256)).states.values()
    tasks = (state.tasks[command.task] for state in states if command.task in state.tasks)
    heard = any(task.each == CONSULTED for task in tasks)
    if heard and command.item not in command.actor.roles:
        raise RefusedError(not_yours([command.item]))
