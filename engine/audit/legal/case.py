"""One case, decided again from its first record to its last.

A case's records come in groups that were recorded at one time. The first record of a
decision tells the command; ``decide`` takes it again, and its drafts must be the
records that follow. Then the next decision begins, in the state that this one left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.audit.legal.compare import difference
from handrail.engine.audit.legal.heads import COMMANDS, is_engine, openings, ticks
from handrail.engine.audit.legal.migrated import migrations
from handrail.engine.audit.legal.people import Fault, check_actor, check_may, is_plain, said
from handrail.engine.audit.legal.values import check_values
from handrail.engine.errors import HandrailError
from handrail.engine.machine import commands as do
from handrail.engine.machine.apply import apply
from handrail.engine.machine.changes import CHANGES
from handrail.engine.machine.decide import Decision, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from handrail.engine.audit.legal.compare import Difference
    from handrail.engine.audit.legal.then import Moment, Then
    from handrail.engine.machine.state import Case, World
    from handrail.engine.store.base import Reader

    Record = Mapping[str, Any]
    Tell = Callable[..., None]  # (code, seq, case, **params)
    Rows = Sequence[tuple[int, Record]]  # a record with its index in the log
    At = tuple[int, Fault]  # and what is wrong with it

__all__ = ["Incident"]

# Why a decision says no -> what a record is that was written all the same.
_CODES: Final = {
    "role": "forged-role",
    "second": "forged-second",
    "facts": "forged-guard",
    "guard": "forged-guard",
    "tasks": "forged-task",
    "done": "forged-task",
    "skip": "forged-task",
    "item": "forged-task",
    "evidence": "forged-task",
    "time": "forged-deadline",
    "not-in-force": "forged-start",
    "setting": "forged-start",
    "altered": "forged-start",
    "cannot-follow": "forged-start",
    "loop": "forged-move",
    "author": "forged-agreement",
    "agreement": "forged-agreement",
    "conditions": "forged-agreement",
    "consult": "forged-agreement",
    "statement": "forged-agreement",
    "signature": "forged-agreement",
}  # any other: forged-order

# What the engine writes by itself, where no decision did -> the finding.
_ALONE: Final = {
    "moved": "forged-move",
    "deadline-passed": "forged-deadline",
    "run-started": "forged-start",
    "step-taken": "forged-deadline",
    "document-registered": "forged-agreement",
    "document-acknowledged": "forged-agreement",
    "document-agreed": "forged-agreement",
    "document-retired": "forged-agreement",
}  # any other: forged-effect

# What changes no case, and needs no decision of the machine.
_CHANGING: Final = frozenset({*CHANGES, "moved", "notified"})  # and so does not stand alone
_ASIDE: Final = frozenset({"notification-sent", "notification-failed", "tick-refused"})
_FAULTS: Final = (LookupError, TypeError, ValueError, AttributeError)


class Incident:
    """Takes the groups of one incident's records."""

    def __init__(self, id: str, then: Then, reader: Reader, tell: Tell) -> None:  # noqa: A002 - the glossary's word
        self.id = id
        self.then = then
        self.reader = reader
        self.tell = tell
        self.case: Case | None = None
        self.broken = False  # a record cannot be used; the rest has no state to be judged in

    def take(self, rows: Rows) -> None:
        """Decide again what was recorded together."""
        at = 0
        while at < len(rows) and not self.broken:
            at += self._next(rows[at:])

    def _next(self, rows: Rows) -> int:
        """Decide what the first of these records came of; return how many are done."""
        seq = rows[0][0]
        records = [record for _, record in rows]
        try:
            head, moment = asked(records), self.then.before(seq)
            fault = self.check(seq, head, moment)
            decisions = None if fault else self.decisions(seq, head, records, moment)
            if not fault and decisions is None:
                return self.follow(records, 1, moment)
            fault = fault or self.compare(decisions or (), rows, moment)
        except HandrailError as error:  # what it ran on is not there, which is told of as well
            fault = (seq, Fault("undecidable", {"reason": error}))
        except _FAULTS as error:
            fault = (seq, Fault("forged-form", {"reason": f"{type(error).__name__}: {error}"}))
        if fault is None:
            return self.done
        self.tell(fault[1].code, fault[0], self.id, **fault[1].params)
        return self.follow(records, 1 + _led(records), self.then.before(seq))

    done = 0  # how many records the decision made that was found
    tried = 0  # how many others did not fit before it

    # -- who ---------------------------------------------------------------------------

    def check(self, seq: int, head: Record, moment: Moment) -> At | None:
        """Who did it."""
        who = head["actor"]
        here = (who["id"], *who["roles"], who["how"], head["type"], head["recorded"][:10])
        if here in moment.cleared:  # roles are held by the day
            return None
        site = moment.site()
        fault = check_actor(head, site, lambda: self.is_still(seq, head)) or check_may(head, site)
        if fault is None and is_plain(head, site):
            moment.cleared.add(here)
        return None if fault is None else (seq, fault)

    def is_still(self, seq: int, record: Record) -> bool:
        """Whether the record before it in the log has the same time."""
        before = next(iter(self.reader.entries(seq - 1)), None)
        return before is not None and before[0] < seq and before[1].recorded == record["recorded"]

    # -- what --------------------------------------------------------------------------

    def decisions(
        self, _seq: int, head: Record, group: Sequence[Record], moment: Moment
    ) -> Iterable[Decision] | None:
        """Take it again; several, where the record leaves open what was asked. None: nothing."""
        kind, case = head["type"], self.case
        world = moment.world_of(drill=head["drill"])
        if is_engine(head):
            return self._of_engine(group, world)
        if (command := COMMANDS.get(kind)) is not None:
            return (decide(world, case, command(head)),)
        if kind == "incident-opened":
            asked = openings(head, group, moment.lifecycle(world.site))
            return (decide(world, None, opening) for opening in asked)
        if kind == "run-migrated" and case is not None:
            return (migrations(world, case, head, self.reader),)
        return (Decision((), case),) if kind in _CHANGING else None

    def _of_engine(self, group: Sequence[Record], world: World) -> Iterable[Decision] | None:
        head = group[0]
        if head["type"] in _ASIDE:
            return None
        if head["type"] != "deadline-passed" or head.get("late"):
            return (Decision((), self.case),)
        actor = do.Actor("handrail", (), do.ENGINE, head["actor"]["host"])
        asked = (do.Tick(actor=actor, at=at) for at in ticks(group))
        return (decide(world, self.case, tick) for tick in asked)

    def compare(self, decisions: Iterable[Decision], rows: Rows, moment: Moment) -> At | None:
        """Hold the decisions against the records; the first that fits is what happened."""
        records = [record for _, record in rows]
        first: tuple[Decision, Difference | None] = (Decision((), self.case), None)
        for number, decision in enumerate(decisions):
            found = difference(decision.drafts, decision.case, records)
            if found is None and decision.drafts and not decision.refusal:
                self.case, self.done, self.tried = decision.case, len(decision.drafts), number
                self.seen(records[: self.done])
                return self._values(rows[: self.done], moment)
            first = first if number else (decision, found)
        return _broken(*first, rows)

    def _values(self, rows: Rows, moment: Moment) -> At | None:
        """The facts that people gave; those of a step that was confirmed were given before."""
        for seq, record in rows:
            if "facts" in record and "confirmed" not in record and not is_engine(record):
                fault = check_values(record, moment)
                if fault is not None:
                    self.tell(fault.code, seq, self.id, **fault.params)
        return None

    def seen(self, records: Sequence[Record]) -> None:
        """Take note of records that are done."""

    # -- going on ------------------------------------------------------------------------

    def follow(self, records: Sequence[Record], count: int, moment: Moment) -> int:
        """Go on from records as they are."""
        self.seen(records[:count])
        for record in records[:count]:
            try:
                self.case = apply(moment.definition, self.case, record)
            except (HandrailError, *_FAULTS):  # told of as case-illegal, where it is folded
                self.broken = True
        return count


