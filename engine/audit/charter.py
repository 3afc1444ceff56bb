"""What was in force when: the fold of the agreements, in the order of the log."""

from __future__ import annotations

from bisect import bisect
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.chains import decoded
from handrail.engine.machine.site import build_site
from handrail.engine.store.base import Filter, InForce

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.registered import Registered
    from handrail.engine.machine.site import Site
    from handrail.engine.store.base import Reader

__all__ = ["Charter", "in_force_of"]

KINDS = ("document-agreed", "document-retired")
SITE = "site"


class Charter:
    """The agreements that the log tells of, held against what the table shows as in force."""

    def __init__(self, reader: Reader, documents: Registered, report: Report) -> None:
        self._documents = documents
        self._sites: list[tuple[int, str]] = []  # from which index on, which site plan
        self._built: dict[str, Site] = {}
        self._now: dict[str, InForce] = {}
        for seq, record in sorted(_agreements(reader), key=lambda each: each[0]):
            self._take(seq, record)
        _compare({row.id: row for row in reader.all_in_force()}, self._now, report)

    def _take(self, seq: int, record: Mapping[str, Any]) -> None:
        row = in_force_of(record)
        if record["type"] == "document-retired":
            self._now.pop(row.id, None)
            return
        if row.kind == SITE:  # one plan at a time, whatever their ids
            self._now = {key: other for key, other in self._now.items() if other.kind != SITE}
            self._sites.append((seq, row.sha256))
        self._now[row.id] = row

    def site(self, seq: int) -> Site | None:
        """Return the site plan that was in force when this record was appended."""
        at = bisect(self._sites, (seq, "~"))
        if at == 0:
            return None
        digest = self._sites[at - 1][1]
        if digest not in self._built:
            self._built[digest] = build_site(self._documents.data(digest))
        return self._built[digest]


def _agreements(reader: Reader) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for kind in KINDS:
        for logged in reader.log(Filter(type=kind)):
            record = decoded(logged.data)
            if record is not None and isinstance(record.get("protocol"), dict):
                yield logged.seq, record


def in_force_of(record: Mapping[str, Any]) -> InForce:
    """What an agreement put in force, as the store's table has it."""
    pin = record["protocol"]
    return InForce(
        id=str(pin.get("id")),
        kind=str(record.get("kind")),
        sha256=str(pin.get("sha256")),
        revision=pin.get("revision", 0),
        since=str(record.get("recorded")),
        cseq=record.get("cseq", 0),
    )


def _compare(found: Mapping[str, InForce], expected: Mapping[str, InForce], report: Report) -> None:
    for name in sorted({*found, *expected}):
        case = f"DOC-{name}"
        if name not in expected:
            report.add("projection-extra", None, case, table="in_force")
        elif name not in found:
            report.add("projection-missing", None, case, table="in_force")
        else:
            report.compare(case, "in_force", found[name], expected[name])
