"""Doing a task of a checklist, or skipping it with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.machine.judge import may
from handrail.engine.machine.reasons import Reason, facts_missing, not_yours
from handrail.engine.machine.state import task_items, task_mark
from handrail.engine.machine.turn import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handrail.engine.machine.commands import Actor, DoTask
    from handrail.engine.machine.definition import Task
    from handrail.engine.machine.state import Run
    from handrail.engine.machine.turn import Turn

__all__ = ["active_task", "do_task"]


def do_task(turn: Turn, command: DoTask) -> None:
    """Do a task, or one of its items; or skip it."""
    run = turn.open_run(command.run)
    task = active_task(turn, run, command.task)
    if command.skip is None:
        _check_doing(turn.actor, run, task)
        kind = "task-done"
    else:
        _check_skipping(turn.actor, task)
        kind = "task-skipped"
    item = _item(turn, run, task, command.item)
    _check_open(run, task, item)
    turn.emit(turn.draft(kind, run=run.id, task=task.id, item=item, why=command.skip))


def active_task(turn: Turn, run: Run, name: str) -> Task:
    """The task, if it is on the checklist of an active state.

    :raises RefusedError: it is not.
    """
    for state in turn.chart(run).at(run.active).checklists:
        if name in state.tasks:
            return state.tasks[name]
    params = {"task": name}
    raise RefusedError(Reason("not-now", "the task “{task}” is not to be done now", params))


def _item(turn: Turn, run: Run, task: Task, item: str | None) -> str | None:
    """The item that is meant: the only one, where none is said; ``None``: the task itself."""
    items = task_items(task, run.facts, turn.world.site)
    if items is None:
        if item is not None:
            params = {"task": task.id}
            raise RefusedError(Reason("not-now", "“{task}” is one task, without items", params))
        return None
    if item is None and len(items) == 1:
        return items[0]
    if item is not None and item in items:
        return item
    raise RefusedError(_which(run, task, items, item))


def _which(run: Run, task: Task, items: Sequence[str], item: str | None) -> Reason:
    if not items:
        if task.each_fact and task.each is not None and task.each not in run.facts:
            return facts_missing([task.each])
        return Reason("not-now", "“{task}” has nothing to be done for", {"task": task.id})
    if item is None:
        template = "say which with --item: {items}"
        return Reason("item", template, {"items": ", ".join(items)}, tuple(items))
    params = {"item": item, "items": ", ".join(items)}
    return Reason("not-now", "“{item}” is not one of {items}", params)


def _check_open(run: Run, task: Task, item: str | None) -> None:
    key = task.id if item is None else f"{task.id}/{item}"
    if key in run.tasks:
        params = {"task": key, "status": run.tasks[key]}
        raise RefusedError(Reason("done", "{task} is {status} already", params))


def _check_doing(actor: Actor, run: Run, task: Task) -> None:
    if not may(task.by, actor):
        raise RefusedError(not_yours(task.by))
    if task.evidence and task_mark(task.id) not in run.attached:
        raise RefusedError(Reason("evidence", "attach evidence first", {}, ("evidence",)))


def _check_skipping(actor: Actor, task: Task) -> None:
    """An optional task is skipped by who may do it; any, by those whom it names for that."""
    if not task.optional and not task.skip_by:
        raise RefusedError(Reason("skip", "“{task}” cannot be skipped", {"task": task.id}))
    if task.optional and may(task.by, actor):
        return
    if not (task.skip_by and may(task.skip_by, actor)):
        raise RefusedError(not_yours((*task.skip_by, *(task.by if task.optional else ()))))
