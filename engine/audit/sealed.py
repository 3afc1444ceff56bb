"""What hangs on records by digest: disclosures of personal values, and evidence.

Four cases of a disclosure: it matches; it does not (FAIL); it is gone by a recorded
redaction; it is gone without one (FAIL). A fifth: redacted, and there again (FAIL).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.audit.chains import decoded
from handrail.engine.errors import HandrailError
from handrail.engine.ledger.disclosure import reveal, sealed_in
from handrail.engine.store.base import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.registered import Registered
    from handrail.engine.store.base import Reader

__all__ = ["Sealed", "matching"]

BATCH = 500  # digests looked up at once
_ABOUT_HOLDS: Final = frozenset({"held", "hold-released", "redacted"})


class Sealed:
    """Checks what records refer to by digest. Holds the digests that were redacted."""

    def __init__(self, reader: Reader, documents: Registered, report: Report) -> None:
        self._reader = reader
        self._documents = documents
        self._report = report
        self._removed, self._redacted = _redacted(reader)
        self._attached = _attached(reader, self._redacted)
        self._due: dict[str, int] = {}  # digest -> the record of the case that has it first
        self._hold: tuple[str, Mapping[str, Any]] | None = None  # the held case, and by what

    def take(self, seq: int, case: str, record: Mapping[str, Any], data: bytes) -> None:
        """Note the sealed values of a record, and check its evidence."""
        if b'"sd":' in data:  # most records seal nothing
            self._note(sealed_in(record), seq)
        kind = record.get("type")
        if kind == "document-registered":
            self._note(self._documents.sealed_by(record), seq)
        if len(self._due) >= BATCH:
            self.end(case)
        if kind == "evidence-attached":
            self._evidence(seq, case, str(record.get("sha256")), record.get("size"))
        elif kind in _ABOUT_HOLDS:
            self._held(seq, case, record)

    def _held(self, seq: int, case: str, record: Mapping[str, Any]) -> None:
        """Follow a case's legal hold: while it lasts, nothing is removed."""
        if record["type"] != "redacted":
            self._hold = (case, record) if record["type"] == "held" else None
        elif self._hold is not None and self._hold[0] == case:
            since = str(self._hold[1].get("recorded"))[:10]
            reason = HandrailError(
                "{case} was under a legal hold since {since}", case=case, since=since
            )
            self._report.add("forged-redaction", seq, case, reason=reason)

    def _note(self, digests: Iterable[str], seq: int) -> None:
        for digest in digests:
            self._due.setdefault(digest, seq)

    def end(self, case: str) -> None:
        """Check the sealed values that were noted of a case."""
        if not self._due:
            return
        found = self._reader.disclosures(self._due, case)
        for digest, seq in self._due.items():
            code = self._fault(digest, found.get(digest), redacted=(case, digest) in self._removed)
            if code is not None:
                self._report.add(code, seq, case)
        self._due.clear()

    def _fault(self, digest: str, disclosure: str | None, *, redacted: bool) -> str | None:
        if disclosure is None:
            if redacted:
                self._report.redacted.add(digest)
            return None if redacted else "disclosure-missing"
        if not _matches(digest, disclosure):
            return "disclosure-altered"
        return "redaction-undone" if redacted else None

    def _evidence(self, seq: int, case: str, digest: str, size: object) -> None:
        data = self._reader.evidence(digest)
        if data is None:
            if self._redacted.get(digest, -1) < self._attached.get(digest, seq):
                self._report.add("evidence-missing", seq, case, sha256=digest)
            else:
                self._report.redacted.add(digest)
        elif not isinstance(data, bytes) or (len(data), sha256(data).hexdigest()) != (size, digest):
            self._report.add("evidence-altered", seq, case, sha256=digest)
        elif digest in self._redacted and self._attached[digest] < self._redacted[digest]:
            self._report.add("redaction-undone", seq, case)


def matching(reader: Reader, digests: Iterable[str], case: str) -> dict[str, str]:
    """A case's disclosures that are what was sealed; of the others ``Sealed`` tells."""
    found = reader.disclosures(digests, case)
    return {digest: text for digest, text in found.items() if _matches(digest, text)}


def _matches(digest: str, disclosure: str) -> bool:
    try:
        reveal(digest, disclosure)
    except (ValueError, AttributeError):  # whatever the table holds
        return False
    return True


def _redacted(reader: Reader) -> tuple[set[tuple[str, str]], dict[str, int]]:
    """What redactions name: disclosures, each of its case; evidence, and the last record."""
    values: set[tuple[str, str]] = set()
    files: dict[str, int] = {}
    for logged in reader.log(Filter(type="redacted")):
        record = decoded(logged.data) or {}
        values |= {(str(record.get("case")), name) for name in _names(record, "digests")}
        files |= dict.fromkeys(_names(record, "evidence"), logged.seq)
    return values, files


def _names(record: Mapping[str, Any], member: str) -> list[str]:
    names = record.get(member)
    return [str(name) for name in names] if isinstance(names, list) else []


def _attached(reader: Reader, redacted: Mapping[str, int]) -> dict[str, int]:
    """When each redacted attachment was last attached: it may have been again, afterwards."""
    found = dict.fromkeys(redacted, -1)
    for logged in reader.log(Filter(type="evidence-attached")) if redacted else ():
        digest = str((decoded(logged.data) or {}).get("sha256"))
        if digest in found:
            found[digest] = logged.seq
    return found