# What leaving states brings, before the step or the start that left them.
_BEFORE: Final = frozenset({"deadline-passed", "run-finished", "fact-set", "notified"})


def asked(group: Sequence[Record]) -> Record:
    """The record that tells what was asked; before it may stand what it ended, and missed."""
    for record in group:
        if "document" in record or record["type"] in {"step-taken", "deviated"}:
            return record
        alone = record["type"] == "deadline-passed" and not record.get("late")
        if alone or record["type"] not in _BEFORE or not is_engine(record):
            break
    return group[0]


def _led(records: Sequence[Record]) -> int:
    """How many records after the first the engine wrote by itself."""
    count = 0
    for record in records[1:]:
        try:
            led = is_engine(record) and record["type"] != "deadline-passed"
        except _FAULTS:  # it has not even these; told of in its turn
            led = False
        if not led:
            break
        count += 1
    return count


def _broken(decision: Decision, found: Difference | None, rows: Rows) -> At:
    """What is wrong, where a decision is not what was recorded."""
    seq, head = rows[0]
    if decision.refusal:
        reason = decision.refusal[0]
        return seq, Fault(_CODES.get(reason.code, "forged-order"), {"reason": said(reason)})
    if found is None:  # nothing would have been recorded at all
        return seq, Fault(_ALONE.get(head["type"], "forged-effect"), {"reason": _NOTHING})
    if found.found is None:
        more = HandrailError("then it would have gone on: {what}", what=found.expected["type"])
        return rows[-1][0], Fault("forged-rest", {"reason": more})
    other = HandrailError(
        "it would have been {what}; {members} differ",
        what=found.expected["type"],
        members=found.names,
    )
    return rows[found.place][0], Fault(_code(found), {"reason": other})


_NOTHING: Final = HandrailError("nothing before it brings it about")


def _code(found: Difference) -> str:
    """The finding for a record that is another than the decision's."""
    kinds = {found.expected["type"], (found.found or {}).get("type")}
    if "step-pending" in kinds and len(kinds) > 1:
        return "forged-second"
    if "moved" in kinds:
        return "forged-move"
    if kinds == {"run-started"}:
        return "forged-start"
    if "deadline-passed" in kinds:
        return "forged-deadline"
    return "forged-step" if found.place == 0 else "forged-effect"
