"""The documents that runs are pinned to: each is what its digest says, and was registered."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.intact import decoded
from handrail.engine.errors import HandrailError
from handrail.engine.machine.build import build
from handrail.engine.store.base import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.audit.findings import Report
    from handrail.engine.machine.definition import Definition
    from handrail.engine.store.base import DocumentRow, Reader

__all__ = ["Registered"]


class Registered:
    """The store's documents that may be relied on; what is wrong with the others is reported."""

    def __init__(self, reader: Reader, report: Report) -> None:
        self._report = report
        self._data: dict[str, Mapping[str, Any]] = {}
        self._definitions: dict[str, Definition] = {}
        self._missed: set[str] = set()
        told = set(_told(reader))
        for row in reader.documents():
            self._take(row, told)

    def _take(self, row: DocumentRow, told: set[str]) -> None:
        data = decoded(row.data)
        if data is None or sha256(row.data).hexdigest() != row.sha256 or not _titled(row, data):
            self._report.add("document-altered", document=_name(row))
            return
        if row.sha256 not in told:
            self._report.add("document-unrecorded", document=_name(row))
        self._data[row.sha256] = data

    def take(self, seq: int, case: str, record: Mapping[str, Any]) -> None:
        """Check that the document which a record names is there; once for each."""
        pin = record.get("protocol")
        digest = pin.get("sha256") if isinstance(pin, dict) else None
        if isinstance(digest, str) and digest not in self._data and digest not in self._missed:
            self._missed.add(digest)
            self._report.add("document-missing", seq, case, document=digest[:12])

    def data(self, digest: str) -> Mapping[str, Any]:
        """Return a document's data.

        :raises HandrailError: there is none to rely on.
        """
        if digest not in self._data:
            raise HandrailError("the document {sha256} is not there", sha256=digest[:12])
        return self._data[digest]

    def definition(self, digest: str) -> Definition:
        """Return the machine of a document.

        :raises HandrailError: there is none to rely on.
        """
        found = self._definitions.get(digest)
        if found is None:
            found = self._definitions[digest] = build(self.data(digest), digest)
        return found


def _titled(row: DocumentRow, data: Mapping[str, Any]) -> bool:
    """Tell whether the columns name the document that it is."""
    members = (data.get("id"), data.get("kind"), data.get("revision", row.revision))
    return members == (row.id, row.kind, row.revision)


def _name(row: DocumentRow) -> str:
    return f"{row.id} {row.revision} ({row.sha256[:12]})"


def _told(reader: Reader) -> Iterator[str]:
    """Give the digests that the log says were registered."""
    for logged in reader.log(Filter(type="document-registered")):
        pin = (decoded(logged.data) or {}).get("protocol")
        if isinstance(pin, dict):
            yield str(pin.get("sha256"))
