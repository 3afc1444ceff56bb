"""A document's agreement, decided again at the table where it was made.

``engine/charter`` takes these decisions; it is asked again here, with the registered
documents, the site plan and what was in force as they were then.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.audit.legal.case import Incident
from handrail.engine.audit.legal.heads import COMMANDS, actor_of, is_engine, ticks
from handrail.engine.audit.legal.people import Fault, check_actor, check_may, said
from handrail.engine.charter.dossier import Dossier
from handrail.engine.charter.follow import draft_of, pin
from handrail.engine.charter.table import Table
from handrail.engine.charter.truths import check_approver, check_conditions
from handrail.engine.errors import HandrailError
from handrail.engine.machine.agreement import SUPPLIED
from handrail.engine.machine.apply import apply
from handrail.engine.machine.decide import Decision
from handrail.engine.machine.reasons import Reason
from handrail.engine.machine.turn import RefusedError
from handrail.engine.plans import in_force_reason
from handrail.engine.projection import Loaded
from handrail.engine.sealing import Sealer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from handrail.engine.audit.legal.then import Moment, Then
    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.state import Case, Run
    from handrail.engine.store.base import DocumentRow, Reader

    Record = Mapping[str, Any]
    At = tuple[int, Fault]

__all__ = ["Agreement"]

_RECORDS: Final = frozenset({"document-registered", "document-agreed", "document-acknowledged"})


_NO_PLAN: Final = HandrailError("no site plan was in force")


class _Then(Table):
    """The table as it stood then. What is told there is kept, and goes nowhere."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a table is made of
        self,
        name: str,
        moment: Moment,
        origin: str,
        dossier: Dossier,
        case: Case | None,
        group: Sequence[Record],
    ) -> None:
        """Sit down where the first of these records was decided."""
        self.engine: Any = SimpleNamespace(shelf=moment, store=SimpleNamespace(origin=origin))
        self.reader: Any = moment.then
        self.name = name
        self.at = group[0]["occurred"]
        self.site = moment.site()
        self.dossier = dossier
        self.rows = {row.sha256: row for row in moment.then.documents(name)}
        self.loaded = None if case is None else Loaded(case, None, "", None, (), {}, (), ())
        self.sealer = Sealer()
        self.kept: list[Decision] = []
        self._group = group
        self.is_behind: Callable[[], bool] = lambda: False  # whether time stood still in the log

    def _append(self, decision: Decision) -> None:
        self.kept.append(self._addressed(decision))

    def again(self, decision: Decision) -> Decision:
        """A decision as it would have been appended."""
        return self._addressed(decision)

    def _approve(self, actor: Actor, run: Run, brought: object) -> dict[str, Any]:
        """The yes that is recorded; its signature is looked at elsewhere (``signatures``)."""
        del brought
        row = self.subject(run.id)
        check_approver(self, actor, row)
        check_conditions(self, row)
        approval = _approval(self._group, actor.id)
        if approval is None or not self._is_about(approval, row, run):
            raise RefusedError(
                Reason(
                    "agreement",
                    "{person} put their name to something else, or to nothing",
                    {"person": actor.id},
                )
            )
        return approval

    def _is_about(self, approval: Record, row: DocumentRow, run: Run) -> bool:
        matter, told = self.matter(row, run), json.loads(approval["statement"])
        expected = matter.statement(approval["person"], told.get("time"))
        return bool(told == expected and self._in_time(told["time"], matter.since))

    def _in_time(self, time: str, since: str) -> bool:
        """Whether somebody can have said yes then: in the act itself where the clock was behind."""
        return since <= time <= self.at or (time == self.at and self.is_behind())


def _check_removal(head: Record, moment: Moment) -> Fault | None:
    """Whether what was removed was not needed then, to tell who acts."""
    if head["type"] != "redacted":
        return None
    reason = in_force_reason(moment.reader(), set(head.get("digests", ())))
    return None if reason is None else Fault("forged-redaction", {"reason": said(reason)})


def _approval(group: Sequence[Record], person: str) -> dict[str, Any] | None:
    for record in group:
        found = [record["approval"]] if "approval" in record else record.get("approvals", ())
        for approval in found:
            if approval["person"] == person:
                return dict(approval)
    return None


