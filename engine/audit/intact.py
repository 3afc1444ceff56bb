"""Depth *intact*: one pass over the stored bytes, in the order of the log.

Each record's bytes are hashed and held against the stored hash; each follows the
one before it in its case; the tree over all of them is held against the log's head
and against signed checkpoints. No member of a record is decoded unless something
is wrong with it: records are canonical, so what must stand in one is looked for as
text.

Records are taken in batches, where those that are plainly right are told from the
others; these are looked at one by one, which says what is wrong, if anything is.

Memory: a batch, the tree's compact range, the marks, and where the most recently met
``CASES`` cases go on (about 400 bytes each). A case that was set aside is looked up
again by index when it goes on.
"""

from __future__ import annotations

from binascii import hexlify
from contextlib import suppress
from itertools import count
from json import dumps, loads
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.errors import StoreError
from handrail.engine.ledger.merkle import CompactRange
from handrail.engine.ledger.record import leaf_hash, leaf_hashes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.marks import Marks
    from handrail.engine.store.base import Head, Reader

    Row = tuple[str, int, bytes, bytes]  # case, index in it, hash, bytes

__all__ = ["BATCH", "CASES", "check_intact", "decoded"]

BATCH = 256  # records: what is read is still in the processor's cache when it is searched
CASES = 16_384

NO_RECORD: Final = b'"prev":null,'  # in the first record of a case
MANY: Final = 1_000
NUMBERS: Final = tuple(b"%d," % number for number in range(MANY))


def check_intact(reader: Reader, marks: Marks, report: Report) -> CompactRange:
    """Report what is not intact; return the tree over the records as they are."""
    head = _head(reader, report)
    log = _Pass(reader, marks, report)
    log.run()
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
        self._chains = _Chains(reader, report)
        self._at = 0  # the index that the next record must have

    def run(self) -> None:
        """Read the log to its end."""
        if self._marks.next == 0:
            self._marks.compare(0, self.tree.root())
        size = BATCH
        while size:
            rows = self._reader.part(self._at, self._at + size)
            if len(rows) == size:
                self._together(rows)
            else:  # it ends here, or one is missing
                size = min(size // 2, len(rows))
        self._singly()

    def _together(self, rows: Sequence[Row]) -> None:
        """Take records that lie in the log one after the other."""
        found = None
        with suppress(TypeError):  # a table can hold anything
            if {*map(type, map(itemgetter(1), rows))} == {int}:
                found = leaf_hashes(map(itemgetter(3), rows))
        if found is None:
            self._singly(self._at + len(rows))
            return
        for place in self._chains.doubtful(rows, found):
            found[place] = self._one(self._at + place, *rows[place])
        self._at += len(rows)
        self._grow(found)

    def _singly(self, stop: int | None = None) -> None:
        """Take records up to before an index one by one."""
        for seq, case, cseq, leaf, data in self._reader.scan(self._at):
            if stop is not None and seq >= stop:
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


class _Chains:
    """Follows each case from record to record."""

    def __init__(self, reader: Reader, report: Report) -> None:
        self._reader = reader
        self._report = report
        # Of each case: its next cseq, what names its last record, what names the case.
        self._heads: dict[str, list[Any]] = {}
        self._forgot = False

    def doubtful(self, rows: Sequence[Row], found: Sequence[bytes]) -> Iterator[int]:
        """Follow records; give the place of each that is not plainly right, to look closer.

        This is a quarter of a verification's time. So it looks for what a record must
        hold where the last one had it, and searches only where it is not there.

        :param found: the records' hashes as they are.
        """
        here = there = 0  # where the last record had its case, and the hash before it
        heads, each = self._heads, zip(count(), rows, found, _named(found), strict=False)
        for at, (case, cseq, leaf, data), own, name in each:
            try:
                known = heads[case]
            except KeyError:
                known = self._meet(case, cseq)
            due, before, place = known
            if cseq != due or own != leaf:
                yield at
                continue
            place += NUMBERS[cseq] if cseq < MANY else b"%d," % cseq
            if data[here : here + len(place)] != place:
                here = data.find(place)
            if data[there : there + len(before)] != before:
                there = data.rfind(before)
            if here < 0 or there < 0:
                yield at
                continue
            known[0] = cseq + 1
            known[1] = name

    def follow(self, seq: int, case: str, cseq: int, leaf: bytes, data: bytes) -> None:
        """Hold a record against the one before it in its case."""
        known = self._heads.get(case) or self._meet(case, cseq)
        due, before, place = known
        if cseq != due or place + b"%d," % cseq not in data or before not in data:
            self._examine(seq, case, cseq, due, data, before)
        known[0], known[1] = cseq + 1, _named([leaf])[0]

    def _meet(self, case: str, cseq: int) -> list[Any]:
        """Note where a case goes on that is new, or was set aside."""
        if type(cseq) is not int:  # nor is it a place to go on from
            return [None, NO_RECORD, b""]
        if len(self._heads) >= CASES:
            self._heads.clear()
            self._forgot = True
        due, before = self._recall(case, cseq)
        place = f'"case":"{case}","cseq":'.encode(errors="replace")
        self._heads[case] = known = [due, before, place]
        return known

    def _recall(self, case: str, cseq: int) -> tuple[int, bytes]:
        if self._forgot and cseq != 0:
            for data in self._reader.case_records(case, cseq - 1):
                return cseq, _named([leaf_hash(data)])[0]
        return 0, NO_RECORD

    def _examine(  # noqa: PLR0913, PLR0917 - a record and where it was expected
        self, seq: int, case: str, cseq: int, due: int, data: bytes, before: bytes
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
        elif f'"prev":{dumps(record.get("prev"))},'.encode() != before:
            report.add("chain-broken", seq, case)


def _named(leaves: Sequence[bytes]) -> list[bytes]:
    """Return how the record after each of these names it."""
    names = hexlify(b"".join(leaves), b"\n", len(leaves[0])).replace(b"\n", b'",\n"prev":"')
    return (b'"prev":"%b",' % names).split(b"\n")


def decoded(data: object) -> dict[str, Any] | None:
    """Return a record's members; None of bytes that are none."""
    if not isinstance(data, bytes):  # a table can hold anything
        return None
    try:
        record = loads(data)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
