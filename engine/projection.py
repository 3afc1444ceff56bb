"""From records to the rows that make reading fast; all of them can be rebuilt.

``Loaded`` is the whole fold of one case: the machine's state, and what a list or a
screen shows of it.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.machine.apply import apply
from handrail.engine.machine.deadlines import state_deadlines
from handrail.engine.machine.memo import Memo
from handrail.engine.machine.regions import chart_of
from handrail.engine.store.rows import DeadlineRow, IncidentRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from handrail.engine.machine.definition import Definition, State
    from handrail.engine.machine.state import Case, Run, World

    Record = Mapping[str, Any]
    Definitions = Callable[[str], Definition]
    Changes = dict[str, Any]  # members of ``Loaded``, as a record leaves them

_new = tuple.__new__  # as in ``machine.state``

__all__ = ["LastMove", "Loaded", "deadline_rows", "fold", "fold_known", "incident_row", "refold"]


class LastMove(NamedTuple):
    """Who moved a run last, when and where to."""

    actor: str
    recorded: str
    step: str | None
    to: tuple[str, ...]
    cseq: int


class Loaded(NamedTuple):
    """One case, folded."""

    case: Case
    title: Mapping[str, str] | None  # {"sd": digest}
    protocol: str  # the one it was opened with
    phase: str | None
    people: tuple[str, ...]  # who acted in it, first to last
    moves: Mapping[str, LastMove]  # by run
    messages: tuple[Record, ...]  # notified records
    deviations: tuple[Record, ...]
    notes: tuple[Record, ...] = ()  # notes, and steps that were taken with one
    evidence: tuple[Record, ...] = ()  # what was attached

    def moved(self, case: Case, moves: Mapping[str, LastMove]) -> Loaded:
        """The same after a run moved; ``_replace`` takes three times as long."""
        _, title, protocol, phase, people, _, messages, deviations, notes, evidence = self
        parts = case, title, protocol, phase, people, moves, messages, deviations, notes, evidence
        return _new(Loaded, parts)


_NOBODY = ("engine", "unknown")  # how of what no person did, or nobody who was let in


def fold(definitions: Definitions, loaded: Loaded | None, record: Record) -> Loaded:
    """Take one more record into the fold.

    :raises IllegalRecordError: it does not fit what was before it.
    """
    case = apply(definitions, loaded.case if loaded else None, record)
    return fold_known(definitions, loaded, record, case)


def fold_known(
    definitions: Definitions, loaded: Loaded | None, record: Record, case: Case
) -> Loaded:
    """``fold`` where ``decide`` has told already where its records lead together."""
    if loaded is None:
        loaded = Loaded(case, record.get("title"), "", None, (), {}, (), ())
    kind, actor = record["type"], record["actor"]
    taker = _TAKERS.get(kind)
    changes = {} if taker is None else taker(definitions, loaded, case, record)
    acted = actor["how"] not in _NOBODY and not kind.endswith("-refused")
    if acted and actor["id"] not in loaded.people:
        changes["people"] = (*loaded.people, actor["id"])
    if "note" in record or kind == "noted":
        changes["notes"] = (*loaded.notes, record)
    if len(changes) == 1 and "moves" in changes:  # as a step mostly does
        return loaded.moved(case, changes["moves"])
    return loaded._replace(case=case, **changes)


def _take_start(definitions: Definitions, loaded: Loaded, case: Case, record: Record) -> Changes:
    changes = _take_move(definitions, loaded, case, record)
    is_lifecycle = record["run"] == case.lifecycle
    if not loaded.protocol or (not is_lifecycle and loaded.protocol == _lifecycle_of(case)):
        changes["protocol"] = record["protocol"]["id"]
    return changes


def _lifecycle_of(case: Case) -> str | None:
    return case.runs[case.lifecycle].protocol if case.lifecycle else None


def _take_move(definitions: Definitions, loaded: Loaded, case: Case, record: Record) -> Changes:
    run = record["run"]
    parts = (
        record["actor"]["id"],
        record.get("recorded", ""),
        record.get("step"),
        tuple(record.get("to", ())),
        record.get("cseq", 0),
    )
    move = _new(LastMove, parts)
    changes: Changes = {"moves": {**loaded.moves, run: move}}
    if run == case.lifecycle and move.to:
        changes["phase"] = _phase(definitions, case.runs[run], move.to) or loaded.phase
    return changes


def _phase(definitions: Definitions, run: Run, to: Sequence[str]) -> str | None:
    """The lifecycle's top state; a final one does not end the phase that it ended in."""
    chart = chart_of(definitions(run.sha256))
    name = chart.ancestors[to[0]][-1]
    return None if chart.states[name].outcome is not None else name


def _take_message(_: Definitions, loaded: Loaded, _case: Case, record: Record) -> Changes:
    return {"messages": (*loaded.messages, record)}


def _take_deviation(
    definitions: Definitions, loaded: Loaded, case: Case, record: Record
) -> Changes:
    changes = _take_move(definitions, loaded, case, record)
    changes["deviations"] = (*loaded.deviations, record)
    return changes


def _take_evidence(_: Definitions, loaded: Loaded, _case: Case, record: Record) -> Changes:
    return {"evidence": (*loaded.evidence, record)}


_TAKERS: dict[str, Callable[[Definitions, Loaded, Case, Record], Changes]] = {
    "run-started": _take_start,
    "step-taken": _take_move,
    "moved": _take_move,
    "deviated": _take_deviation,
    "notified": _take_message,
    "evidence-attached": _take_evidence,
}


def incident_row(loaded: Loaded) -> IncidentRow:
    """The row of the incidents' list."""
    case = loaded.case
    parts = (
        case.id,
        loaded.title["sd"] if loaded.title else None,
        loaded.protocol,
        case.drill,
        case.status,
        loaded.phase,
        case.opened,
        case.closed,
        case.version,
        loaded.people,
        case.outcome,
    )
    return _new(IncidentRow, parts)


def deadline_rows(world: World, case: Case) -> list[DeadlineRow]:
    """The deadlines that run in a case, soonest first, for the clock to look up."""
    rows: list[DeadlineRow] = []
    for run in case.active_runs():
        timed = chart_of(world.definition(run.sha256)).at(run.active).timed
        if timed:
            rows += _rows_of(world, case, run, timed)
    rows.sort(key=_WHEN)
    return rows


_WHEN = itemgetter(4, 1, 3)  # when it is due, the run, the owner


_rows: Final[Memo[list[DeadlineRow]]] = Memo()


def _rows_of(world: World, case: Case, run: Run, timed: Iterable[State]) -> list[DeadlineRow]:
    known = _rows.get(id(run))
    if known is not None and known.site is world.site:
        return known.found
    rows = [
        DeadlineRow(
            case=case.id,
            run=due.run,
            kind="state" if due.task is None else "task",
            owner=due.owner,
            due=due.at,
            passed=due.passed,
        )
        for state in timed
        for due in state_deadlines(world, case, run, state)
    ]
    _rows.keep(run, world.site, rows)
    return rows


def refold(definitions: Definitions, records: Iterable[Record]) -> Loaded | None:
    """The fold of a case's records from the first."""
    loaded: Loaded | None = None
    for record in records:
        loaded = fold(definitions, loaded, record)
    return loaded
