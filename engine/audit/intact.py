"""Depth *intact*: one pass over the stored bytes, in the order of the log.

Each record's bytes are hashed and held against the stored hash; each follows the
one before it in its case; the tree over all of them is held against the log's head
and against signed checkpoints. No member of a record is decoded unless something
is wrong with it: records are canonical, so what must stand in one is looked for as
text.

Records are taken in batches, where those that are plainly right are told from the
others; these are looked at one by one, which says what is wrong, if anything is.

Memory: a batch, the tree's compact range, the marks, and where cases go on (``chains``).
"""

from __future__ import annotations

from contextlib import suppress
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.audit.chains import Chains, Entries
from handrail.engine.audit.findings import Report
from handrail.engine.errors import StoreError
from handrail.engine.ledger.many import leaf_hashes
from handrail.engine.ledger.merkle import CompactRange
from handrail.engine.ledger.record import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handrail.engine.audit.chains import Row, Stretch
    from handrail.engine.audit.marks import Marks
    from handrail.engine.store.base import Head, Reader

__all__ = ["BATCH", "Part", "check_intact", "part_of"]

BATCH = 256  # records: what is read is still in the processor's cache when it is searched
_END: Final = 2**63 - 1  # an index behind every record


class Part(NamedTuple):
    """A part of the log in which every record is plainly right, were the stretches' beginnings."""

    leaves: list[bytes]
    stretches: list[Stretch]


def part_of(reader: Reader, start: int, length: int) -> Part | None:
    """Look at a part of the log by itself; ``None``: something is wrong with it, or missing.

    :param length: records; those of a part are kept in memory.
    """
    report, leaves = Report(), list[bytes]()
    chains = Entries(reader, report)
    while (left := length - len(leaves)) > 0:
        at = start + len(leaves)
        rows = reader.part(at, at + min(BATCH, left))
        found = _hashed(rows) if len(rows) == min(BATCH, left) else None
        if found is None:
            return None
        for place in chains.doubtful(rows, found):
            if found[place] != rows[place][2]:
                return None
            chains.follow(at + place, *rows[place])
        leaves += found
    return None if report.findings else Part(leaves, chains.stretches())


def check_intact(
    reader: Reader, marks: Marks, report: Report, parts: Iterable[tuple[int, Part | None]] = ()
) -> CompactRange:
    """Report what is not intact; return the tree over the records as they are.

    :param parts: what was found of the log's first parts (``part_of``), in their order, and
        where each begins.
    """
    head = _head(reader, report)
    log = _Pass(reader, marks, report)
    log.run(parts)
    marks.end(log.tree.size)
    _end(head, log.tree, report)
    return log.tree


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


class _Pass:
    """One pass over the log; the tree has grown over what was read."""

    def __init__(self, reader: Reader, marks: Marks, report: Report) -> None:
        self.tree = CompactRange()
        self._reader = reader
        self._marks = marks
        self._report = report
        self._chains = Chains(reader, report)
        self._at = 0  # the index that the next record must have

    def run(self, parts: Iterable[tuple[int, Part | None]]) -> None:
        """Read the log to its end."""
        if self._marks.next == 0:
            self._marks.compare(0, self.tree.root())
        for start, part in parts:
            self._read(start)  # what was not spared, of the parts before
            if part is not None and start == self._at and self._chains.joins(part.stretches):
                self._at += len(part.leaves)
                self._grow(part.leaves)
        self._read(_END)

    def _read(self, stop: int) -> None:
        """Read the log up to before an index."""
        size = BATCH
        while size and self._at < stop:
            size = min(size, stop - self._at)
            rows = self._reader.part(self._at, self._at + size)
            if len(rows) == size:
                self._together(rows)
            else:  # it ends here, or one is missing
                size = min(size // 2, len(rows))
        if self._at < stop:
            self._singly(stop)

    def _together(self, rows: list[Row]) -> None:
        """Take records that lie in the log one after the other."""
        found = _hashed(rows)
        if found is None:
            self._singly(self._at + len(rows))
            return
        for place in self._chains.doubtful(rows, found):
            found[place] = self._one(self._at + place, *rows[place])
        self._at += len(rows)
        self._grow(found)

    def _singly(self, stop: int) -> None:
        """Take records up to before an index one by one."""
        for seq, case, cseq, leaf, data in self._reader.scan(self._at):
            if seq >= stop:
                return
            if seq != self._at:
                self._report.add("record-missing", seq, case, count=seq - self._at)
            self._at = seq + 1
            self._grow([self._one(seq, case, cseq, leaf, data)])

    def _one(self, seq: int, case: str, cseq: int, leaf: bytes, data: bytes) -> bytes:
        """Say what is wrong with a record, if anything is; return its hash."""
        if type(data) is not bytes or type(leaf) is not bytes or type(cseq) is not int:
            self._report.add("record-unreadable", seq, case)
            return leaf_hash(b"")
        found = leaf_hash(data)
        if found != leaf:
            self._report.add("record-altered", seq, case)
        self._chains.follow(seq, case, cseq, leaf, data)
        return found

    def _grow(self, leaves: Sequence[bytes]) -> None:
        """Let the tree grow, and hold it against the marks at their sizes."""
        tree, marks, done = self.tree, self._marks, 0
        while tree.size < marks.next <= tree.size + len(leaves) - done:
            upto = done + marks.next - tree.size
            tree.extend(leaves[done:upto])
            done = upto
            marks.compare(tree.size, tree.root())
        tree.extend(leaves[done:])


def _hashed(rows: Sequence[Row]) -> list[bytes] | None:
    """Return the records' hashes as they are; ``None`` where one is no record at all."""
    with suppress(TypeError):  # a table can hold anything
        if {*map(type, map(itemgetter(1), rows))} == {int}:
            return leaf_hashes(map(itemgetter(3), rows))
    return None
