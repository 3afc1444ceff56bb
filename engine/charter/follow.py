"""What follows from where an agreement went: into force, or out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import case_of
from handrail.engine.charter.truths import check_conditions
from handrail.engine.machine.agreement import IN_FORCE, RETIRED
from handrail.engine.machine.decide import Decision
from handrail.engine.machine.reasons import Reason
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.turn import RefusedError, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.charter.seat import Seat
    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.state import Run
    from handrail.engine.store.base import DocumentRow

    Draft = dict[str, Any]

__all__ = ["draft_of", "follow", "pin"]


def follow(
    table: Seat, decision: Decision, actor: Actor, run: Run, approval: Draft | None
) -> Decision:
    """Add to a decision what follows from where it took a run.

    :param run: as it was before.
    :param approval: of the one who agreed by it.
    :raises RefusedError: the run cannot go there.
    """
    after = decision.case
    assert after is not None  # noqa: S101 - the case was there before
    if approval is not None:
        _sign(decision.drafts, approval)
    turn = Turn(table.world(), after, actor, table.at)
    row, now = table.subject(run.id), after.runs[run.id]
    if table.is_in_force(row):
        if now.status == "finished" and now.outcome == RETIRED:
            _retire(turn, row)
    elif _is_in(table, now) and not _is_in(table, run):
        _put_in_force(table, turn, row, run, approval)
    elif now.status == "active" and now.active != run.active and _begins(table, run):
        check_conditions(table, row)
    return Decision((*decision.drafts, *turn.drafts), turn.case, decision.refusal)


def _is_in(table: Seat, run: Run) -> bool:
    chart = chart_of(table.engine.shelf.definition(run.sha256))
    return run.status == "active" and IN_FORCE in chart.path(run.active)


def _begins(table: Seat, run: Run) -> bool:
    """Whether the run is where it started: to go on is to enter the agreement."""
    return chart_of(table.engine.shelf.definition(run.sha256)).enter().active == run.active


def _put_in_force(
    table: Seat, turn: Turn, row: DocumentRow, run: Run, approval: Draft | None
) -> None:
    if approval is None:
        params = {"document": row.id}
        raise RefusedError(
            Reason("agreement", "{document} comes into force only by a person's yes", params)
        )
    agreed_to = table.matter(row, run).statement(approval["person"], table.at)
    draft = draft_of("document-agreed", row, turn.actor, table.at)
    draft["run"] = run.id
    draft["settings"] = agreed_to["settings"]
    draft["conditions"] = agreed_to["conditions"]
    draft["plan"] = _plan(table)
    draft["approvals"] = _approvals(table, run, approval)
    draft["self-agreed"] = table.site.one_person
    turn.emit(draft)
    for other in turn.case.active_runs():
        if other.id != run.id:
            turn.cancel(other.id)


def _plan(table: Seat) -> Draft:
    """The site plan by which it was agreed: its people, roles and keys."""
    row = table.reader.all_in_force(kind="site")[0]
    return {"id": row.id, "revision": row.revision, "sha256": row.sha256}


def _approvals(table: Seat, run: Run, last: Draft) -> list[Mapping[str, Any]]:
    """The yes of everybody who counts: who asked, who confirmed, and the last one."""
    people = [who for one in run.pending.values() for who in (one.actor["id"], *one.confirmed)]
    found = [table.dossier.approval(run.id, person) for person in dict.fromkeys(people)]
    return [*(one for one in found if one is not None and one["person"] != last["person"]), last]


def _retire(turn: Turn, row: DocumentRow) -> None:
    if row.kind == "site":
        params = {"document": row.id}
        raise RefusedError(
            Reason("agreement", "the site plan {document} is replaced, never retired", params)
        )
    turn.emit(draft_of("document-retired", row, turn.actor, turn.at))


def _sign(drafts: Sequence[Draft], approval: Draft) -> None:
    """Put an approval under what the approver did, where it does not agree by itself."""
    for draft in drafts:
        if draft["type"] in {"step-pending", "step-confirmed"}:
            draft["approval"] = approval
            return


def pin(row: DocumentRow) -> Draft:
    """How a record names a revision."""
    return {"id": row.id, "revision": row.revision, "sha256": row.sha256}


def draft_of(kind: str, row: DocumentRow, actor: Actor, at: str, **members: object) -> Draft:
    """A record about a revision, in its document's case."""
    return {
        "type": kind,
        "case": case_of(row.id),
        "drill": False,
        "occurred": at,
        "actor": actor.record(),
        "kind": row.kind,
        "protocol": pin(row),
        **members,
    }
