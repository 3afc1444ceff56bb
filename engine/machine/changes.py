"""What records change that move nothing: facts, tasks, evidence, confirmations, ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.machine.state import Case, Pending, Run, passing, task_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Record = Mapping[str, Any]

__all__ = ["CHANGES", "begin"]


def begin(case: Case, record: Record) -> Case:
    """A run begins, and enters its first states next; its record is counted then."""
    parent = record.get("parent")
    run = _new_run(record, None if parent is None else (parent["run"], parent["state"]))
    if record.get("lifecycle"):
        case = case._replace(lifecycle=run.id)
    if run.parent is not None:
        above = case.runs[run.parent[0]]
        case = case.with_run(above._replace(children={**above.children, run.parent[1]: run.id}))
    return case.with_run(run)


def _new_run(record: Record, parent: tuple[str, str] | None) -> Run:
    protocol = record["protocol"]
    return Run(
        id=record["run"],
        protocol=protocol["id"],
        revision=protocol["revision"],
        sha256=protocol["sha256"],
        status="active",
        outcome=None,
        active={},
        left={},
        entered={},
        facts={},
        tasks={},
        attached=frozenset(),
        pending={},
        passed=frozenset(),
        settings=record.get("settings", {}),
        parent=parent,
        children={},
    )


def _run_finished(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    status = "cancelled" if record.get("cancelled") else "finished"
    return case.after(run._replace(status=status, outcome=record.get("outcome"), pending={}))


def _closed(case: Case, record: Record) -> Case:
    return case._replace(
        status="closed",
        closed=record["occurred"],
        outcome=record.get("outcome"),
        version=case.version + 1,
    )


def _fact_set(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    return case.after(run._replace(facts={**run.facts, **record["facts"]}))


def _task(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    status = "done" if record["type"] == "task-done" else "skipped"
    return case.after(run._replace(tasks={**run.tasks, _task_key(record): status}))


def _task_key(record: Record) -> str:
    item = record.get("item")
    return record["task"] if item is None else f"{record['task']}/{item}"


def _attached(case: Case, record: Record) -> Case:
    """Evidence is that of every state that is active, and of the task it is attached to."""
    if "run" not in record:
        return case._replace(version=case.version + 1)
    run = case.runs[record["run"]]
    places = {*run.active.values(), *([task_mark(record["task"])] if "task" in record else [])}
    return case.after(run._replace(attached=run.attached | places))


def _pending(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    pending = Pending(
        step=record["step"],
        states=tuple(record["states"]),
        facts=record.get("facts", {}),
        actor=record["actor"],
        occurred=record["occurred"],
        confirmed={},
    )
    return case.after(run._replace(pending={**run.pending, pending.step: pending}))


def _confirmed(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    pending = run.pending[record["step"]]
    who = record["actor"]
    pending = pending._replace(confirmed={**pending.confirmed, who["id"]: tuple(who["roles"])})
    return case.after(run._replace(pending={**run.pending, pending.step: pending}))


def _declined(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    kept = {key: value for key, value in run.pending.items() if key != record["step"]}
    return case.after(run._replace(pending=kept))


def _passed(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    owner = task_mark(record["task"]) if "task" in record else record["state"]
    return case.after(run._replace(passed=run.passed | {passing(owner, record["due"])}))


CHANGES: Final[dict[str, Callable[[Case, Record], Case]]] = {
    "run-finished": _run_finished,
    "incident-closed": _closed,
    "fact-set": _fact_set,
    "task-done": _task,
    "task-skipped": _task,
    "evidence-attached": _attached,
    "step-pending": _pending,
    "step-confirmed": _confirmed,
    "step-declined": _declined,
    "deadline-passed": _passed,
}
