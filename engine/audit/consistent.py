"""Depth *consistent*: what hangs on the records is what they say.

One pass over the records case by case, holding one case at a time: the columns that
a record is found by, what it seals, the documents that it runs on, and the rows that
its case folds to. That the index of cases shows all records and no others is held
against the log's own order: by their number, and by the sum of their leaf hashes.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, cast

from handrail.engine.audit.charter import Charter
from handrail.engine.audit.projections import Projections
from handrail.engine.audit.records import check_record
from handrail.engine.audit.registered import Registered
from handrail.engine.audit.sealed import Sealed
from handrail.engine.audit.signatures import Signatures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.since import Since
    from handrail.engine.store.base import Entry, Reader

__all__ = ["check_consistent"]


def check_consistent(
    reader: Reader,
    origin: str,
    report: Report,
    *,
    deep: bool = False,
    part: Since | None = None,
) -> None:
    """Report what does not follow from the records.

    :param part: the cases to read; None: all.
    :param deep: check what people signed under each record as well.
    """
    shown = cast("Reader", part or reader)
    documents = Registered(reader, report)
    sealed = Sealed(reader, documents, report)
    charter = Charter(reader, documents, report)
    projections = Projections(shown, documents, charter, report)
    signatures = Signatures(reader, documents, charter, report, deep=deep)
    seen = _Sum()
    for case, rows in groupby(shown.by_case(), key=lambda row: row[1].case):
        for seq, entry in _in_order(rows, report):
            seen.add(entry.leaf)
            record = check_record(seq, entry, origin, report)
            if record is not None:
                documents.take(seq, case, record)
                sealed.take(seq, case, record, entry.data)
                signatures.take(seq, case, record)
            projections.take(seq, case, record)
        sealed.end(case)
        projections.end(case)
    projections.finish()
    _check_whole(reader, seen, part, report)


def _in_order(rows: Iterator[tuple[int, Entry]], report: Report) -> Iterator[tuple[int, Entry]]:
    last = -1
    for seq, entry in rows:
        if seq < last:
            report.add("case-order", seq, entry.case)
        last = seq
        yield seq, entry


class _Sum:
    """A number for a set of leaves in any order; sets apart do not collide in practice."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0

    def add(self, leaf: object) -> None:
        self.count += 1
        if isinstance(leaf, bytes):
            self.total += int.from_bytes(leaf)


def _check_whole(reader: Reader, seen: _Sum, part: Since | None, report: Report) -> None:
    """Hold the index of cases against the log's own order, in which time does not go back."""
    every, latest = _Sum(), ""
    for seq, recorded, leaf, case in reader.times():
        if part is None or case in part.cases:
            every.add(leaf)
        if str(recorded) < latest:
            report.add("time-backwards", seq, case, found=recorded, before=latest)
        latest = max(latest, str(recorded))
    if (every.count, every.total) != (seen.count, seen.total):
        report.add("case-hidden")