class Agreement(Incident):
    """Takes the groups of the records of one document's case."""

    def __init__(
        self,
        id: str,  # noqa: A002 - the glossary's word
        then: Then,
        reader: Reader,
        tell: Callable[..., None],
        origin: str,
    ) -> None:
        super().__init__(id, then, reader, tell)
        self._name = id.removeprefix("DOC-")
        self._origin = origin
        self._dossier = Dossier(self._name)

    def seen(self, records: Sequence[Record]) -> None:
        """Put records into the document's dossier."""
        for record in records:
            self._dossier.take(record)

    # -- who ---------------------------------------------------------------------------

    def check(self, seq: int, head: Record, moment: Moment) -> At | None:
        """Who did it; at the founding there is no site plan yet, and nobody in it."""
        if is_engine(head) and head["type"] in {"document-registered", "run-started"}:
            ours = seq < self.then.founding  # what the library ships
            return None if ours else (seq, Fault("forged-person", {"person": head["actor"]["id"]}))
        if not moment.then.all_in_force("site"):
            founds = head["type"] in _RECORDS and head.get("kind") == "site"
            return None if founds else (seq, Fault("forged-start", {"reason": _NO_PLAN}))
        if head["type"] == "document-agreed":  # it stands alone, which none does
            return None
        fault = self._check_actor(seq, head, moment)
        return None if fault is None else (seq, fault)

    def _check_actor(self, seq: int, head: Record, moment: Moment) -> Fault | None:
        def stand(roles: tuple[str, ...]) -> tuple[str, ...]:
            if self.case is None or head.get("run") not in self._dossier.subjects:
                return roles
            table = self._table(moment, [head])
            actor = actor_of(head)._replace(roles=roles)
            return table.stand(actor, self.case.runs[head["run"]]).roles

        site = moment.site()
        fault = check_actor(head, site, lambda: self.is_still(seq, head), stand)
        return fault or check_may(head, site) or _check_removal(head, moment)

    # -- what --------------------------------------------------------------------------

    def _table(self, moment: Moment, group: Sequence[Record]) -> _Then:
        return _Then(self._name, moment, self._origin, self._dossier, self.case, group)

    def decisions(
        self, seq: int, head: Record, group: Sequence[Record], moment: Moment
    ) -> Iterable[Decision] | None:
        """Take it again at the table."""
        kind = head["type"]
        if kind in _RECORDS:
            return self._recorded(seq, head, moment)
        if "document" in head:
            return self._begun(head, moment)
        if kind in COMMANDS and not is_engine(head):
            return (self._commanded(seq, head, group, moment),)
        if kind == "deadline-passed":
            return self._ticked(group, moment)
        if kind == "document-retired":
            return (Decision((), self.case),)
        return super().decisions(seq, head, group, moment)

    def _commanded(
        self, seq: int, head: Record, group: Sequence[Record], moment: Moment
    ) -> Decision:
        table = self._table(moment, [head, *group])
        table.is_behind = lambda: self.is_still(seq, head)
        command = COMMANDS[head["type"]](head)
        if self.case is None or head.get("run") not in self.case.runs:
            return Decision((), self.case)
        if not set(SUPPLIED).isdisjoint(head.get("facts", {})):
            return Decision((), self.case)
        return table.again(table.decide(command, self.case.runs[head["run"]]))

    def _ticked(self, group: Sequence[Record], moment: Moment) -> Iterable[Decision]:
        for at in ticks(group):
            table = self._table(moment, group)
            table.at = at
            refusal = table.tick()
            yield from table.kept or (Decision((), self.case, refusal),)

    def _begun(self, start: Record, moment: Moment) -> Iterable[Decision]:
        """An agreement begins; first those end that wait."""
        table = self._table(moment, [start])
        row = table.rows.get(start["document"]["sha256"])
        if row is not None and self.case is not None:
            table.begin(row, actor_of(start))
        return table.kept

    # -- what is told of a revision ------------------------------------------------------

    def _recorded(self, seq: int, head: Record, moment: Moment) -> Iterable[Decision] | None:
        row = self.then.before(seq + 1).then.document(head["protocol"]["sha256"])
        if row is None:  # told of as document-missing
            return None
        members = self._members(head, row, moment)
        if members is None:
            return (Decision((), self.case),)
        draft = draft_of(head["type"], row, actor_of(head), head["occurred"], **members)
        return (Decision((draft,), apply(moment.definition, self.case, draft)),)

    def _members(self, head: Record, row: DocumentRow, moment: Moment) -> dict[str, object] | None:
        """What such a record tells more; None: there can be none now."""
        then = moment.then
        if head["type"] == "document-registered":
            highest = max((one.revision for one in then.documents(self._name)), default=0)
            return {} if row.revision > highest else None
        if head["type"] == "document-acknowledged":
            now = then.in_force(self._name)
            return {} if now is not None and now.sha256 == row.sha256 else None
        if not head.get("founding") or then.all_in_force("site"):
            return None  # any other agreement follows from the step that led to it
        alone = bool(self.then.before(head["cseq"]).data(row.sha256).get("one-person"))
        return {"founding": True, "plan": pin(row), "self-agreed": alone}
