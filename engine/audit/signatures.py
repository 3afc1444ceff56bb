"""The people's own signatures: under agreements, and at a site with keys under each record.

Checked by ``ssh-keygen`` as of the record's time, against the site plan of then. Those
under agreements are few; those under records are as many as the records, so they are
checked at the depth *legal* only, and before that counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.audit.approvals import ApprovalError, read_signature, verify_signature
from handrail.engine.hand import check_hand, is_signed_by
from handrail.engine.ledger.ssh import NoProgramError, SignatureError
from handrail.engine.sealing import Gone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.audit.charter import Charter
    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.registered import Registered
    from handrail.engine.machine.site import Site
    from handrail.engine.store.base import Reader

    Record = Mapping[str, Any]

__all__ = ["Signatures"]


class Signatures:
    """Takes the records one by one, and reports what is signed wrong, or not at all."""

    def __init__(
        self,
        reader: Reader,
        documents: Registered,
        charter: Charter,
        report: Report,
        *,
        deep: bool = False,
    ) -> None:
        self._reader = reader
        self._documents = documents
        self._charter = charter
        self._report = report
        self._deep = deep  # whether the signature under each record is checked

    def take(self, seq: int, case: str, record: Record) -> None:
        """Check what people signed in a record.

        :raises NoProgramError: there is a signature and no ``ssh-keygen`` to check it.
        """
        if record.get("type") == "document-agreed" and not record.get("founding"):
            self._agreed(seq, case, record)
        actor = record.get("actor")
        if isinstance(actor, dict) and actor.get("how") == "key":
            self._by_hand(seq, case, record, str(actor.get("id")))

    def _agreed(self, seq: int, case: str, record: Record) -> None:
        """An agreement: its approvals, against the site plan before it (it may be a new one)."""
        site = self._charter.site(seq - 1)
        approvals = record.get("approvals")
        if site is None or not isinstance(approvals, list) or not approvals:
            self._report.add("approval-missing", seq, case)
            return
        if self._plan(record) != site.data:
            self._report.add("approval-plan", seq, case)
            return
        for approval in approvals:
            self._approved(seq, case, record, approval, site)

    def _plan(self, record: Record) -> Mapping[str, Any] | None:
        digest = (record.get("plan") or {}).get("sha256")
        return self._documents.known(str(digest))

    def _approved(
        self, seq: int, case: str, record: Record, approval: Mapping[str, Any], site: Site
    ) -> None:
        try:
            signature = read_signature(record, approval, self._reader)
            if not verify_signature(record, approval, signature, site):
                self._report.unchecked += 1
        except NoProgramError:
            raise
        except (ApprovalError, SignatureError, LookupError, TypeError, AttributeError) as fault:
            who = approval.get("person") if isinstance(approval, dict) else None
            self._report.add("approval-wrong", seq, case, person=who, reason=fault)

    def _by_hand(self, seq: int, case: str, record: Record, person: str) -> None:
        if not is_signed_by(record, person):
            return
        if "signature" not in record:
            self._report.add("signature-missing", seq, case, person=person)
            return
        site = self._charter.site(seq - 1)
        if not self._deep or site is None:
            return
        try:
            signature = read_signature(record, record, self._reader)
            key = site.people[person].key if person in site.people else None
            if signature is None or isinstance(key, Gone):
                self._report.unchecked += 1
            else:
                check_hand(record, signature, site)
        except NoProgramError:
            raise
        except (ApprovalError, SignatureError) as fault:
            self._report.add("signature-wrong", seq, case, person=person, reason=fault)
