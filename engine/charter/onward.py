"""What one person can do that takes a document nearer to being in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.charter.truths import goals_of, offers
from handrail.engine.charter.way import FAR, far, landing
from handrail.engine.machine import commands as do
from handrail.engine.machine.agreement import CONSULTED
from handrail.engine.machine.judge import judge
from handrail.engine.machine.reasons import Reason
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.state import task_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.charter.table import Table
    from handrail.engine.machine.commands import Actor, Command
    from handrail.engine.machine.definition import Task
    from handrail.engine.machine.judge import Verdict
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Run

    Reasons = tuple[Reason, ...]

__all__ = ["blocked", "commands", "is_heard"]


def commands(table: Table, run: Run, actor: Actor) -> Iterator[Command]:
    """What this person can do here that leads nearer to being in force."""
    for step in run.pending:
        yield do.Confirm(actor=actor, at=table.at, run=run.id, step=step)
    chart = _chart(table, run)
    for task, item in _tasks(table, run, chart):
        if set(task.by).isdisjoint(actor.roles) or (
            task.each == CONSULTED and item not in actor.roles
        ):
            continue
        yield do.DoTask(actor=actor, at=table.at, run=run.id, task=task.id, item=item)
    for _, step, verdict in _ways(table, run, actor):
        if not verdict.reasons:
            yield do.TakeStep(actor=actor, at=table.at, run=run.id, step=step)


def _chart(table: Table, run: Run) -> Chart:
    return chart_of(table.engine.shelf.definition(run.sha256))


def _tasks(table: Table, run: Run, chart: Chart) -> Iterator[tuple[Task, str | None]]:
    """The open tasks that are not optional, each with its items."""
    states = (chart.states[name] for name in chart.path(run.active))
    for task in (task for state in states for task in state.tasks.values() if not task.optional):
        items = task_items(task, run.facts, table.site)
        if items is None and task.id not in run.tasks:
            yield task, None
        for item in items or ():
            if f"{task.id}/{item}" not in run.tasks:
                yield task, item


def _ways(table: Table, run: Run, actor: Actor) -> list[tuple[int, str, Verdict]]:
    """The steps that lead nearer, the nearest first: (how far then, step, verdict)."""
    chart = _chart(table, run)
    definition = table.engine.shelf.definition(run.sha256)
    now = min((far(definition, leaf) for leaf in chart.leaves(run.active)), default=FAR)
    found = []
    for name, steps in offers(chart, run).items():
        verdict = judge(table.world(), table.case, run, chart, name, actor=actor, at=table.at)
        taken = [edge.target.state for edge in verdict.edges if edge.target is not None]
        goals = [goal for goal in taken if goal is not None] or goals_of(steps)
        then = [far(definition, landing(chart, goal)) for goal in goals]
        if min(then, default=FAR) < now:
            found.append((min(then), name, verdict))
    return sorted(found, key=lambda way: way[:2])


def is_heard(table: Table, run: Run) -> bool:
    """Whether somebody is being heard now."""
    return any(task.each == CONSULTED for task, _ in _tasks(table, run, _chart(table, run)))


def blocked(table: Table, run: Run, actor: Actor) -> Reasons:
    """What has to happen first."""
    unheard = [
        item
        for task, item in _tasks(table, run, _chart(table, run))
        if item is not None and task.each == CONSULTED
    ]
    if unheard:
        params = {"document": table.name, "roles": ", ".join(unheard)}
        return (
            Reason("consult", "{document}: first to be heard: {roles}", params, tuple(unheard)),
        )
    for _, _, verdict in _ways(table, run, actor):
        if verdict.reasons:
            return verdict.reasons
    params = {"document": table.name, "states": ", ".join(_chart(table, run).leaves(run.active))}
    return (Reason("agreement", "{document} is in {states}: nobody can agree to it now", params),)
