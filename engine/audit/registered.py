"""The documents that runs are pinned to: each is what its digest says, and was registered."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.chains import decoded
from handrail.engine.audit.sealed import matching
from handrail.engine.errors import HandrailError
from handrail.engine.machine.build import build
from handrail.engine.plans import open_plan, sealed_of
from handrail.engine.store.base import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handrail.engine.audit.findings import Report
    from handrail.engine.machine.definition import Definition
    from handrail.engine.store.base import DocumentRow, Reader

__all__ = ["Registered"]

Told = tuple[object, object, object, object]  # id, kind, revision, author


class Registered:
    """The store's documents that may be relied on; what is wrong with the others is reported."""

    def __init__(self, reader: Reader, report: Report) -> None:
        self._report = report
        self._disclosures = partial(matching, reader)
        self._data: dict[str, Mapping[str, Any]] = {}
        self._sealed: dict[str, tuple[str, ...]] = {}  # of site plans: the digests in them
        self._definitions: dict[str, Definition] = {}
        self._missed: set[str] = set()
        told = dict(_registrations(reader))
        for row in reader.documents():
            self._take(row, told.get(row.sha256))

    def _take(self, row: DocumentRow, told: Told | None) -> None:
        name = f"{row.id} ({row.sha256[:12]})"
        data = decoded(row.data)
        if data is None or sha256(row.data).hexdigest() != row.sha256:
            self._report.add("document-altered", document=name)
            return
        self._data[row.sha256] = self._in_clear(row.sha256, data)
        if told is None:
            self._report.add("document-unrecorded", document=name)
        else:
            self._compare(row, told, name)
        if not _written_so(row, data):
            self._report.add("source-altered", document=name)

    def _in_clear(self, sha256: str, data: dict[str, Any]) -> Mapping[str, Any]:
        """A document as it is read: what is sealed of a site plan is opened, if it is there."""
        if data.get("kind") != "site":
            return data
        try:
            self._sealed[sha256] = tuple(sealed_of(data).values())
            return open_plan(self._disclosures, data)
        except (LookupError, TypeError, ValueError):  # made up, which is told of
            return data

    def _compare(self, row: DocumentRow, told: Told, name: str) -> None:
        columns = ("id", "kind", "revision", "author")
        for column, expected in zip(columns, told, strict=True):
            found = getattr(row, column)
            if found != expected:
                self._report.add(
                    "document-column", document=name, column=column, found=found, expected=expected
                )

    def take(self, seq: int, case: str, record: Mapping[str, Any]) -> None:
        """Check that the document which a record names is there; once for each."""
        pin = record.get("protocol")
        digest = pin.get("sha256") if isinstance(pin, dict) else None
        if isinstance(digest, str) and digest not in self._data and digest not in self._missed:
            self._missed.add(digest)
            self._report.add("document-missing", seq, case, document=digest[:12])

    def sealed_by(self, record: Mapping[str, Any]) -> Iterable[str]:
        """The digests of what is sealed in the document that a record is about."""
        pin = record.get("protocol")
        digest = pin.get("sha256") if isinstance(pin, dict) else None
        return self._sealed.get(digest, ()) if isinstance(digest, str) else ()

    def known(self, digest: str) -> Mapping[str, Any] | None:
        """Return a document's data; None where there is none to rely on."""
        return self._data.get(digest)

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


def _registrations(reader: Reader) -> Iterator[tuple[str, Told]]:
    """Give what the log says was registered, by digest."""
    for logged in reader.log(Filter(type="document-registered"), newest_first=True):
        record = decoded(logged.data) or {}
        pin, actor = record.get("protocol"), record.get("actor")
        if isinstance(pin, dict) and isinstance(actor, dict):
            told = (pin.get("id"), record.get("kind"), pin.get("revision"), actor.get("id"))
            yield str(pin.get("sha256")), told


def _written_so(row: DocumentRow, data: Mapping[str, Any]) -> bool:
    """Tell whether the text that people read is the text of what runs; plans keep none."""
    if data.get("kind") == "site" and row.source == b"":
        return True
    from handrail.engine.documents.check import canonical  # noqa: PLC0415 - 30 ms, this depth only
    from handrail.engine.documents.source import SourceError, read_source  # noqa: PLC0415 - same

    try:
        return canonical(read_source(row.source, row.id).data) == row.data
    except (SourceError, TypeError, ValueError, AttributeError):  # whatever the table holds
        return False
