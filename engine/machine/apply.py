"""``apply``: what a record makes of a case. State is only ever the fold of records.

A record (or the draft that ``decide`` makes of one) is a mapping as in AUDIT.md;
types that only tell (a note, a refusal, a message) raise the version and nothing
else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transitions import MachineError

from handrail.engine.errors import HandrailError
from handrail.engine.machine.changes import CHANGES, begin
from handrail.engine.machine.migrating import migrated
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.state import Case, Run, task_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.regions import Chart, Moved
    from handrail.engine.machine.state import Pending
    from handrail.engine.machine.structure import Edge

    Record = Mapping[str, Any]
    Definitions = Callable[[str], Definition]

__all__ = ["IllegalRecordError", "apply", "arrive", "edges_of"]


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
        if kind not in _BEGINNINGS:
            raise IllegalRecordError("a case begins with its opening, not with {kind}", kind=kind)
        return _opened(record)
    try:
        return _after(definitions, case, record)
    except (LookupError, TypeError, StopIteration, MachineError) as fault:
        raise IllegalRecordError(
            "the record {cseq} ({kind}) does not fit what was before it: {fault}",
            cseq=record.get("cseq", case.version),
            kind=kind,
            fault=fault,
        ) from fault


def _after(definitions: Definitions, case: Case, record: Record) -> Case:
    kind = record["type"]
    change = CHANGES.get(kind)
    if change is not None:
        return change(case, record)
    mover = _MOVES.get(kind)
    if mover is not None:
        run = case.runs[record["run"]]
        chart = chart_of(definitions(run.sha256))
        return case.after(arrive(chart, run, record, mover(chart, run, record)))
    if kind == "run-started":
        return _started(definitions, case, record)
    if kind == "run-migrated":
        chart = chart_of(definitions(record["protocol"]["sha256"]))
        return case.after(migrated(chart, case.runs[record["run"]], record))
    return case._replace(version=case.version + 1)


def edges_of(chart: Chart, record: Record) -> list[Edge]:
    """The branches that a recorded step or move took.

    :raises LookupError: the definition has no such branch.
    """
    return [chart.branches[source, kind][index or 0] for source, kind, index in record["moves"]]


# An incident begins when it is opened, a document's agreement when it is registered.
_BEGINNINGS = frozenset({"incident-opened", "document-registered"})


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


def _started(definitions: Definitions, case: Case, record: Record) -> Case:
    case = begin(case, record)
    run = case.runs[record["run"]]
    chart = chart_of(definitions(run.sha256))
    return case.after(arrive(chart, run, record, chart.enter()))


def _stepped(chart: Chart, run: Run, record: Record) -> Moved:
    return chart.move(run.active, run.left, edges_of(chart, record))


def _deviated(chart: Chart, run: Run, record: Record) -> Moved:
    return chart.put(run.active, run.left, record["state"])


_MOVES: dict[str, Callable[[Chart, Run, Record], Moved]] = {
    "step-taken": _stepped,
    "moved": _stepped,
    "deviated": _deviated,
}


def arrive(chart: Chart, run: Run, record: Record, moved: Moved) -> Run:
    """The run where a record moved it, with what the record brings and what ends by it.

    Entered states begin with an open checklist, no evidence and no child.
    """
    facts, tasks, attached, children = run.facts, run.tasks, run.attached, run.children
    if given := record.get("facts"):
        facts = {**facts, **given}
    if tasks or attached:
        tasks, attached = _begun_afresh(chart, run, moved.entered)
    if children:
        children = {key: child for key, child in children.items() if key not in moved.entered}
    pending = _still_pending(run, record.get("step"), moved) if run.pending else run.pending
    occurred: str = record["occurred"]
    entered = {**run.entered, **dict.fromkeys(moved.entered, occurred)}
    return run.moved(moved.active, moved.left, entered, facts, tasks, attached, pending, children)


def _begun_afresh(
    chart: Chart, run: Run, names: tuple[str, ...]
) -> tuple[Mapping[str, str], frozenset[str]]:
    """The tasks and the evidence that entered states leave as they are."""
    fresh = {task for name in names for task in chart.states[name].tasks}
    attached = run.attached.difference(names, map(task_mark, fresh))
    if not fresh:
        return run.tasks, attached
    return {k: how for k, how in run.tasks.items() if k.partition("/")[0] not in fresh}, attached


def _still_pending(run: Run, step: str | None, moved: Moved) -> dict[str, Pending]:
    left = frozenset(moved.exited)
    return {
        key: pending
        for key, pending in run.pending.items()
        if key != step and left.isdisjoint(pending.states)
    }
