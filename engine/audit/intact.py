"""Depth *intact*: one pass over the stored bytes, in the order of the log.

Each record's bytes are hashed and held against the stored hash; each follows the
one before it in its case; the tree over all of them is held against the log's head
and against signed checkpoints. No member of a record is decoded unless something
is wrong with it: records are canonical, so what must stand in one is looked for as
text.

Memory: the tree's compact range, the marks, and where the most recently met
``CASES`` cases go on (about 200 bytes each). A case that was set aside is looked up
again by index when it goes on.
"""

from __future__ import annotations

from hashlib import sha256
from json import loads
from typing import TYPE_CHECKING, Any

from handrail.engine.errors import StoreError
from handrail.engine.ledger.merkle import CompactRange
from handrail.engine.ledger.record import leaf_hash

if TYPE_CHECKING:
    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.marks import Marks
    from handrail.engine.store.base import Head, Reader

__all__ = ["CASES", "check_intact", "decoded"]

CASES = 16_384


def check_intact(reader: Reader, marks: Marks, report: Report) -> int:
    """Report what is not intact; return how many records there are."""
    head = _head(reader, report)
    tree, chains, at = CompactRange(), _Chains(reader, report), 0
    if marks.next == 0:
        marks.compare(0, tree.root())
    append, add, follow = tree.append, report.add, chains.follow
    for seq, case, cseq, leaf, data in reader.bare():
        if seq != at:
            add("record-missing", seq, case, count=seq - at)
        at = seq + 1
        if type(data) is not bytes or type(leaf) is not bytes or type(cseq) is not int:
            add("record-unreadable", seq, case)
            found = leaf_hash(b"")
        else:
            # As leaf_hash: a call less, a million times.
            found = sha256(b"\x00" + data).digest()
            if found != leaf:
                add("record-altered", seq, case)
            follow(seq, case, cseq, leaf, data)
        append(found)
        if tree.size == marks.next:
            marks.compare(tree.size, tree.root())
    marks.end(tree.size)
    _end(head, tree, report)
    return tree.size


def _head(reader: Reader, report: Report) -> Head | None:
    try:
        return reader.head()
    except StoreError:
        report.add("head-unreadable")
        return None


def _end(head: Head | None, tree: CompactRange, report: Report) -> None:
    if head is None:
        return
    if head.size > tree.size:
        report.add("tail-cut", records=tree.size, size=head.size)
    elif head.size < tree.size:
        report.add("tail-added", head.size, records=tree.size, size=head.size)
    elif head.root != tree.root():
        report.add("head-differs")


class _Chains:
    """Follows each case from record to record."""

    def __init__(self, reader: Reader, report: Report) -> None:
        self._reader = reader
        self._report = report
        self._heads: dict[str, tuple[int, bytes | None]] = {}  # next cseq, leaf before it
        self._forgot = False

    def follow(self, seq: int, case: str, cseq: int, leaf: bytes, data: bytes) -> None:
        """Hold a record against the one before it in its case."""
        heads = self._heads
        known = heads.get(case)
        if known is None:
            known = self._recall(case, cseq)
            if len(heads) >= CASES:
                heads.clear()
                self._forgot = True
        due, before = known
        prev = "null" if before is None else f'"{before.hex()}"'
        here = f'"case":"{case}","cseq":{cseq},'.encode(errors="replace")
        if cseq != due or here not in data or f'"prev":{prev},'.encode() not in data:
            self._examine(seq, case, cseq, due, data, before)
        heads[case] = (cseq + 1, leaf)

    def _recall(self, case: str, cseq: int) -> tuple[int, bytes | None]:
        """Return where a case goes on that is new, or was set aside."""
        if not self._forgot or cseq == 0:
            return 0, None
        for data in self._reader.case_records(case, cseq - 1):
            return cseq, leaf_hash(data)
        return 0, None

    def _examine(  # noqa: PLR0913, PLR0917 - a record and where it was expected
        self, seq: int, case: str, cseq: int, due: int, data: bytes, before: bytes | None
    ) -> None:
        """Say what is wrong with a record that is not where its bytes say."""
        report = self._report
        record = decoded(data)
        if record is None:
            report.add("record-unreadable", seq, case)
            return
        for column, found in (("case", case), ("cseq", cseq)):
            if (expected := record.get(column)) != found:
                report.add(
                    "column-differs", seq, case, column=column, found=found, expected=expected
                )
        if cseq > due:
            report.add("case-gap", seq, case, before=due - 1, cseq=cseq)
        elif cseq < due:
            report.add("case-repeat", seq, case, cseq=cseq)
        elif record.get("prev") != (before.hex() if before else None):
            report.add("chain-broken", seq, case)


def decoded(data: object) -> dict[str, Any] | None:
    """Return a record's members; None of bytes that are none."""
    if not isinstance(data, bytes):  # a table can hold anything
        return None
    try:
        record = loads(data)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
