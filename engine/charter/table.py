"""The table at which a document's agreement is made: its case, in one transaction.

The agreement's own document says who may do what when. What holds whatever it says is
here: management agrees, and never the author, to a document that meets the conditions,
with a signature where the person has a key; one revision is in force at a time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from handrail.engine.agreed import case_of
from handrail.engine.charter.approval import approve
from handrail.engine.charter.follow import draft_of, follow, pin
from handrail.engine.charter.seat import Seat
from handrail.engine.charter.truths import agrees, check_approver, check_conditions, check_hearing
from handrail.engine.machine import commands as do
from handrail.engine.machine.agreement import (
    consulted,
    supplied,
    told,
)
from handrail.engine.machine.apply import apply
from handrail.engine.machine.decide import Decision, decide
from handrail.engine.machine.rest import settle
from handrail.engine.machine.turn import RefusedError, Turn
from handrail.engine.sealing import Sealer
from handrail.engine.store.rows import InForce

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.charter.approval import Brought
    from handrail.engine.engine import Engine
    from handrail.engine.machine.commands import Actor, Command
    from handrail.engine.machine.reasons import Reason
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import Run
    from handrail.engine.store.base import DocumentRow, Reader, Writer

    Draft = dict[str, Any]

__all__ = ["Table"]


class Table(Seat):
    """One document's agreement. What it is told, it appends; a refusal as well."""

    def __init__(
        self,
        engine: Engine,
        reader: Reader,
        name: str,
        at: str | None = None,
        site: Site | None = None,
    ) -> None:
        """Sit down at a document's table; as ``Seat``."""
        super().__init__(engine, reader, name, at, site)
        self.sealer = Sealer()

    def register(self, row: DocumentRow, actor: Actor) -> None:
        """A revision is registered."""
        draft = draft_of("document-registered", row, actor, self.at)
        before = self.loaded.case if self.loaded else None
        self.rows[row.sha256] = row
        self._append(Decision((draft,), apply(self.engine.shelf.definition, before, draft)))

    def begin(self, row: DocumentRow, actor: Actor) -> None:
        """The agreement of a revision begins, and that of others that wait ends."""
        agreement = self.engine.shelf.agreement(self.site)
        data = self.data(row)
        first = not self.dossier.agreements
        heard = consulted(data, self.site, self.at)
        turn = Turn(self.world(row), self.case, actor, self.at)
        for run in self._waiting():
            turn.cancel(run.id)
        facts = supplied(agreement, data, heard, first=first)
        turn.start(agreement.id, by_person=True, facts=facts or None, document=pin(row))
        settle(turn)
        self._append(Decision(tuple(turn.drafts), turn.case))

    def _waiting(self) -> list[Run]:
        """Runs of revisions that are not in force."""
        runs = self.case.active_runs()
        return [run for run in runs if not self.is_in_force(self.subject(run.id))]

    def do(self, command: Command, run: Run, brought: Brought | None = None) -> tuple[Reason, ...]:
        """Carry out a command about a run; give the reasons if it was refused.

        What was refused is appended as well.
        """
        decision = self.decide(command, run, brought)
        self._append(decision)
        return decision.refusal

    def decide(self, command: Command, run: Run, brought: Brought | None = None) -> Decision:
        """Decide a command, by the agreement's document and by what holds in any case."""
        approval: dict[str, Any] | None = None
        try:
            check_hearing(self, command, run)
            if isinstance(command, do.TakeStep | do.Confirm) and agrees(self, command, run):
                approval = self._approve(command.actor, run, brought)
            decision = decide(self.world(), self.case, command)
            return (
                decision
                if decision.refusal
                else follow(self, decision, command.actor, run, approval)
            )
        except RefusedError as refused:
            return self._refusal(command, run, refused.reasons)

    def _approve(self, actor: Actor, run: Run, brought: Brought | None) -> dict[str, Any]:
        row = self.subject(run.id)
        check_approver(self, actor, row)
        check_conditions(self, row)
        return approve(self.matter(row, run), actor, brought, self.sealer, self.at)

    def _refusal(self, command: Command, run: Run, reasons: Sequence[Reason]) -> Decision:
        names = {do.TakeStep: "step", do.Confirm: "confirm", do.DoTask: "task"}
        draft: Draft = {
            "type": f"{names[type(command)]}-refused",
            "case": self.case.id,
            "drill": False,
            "occurred": command.at,
            "actor": command.actor.record(),
            "run": run.id,
            "refused": reasons[0].record(),
        }
        for name in ("step", "task", "item"):
            if (value := getattr(command, name, None)) is not None:
                draft[name] = value
        after = self.case._replace(version=self.case.version + 1)
        return Decision((draft,), after, tuple(reasons))

    # -- keeping ---------------------------------------------------------------------

    def found(self, row: DocumentRow, actor: Actor) -> None:
        """Put the first site plan in force: there is nobody yet who could agree to it."""
        plan = pin(row)
        draft = draft_of("document-agreed", row, actor, self.at, founding=True, plan=plan)
        draft["self-agreed"] = bool(self.data(row).get("one-person"))
        self.tell(draft)

    def tell(self, draft: Draft) -> None:
        """Append a record that moves nothing."""
        after = self.case._replace(version=self.case.version + 1)
        self._append(Decision((draft,), after))

    def tick(self) -> tuple[Reason, ...]:
        """Let the deadlines pass that are due; give the reasons if that was refused."""
        actor = do.Actor("handrail", (), do.ENGINE, "")
        before = self.case
        decision = decide(self.world(), before, do.Tick(actor=actor, at=self.at))
        try:
            for run in before.active_runs():
                decision = follow(self, decision, actor, run, None)
        except RefusedError as refused:
            return refused.reasons
        if decision.drafts and not decision.refusal:
            self._append(decision)
        return decision.refusal

    def _append(self, decision: Decision) -> None:
        writer = cast("Writer", self.reader)  # who appends has one
        decision = self._addressed(decision)
        since = len(self.dossier.records)
        if self.sealer and not decision.refusal:
            writer.put_disclosures(self.sealer, case_of(self.name))
        self.loaded = self.engine.casebook.append(writer, self.world(), self.loaded, decision)
        for data in writer.case_records(case_of(self.name), since):
            record = json.loads(data)
            self.dossier.take(record)
            self._project(writer, record)

    def _addressed(self, decision: Decision) -> Decision:
        """Put roles in place of standings in whom messages go to; none goes to nobody."""
        for draft in decision.drafts:
            if draft["type"] == "notified":
                draft["to"] = self._meant(draft)
        drafts = tuple(draft for draft in decision.drafts if draft.get("to") != [])
        fewer = len(decision.drafts) - len(drafts)
        case = decision.case
        assert case is not None  # noqa: S101 - what is appended belongs to a case
        return Decision(drafts, case._replace(version=case.version - fewer), decision.refusal)

    def _meant(self, draft: Draft) -> list[str]:
        sha256 = self.dossier.subjects.get(draft["run"])
        row = self.latest if sha256 is None else self.rows[sha256]
        run = None if self.loaded is None else self.case.runs.get(draft["run"])
        return told(draft["to"], self.data(row), self.site, self.heard(run, row))

    def _project(self, writer: Writer, record: Mapping[str, Any]) -> None:
        """Keep what is in force as the records tell it."""
        if record["type"] == "document-retired":
            writer.drop_in_force(self.name)
        if record["type"] != "document-agreed":
            return
        if record["kind"] == "site":
            for other in writer.all_in_force(kind="site"):
                writer.drop_in_force(other.id)
        pin = record["protocol"]
        writer.put_in_force(
            InForce(
                id=pin["id"],
                kind=record["kind"],
                sha256=pin["sha256"],
                revision=pin["revision"],
                since=record["recorded"],
                cseq=record["cseq"],
            )
        )
