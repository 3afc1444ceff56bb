"""``apply``: what a record makes of a case. State is only ever the fold of records.

A record (or the draft that ``decide`` makes of one) is a mapping as in AUDIT.md;
types that only tell (a note, a refusal, a message) raise the version and nothing
else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transitions import MachineError

from handrail.engine.errors import HandrailError
from handrail.engine.machine.regions import Edge, Moved, chart_of
from handrail.engine.machine.state import Case, Pending, Run, task_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.regions import Chart

    Record = Mapping[str, Any]
    Definitions = Callable[[str], Definition]

__all__ = ["IllegalRecordError", "apply", "apply_moved", "edges_of"]


class IllegalRecordError(HandrailError):
    """A record cannot have happened in the state that it is applied to."""

    code = "illegal-record"


def apply(definitions: Definitions, case: Case | None, record: Record) -> Case:
    """Return the case after the record.

    :param case: the case before it; ``None`` for its first record.
    :raises IllegalRecordError: the record does not fit the case.
    """
    kind = record["type"]
    if case is None:
        if kind != "incident-opened":
            raise IllegalRecordError("a case begins with its opening, not with {kind}", kind=kind)
        return _opened(record)
    try:
        return apply_moved(definitions, case, record, None)
    except (KeyError, StopIteration, MachineError) as fault:
        raise IllegalRecordError(
            "the record {cseq} ({kind}) does not fit what was before it: {fault}",
            cseq=record.get("cseq", case.version),
            kind=kind,
            fault=fault,
        ) from fault


def apply_moved(definitions: Definitions, case: Case, record: Record, moved: Moved | None) -> Case:
    """``apply`` for one who already knows how the run moves."""
    case = case._replace(version=case.version + 1)
    change = _CHANGES.get(record["type"])
    if change is not None:
        return change(case, record)
    mover = _MOVES.get(record["type"])
    if mover is None:
        return case
    if record["type"] == "run-started":
        case = _begun(case, record)
    run = case.runs[record["run"]]
    chart = chart_of(definitions(run.sha256))
    return case.with_run(_arrive(chart, run, record, moved or mover(chart, run, record)))


def edges_of(chart: Chart, record: Record) -> list[Edge]:
    """The branches that a recorded step or move took."""
    return [_edge(chart, source, kind, index) for source, kind, index in record["moves"]]


def _edge(chart: Chart, source: str, kind: str, index: int | None) -> Edge:
    state = chart.states[source]
    if index is None:
        return Edge(source, kind, None)
    word, _, step = kind.partition(" ")
    targets = state.steps[step].to if word == "step" else getattr(state, word)
    return Edge(source, kind, targets[index])


def _opened(record: Record) -> Case:
    return Case(
        id=record["case"],
        drill=record["drill"],
        status="open",
        opened=record["occurred"],
        closed=None,
        outcome=None,
        version=1,
        lifecycle=None,
        runs={},
    )


def _started(chart: Chart, _run: Run, _record: Record) -> Moved:
    return chart.enter()


def _stepped(chart: Chart, run: Run, record: Record) -> Moved:
    return chart.move(run.active, run.left, edges_of(chart, record))


def _deviated(chart: Chart, run: Run, record: Record) -> Moved:
    return chart.put(run.active, run.left, record["state"])


_MOVES: dict[str, Callable[[Chart, Run, Record], Moved]] = {
    "run-started": _started,
    "step-taken": _stepped,
    "moved": _stepped,
    "deviated": _deviated,
}


def _arrive(chart: Chart, run: Run, record: Record, moved: Moved) -> Run:
    """Take the run to where it moved, with what the record brings and what ends by it."""
    run = run._replace(active=moved.active, left=moved.left)
    if facts := record.get("facts"):
        run = run._replace(facts={**run.facts, **facts})
    if run.pending:
        run = run._replace(pending=_still_pending(run, record.get("step"), moved))
    if not moved.entered:
        return run
    return _enter(chart, run, record["occurred"], moved.entered)


def _still_pending(run: Run, step: str | None, moved: Moved) -> dict[str, Pending]:
    left = frozenset(moved.exited)
    return {
        key: pending
        for key, pending in run.pending.items()
        if key != step and left.isdisjoint(pending.states)
    }


def _enter(chart: Chart, run: Run, occurred: str, names: tuple[str, ...]) -> Run:
    """Begin the entered states afresh: their clocks, checklists and deadlines."""
    run = run._replace(entered={**run.entered, **dict.fromkeys(names, occurred)})
    tasks = {task for name in names for task in chart.states[name].tasks}
    if run.passed or run.attached:
        fresh = frozenset(names).union(map(task_mark, tasks))
        run = run._replace(passed=run.passed - fresh, attached=run.attached - fresh)
    if tasks and run.tasks:
        kept = {key: v for key, v in run.tasks.items() if key.partition("/")[0] not in tasks}
        run = run._replace(tasks=kept)
    return run


def _begun(case: Case, record: Record) -> Case:
    protocol = record["protocol"]
    parent = record.get("parent")
    run = Run(
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
        parent=None if parent is None else (parent["run"], parent["state"]),
        children={},
    )
    if record.get("lifecycle"):
        case = case._replace(lifecycle=run.id)
    if run.parent is not None:
        above = case.runs[run.parent[0]]
        case = case.with_run(above._replace(children={**above.children, run.parent[1]: run.id}))
    return case.with_run(run)


def _run_finished(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    status = "cancelled" if record.get("cancelled") else "finished"
    return case.with_run(run._replace(status=status, outcome=record.get("outcome"), pending={}))


def _closed(case: Case, record: Record) -> Case:
    return case._replace(status="closed", closed=record["occurred"], outcome=record.get("outcome"))


def _fact_set(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    return case.with_run(run._replace(facts={**run.facts, **record["facts"]}))


def _task(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    status = "done" if record["type"] == "task-done" else "skipped"
    return case.with_run(run._replace(tasks={**run.tasks, _task_key(record): status}))


def _task_key(record: Record) -> str:
    item = record.get("item")
    return record["task"] if item is None else f"{record['task']}/{item}"


def _attached(case: Case, record: Record) -> Case:
    if "run" not in record:
        return case
    run = case.runs[record["run"]]
    places = {*run.active.values(), *([task_mark(record["task"])] if "task" in record else [])}
    return case.with_run(run._replace(attached=run.attached | places))


def _pending(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    pending = Pending(
        step=record["step"],
        states=tuple(record["states"]),
        facts=record.get("facts", {}),
        actor=record["actor"],
        occurred=record["occurred"],
        confirmed=(),
    )
    return case.with_run(run._replace(pending={**run.pending, pending.step: pending}))


def _confirmed(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    pending = run.pending[record["step"]]
    pending = pending._replace(confirmed=(*pending.confirmed, record["actor"]["id"]))
    return case.with_run(run._replace(pending={**run.pending, pending.step: pending}))


def _declined(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    kept = {key: value for key, value in run.pending.items() if key != record["step"]}
    return case.with_run(run._replace(pending=kept))


def _passed(case: Case, record: Record) -> Case:
    run = case.runs[record["run"]]
    key = task_mark(record["task"]) if "task" in record else record["state"]
    return case.with_run(run._replace(passed=run.passed | {key}))


_CHANGES: dict[str, Callable[[Case, Record], Case]] = {
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
