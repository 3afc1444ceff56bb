"""``audit redact``: personal data is removed by a recorded decision, and gone from the file.

The record and the removal are one transaction: it says who, why, on which legal
basis, and which digests; verification then knows that what is absent was removed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handrail.engine.custody.desk import Desk, hold_of, kept_of
from handrail.engine.custody.found import Item, Wanted, choose, items_of
from handrail.engine.custody.planned import called, plans_with
from handrail.engine.errors import UsageError
from handrail.engine.machine.reasons import Reason
from handrail.engine.plans import in_force_reason
from handrail.engine.refused import RefusedError
from handrail.engine.sealing import Sealer
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handrail.engine.custody.desk import Kept
    from handrail.engine.engine import Engine
    from handrail.engine.store.base import Reader

__all__ = ["Ground", "held_reason", "redact", "redact_at"]

Row = dict[str, Any]


class Ground:
    """Why something is removed."""

    def __init__(self, basis: str, why: str | None = None, rule: str | None = None) -> None:
        """Take the reasons.

        :param basis: the legal basis; it stands in the record in clear.
        :param why: the reason, which is sealed.
        :param rule: the retention rule of the site plan that asks for it.
        :raises UsageError: the basis or the reason is empty.
        """
        if not basis.strip() or (why is not None and not why.strip()):
            raise UsageError("say why, and on which legal basis")
        self.basis = basis.strip()
        self.why = why
        self.rule = rule

    def draft(self, items: Iterable[Item]) -> tuple[dict[str, Any], Sealer]:
        """The record of removing these, and what it seals."""
        sealer, chosen = Sealer(), list(items)
        draft: dict[str, Any] = {"type": "redacted", "basis": self.basis}
        digests = sorted({item.digest for item in chosen if item.digest})
        evidence = sorted({item.sha256 for item in chosen if item.sha256})
        draft |= {"digests": digests} if digests else {}
        draft |= {"evidence": evidence} if evidence else {}
        draft |= {"why": sealer.text("why", self.why)} if self.why else {}
        draft |= {"rule": self.rule} if self.rule else {}
        return draft, sealer


def redact(
    engine: Engine, case: str, wanted: Wanted, ground: Ground, *, dry_run: bool = False
) -> Row:
    """Remove personal data of a case; or only say what would go.

    :param case: an incident, or ``DOC-ID`` for a document's agreement.
    :returns: ``incident``, ``dry_run``, ``removed`` (rows), ``also`` (other cases with
        the same attachment), ``withdrawn`` (messages), ``plans`` (that name the people
        still), ``scrubbed`` (no trace is left).
    :raises NotFoundError: there is no such case, or nothing of what is wanted in it.
    :raises RefusedError: the person may not, a legal hold forbids it, or the site plan in
        force needs it; recorded.
    """
    if wanted.is_empty():
        raise UsageError("say what: --fact, --person, --attachment, --note or --title")
    if dry_run:
        with engine.reading() as reader:
            return _rehearse(engine, reader, case, wanted)
    reason: Reason | None
    with engine.knowing(case), engine.writing() as writer:
        desk = Desk(engine, writer)
        records, items = _chosen(engine, writer, case, wanted)
        reason = desk.may("redact") or _against(case, records, writer, items)
        if reason is not None:
            desk.tell(case, {"type": "redact-refused", "refused": reason.record()})
        else:
            row = redact_at(desk, case, records, items, ground)
    if reason is not None:
        raise RefusedError([reason])
    engine.shelf.forget_plans()
    return row | {"scrubbed": engine.store.scrub()}


def _rehearse(engine: Engine, reader: Reader, case: str, wanted: Wanted) -> Row:
    records, items = _chosen(engine, reader, case, wanted)
    reason = _against(case, records, reader, items)
    if reason is not None:
        raise RefusedError([reason])
    return {
        "incident": case,
        "dry_run": True,
        "removed": [item.row(clear=True) for item in items if not item.gone],
        "also": _also(reader, case, items),
        "withdrawn": [row.cseq for row in _waiting(reader, case, records, items)],
        "plans": _plans(reader, items),
        "scrubbed": False,
    }


def _chosen(
    engine: Engine, reader: Reader, case: str, wanted: Wanted
) -> tuple[list[Kept], list[Item]]:
    records = kept_of(reader, case)
    items = items_of(reader, case, records)
    return records, choose(items, wanted, called(engine.shelf, reader))


def _plans(reader: Reader, items: Sequence[Item]) -> list[str]:
    people = {item.of for item in items if item.of}
    return plans_with(reader, people, [item.digest for item in items])


def _against(
    case: str, records: list[Kept], reader: Reader, items: Sequence[Item]
) -> Reason | None:
    digests = {item.digest for item in items}
    return held_reason(case, records, reader, items) or in_force_reason(reader, digests)


def held_reason(
    case: str, records: list[Kept], reader: Reader, items: Iterable[Item] = ()
) -> Reason | None:
    """Why nothing may be removed: a legal hold on this case, or on one with the same file."""
    cases = {case: records} | {name: kept_of(reader, name) for name in _also(reader, case, items)}
    for name, kept in cases.items():
        hold = hold_of(kept)
        if hold is not None:
            params = {"case": name, "since": hold["recorded"][:10], "person": hold["actor"]["id"]}
            return Reason(
                "held",
                "{case} is under a legal hold of {person} since {since}: nothing may be removed",
                params,
                (name,),
            )
    return None


def _also(reader: Reader, case: str, items: Iterable[Item]) -> list[str]:
    """Other cases in which the same bytes were attached."""
    wanted = {item.sha256 for item in items if item.sha256 and not item.gone}
    if not wanted:
        return []
    rows = (json.loads(row.data) for row in reader.log(Filter(type="evidence-attached")))
    return sorted({row["case"] for row in rows if row["sha256"] in wanted} - {case})


def _waiting(reader: Reader, case: str, records: Iterable[Kept], items: Iterable[Item]) -> Any:
    """Messages not yet sent whose words hold a fact that goes."""
    facts = {(item.run, item.name) for item in items if item.is_fact and not item.gone}
    told = {one.record["cseq"]: one.record for one in records}
    for row in reader.outbox():
        if row.case == case and row.cseq in told:
            text = json.dumps(told[row.cseq].get("text"))
            if any(run == row.run and f"{{{name}" in text for run, name in facts):
                yield row


def redact_at(desk: Desk, case: str, records: list[Kept], items: list[Item], ground: Ground) -> Row:
    """Record the removal and remove, within the transaction; permission was looked at."""
    writer = desk.writer
    left = [item for item in items if not item.gone]
    also = _also(writer, case, left)
    waiting = list(_waiting(writer, case, records, left))
    if left:
        desk.tell(case, *ground.draft(left))
        for other in also:
            desk.tell(other, *ground.draft(_shared(writer, other, left)))
    for row in waiting:
        sealer = Sealer()
        why = sealer.text("why", "what it says was redacted")
        draft = {"type": "notification-failed", "of": row.cseq, "why": why}
        desk.tell(case, draft, sealer)
        writer.take_outbox(case, row.cseq, sent=True)
    writer.drop_disclosures([item.digest for item in left if item.digest], case)
    for sha256 in {item.sha256 for item in left if item.sha256}:
        writer.drop_evidence(sha256)
    return {
        "incident": case,
        "dry_run": False,
        "removed": [item.row(clear=False) for item in left],
        "also": also,
        "withdrawn": [row.cseq for row in waiting],
        "plans": _plans(writer, items),
    }


def _shared(reader: Reader, other: str, items: Iterable[Item]) -> list[Item]:
    """Those of the attachments that another case has as well."""
    there = {one.record.get("sha256") for one in kept_of(reader, other)}
    return [item._replace(digest=None) for item in items if item.sha256 in there]
