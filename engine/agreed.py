"""Who agreed to a document, for every view of what runs on it: read from its record.

Small, because it stands on the path of a step.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.store.base import Reader

__all__ = ["Agreed", "agreed", "agreed_of", "case_of"]


class Agreed(NamedTuple):
    """The agreement to one revision."""

    revision: int
    sha256: str
    since: str  # RFC 3339
    by: tuple[str, ...]  # the people who agreed; of a founding, who founded
    self_agreed: bool  # the site is one person
    signed: bool  # each of them with a key
    founding: bool  # put in force by ``init``, before there was anybody to agree

    def row(self) -> dict[str, Any]:
        """As ``--json`` shows it."""
        return {**self._asdict(), "by": list(self.by)}


def case_of(document: str) -> str:
    """The case of a document's agreement."""
    return f"DOC-{document}"


def agreed(reader: Reader, document: str, sha256: str) -> Agreed | None:
    """Return the agreement to this revision; ``None``: it was never in force."""
    row = reader.in_force(document)
    if row is not None and row.sha256 == sha256:
        for data in reader.case_records(case_of(document), row.cseq):
            return agreed_of(json.loads(data))
    which = Filter(case=case_of(document), type="document-agreed")
    for logged in reader.log(which, newest_first=True):
        record = json.loads(logged.data)
        if record["protocol"]["sha256"] == sha256:
            return agreed_of(record)
    return None


def agreed_of(record: Mapping[str, Any]) -> Agreed:
    """Read a ``document-agreed`` record."""
    approvals = record.get("approvals", ())
    founding = bool(record.get("founding"))
    return Agreed(
        revision=record["protocol"]["revision"],
        sha256=record["protocol"]["sha256"],
        since=record["recorded"],
        by=tuple(one["person"] for one in approvals) or (record["actor"]["id"],),
        self_agreed=bool(record.get("self-agreed")),
        signed=bool(approvals) and all("signature" in one for one in approvals),
        founding=founding,
    )
