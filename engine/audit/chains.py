"""Each case of the log followed from record to record, by what stands in their bytes.

Memory: where the most recently met ``CASES`` cases go on (about 400 bytes each). A case
that was set aside is looked up again by index when it goes on.
"""

from __future__ import annotations

from binascii import hexlify
from contextlib import suppress
from itertools import count
from json import dumps, loads
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.ledger.many import plain
from handrail.engine.ledger.record import leaf_hash, members

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.audit.findings import Report
    from handrail.engine.ledger.many import Plain
    from handrail.engine.store.base import Reader

    Row = tuple[str, int, bytes, bytes]  # case, index in it, hash, bytes

__all__ = ["CASES", "Chains", "Entries", "Stretch", "decoded"]

CASES = 16_384

PREV: Final = b'"prev":'
NO_RECORD: Final = PREV + b"null,"  # in the first record of a case
MANY: Final = 1_000
DEEPEST: Final = 254  # parts in parts: deeper orjson does not write (``canonical``)
NUMBERS: Final = tuple(b"%d," % number for number in range(MANY))


class Stretch(NamedTuple):
    """The records of one case in a part of the log."""

    case: str
    first: int  # where in its case it begins
    before: bytes  # how the first names the record before it
    due: int  # where the case goes on
    name: bytes  # how the record after the last has to name it


class Chains:
    """Follows each case from record to record."""

    def __init__(self, reader: Reader, report: Report) -> None:
        self._reader = reader
        self._report = report
        # Of each case: its next cseq, what names its last record, what names the case.
        self._heads: dict[str, list[Any]] = {}
        self._forgot = False

    def doubtful(self, rows: list[Row], found: list[bytes]) -> Iterator[int]:
        """Follow records; give the place of each that is not plainly right, to look closer.

        What is given is looked at before the next is asked for: it may go on from there.

        :param found: the records' hashes as they are.
        """
        return self._compiled(rows, found, plain) if plain else self._doubtful(rows, found)

    def _compiled(self, rows: list[Row], found: list[bytes], plain: Plain) -> Iterator[int]:
        heads, at, many = self._heads, 0, len(rows)
        while (at := plain(rows, found, heads, at)) < many:
            case, cseq, _, data = rows[at]
            if case in heads or self._meet(case, cseq, data)[0] is None:
                yield at
                at += 1

    def _doubtful(self, rows: Sequence[Row], found: Sequence[bytes]) -> Iterator[int]:
        """Look for what a record must hold where the last one had it, and only then search.

        This is a quarter of a verification's time.
        """
        here = there = 0  # where the last record had its case, and the hash before it
        heads, each = self._heads, zip(count(), rows, found, _named(found), strict=False)
        for at, (case, cseq, leaf, data), own, name in each:
            try:
                known = heads[case]
            except KeyError:
                known = self._meet(case, cseq, data)
            due, before, place = known
            if cseq != due or own != leaf:
                yield at
                continue
            place += NUMBERS[cseq] if 0 <= cseq < MANY else b"%d," % cseq
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
        known = self._heads.get(case) or self._meet(case, cseq, data)
        due, before, place = known
        if cseq != due or place + b"%d," % cseq not in data or before not in data:
            self._examine(seq, case, cseq, due, data, before)
        known[0], known[1] = cseq + 1, _named([leaf])[0]

    def joins(self, stretches: Sequence[Stretch]) -> bool:
        """Follow a part, if each of its cases goes on in it from where it was."""
        heads = self._heads
        knowns = [heads.get(one.case) or self._meet(one.case, one.first, b"") for one in stretches]
        if any(
            known[0] != one.first or known[1] != one.before
            for known, one in zip(knowns, stretches, strict=True)
        ):
            return False
        for known, one in zip(knowns, stretches, strict=True):
            known[0], known[1] = one.due, one.name
        return True

    def _meet(self, case: str, cseq: int, data: bytes) -> list[Any]:
        """Note where a case goes on that is new, or was set aside."""
        if type(cseq) is not int:  # nor is it a place to go on from
            return [None, NO_RECORD, b""]
        self._make_room()
        due, before = self._recall(case, cseq, data)
        place = f'"case":"{case}","cseq":'.encode(errors="replace")
        self._heads[case] = known = [due, before, place]
        return known

    def _make_room(self) -> None:
        if len(self._heads) >= CASES:
            self._heads.clear()
            self._forgot = True

    def _recall(self, case: str, cseq: int, _: bytes) -> tuple[int, bytes]:
        if self._forgot and cseq != 0:
            for data in self._reader.case_records(case, cseq - 1):
                # One that is no record is told of where it stands.
                return cseq, _named([leaf_hash(data if type(data) is bytes else b"")])[0]
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


class Entries(Chains):
    """Follows each case through a part of the log, from where its first record there says."""

    def __init__(self, reader: Reader, report: Report) -> None:
        super().__init__(reader, report)
        self._entered: dict[str, tuple[int, bytes]] = {}

    def _make_room(self) -> None:
        """A part has only so many cases."""

    def _recall(self, case: str, cseq: int, data: bytes) -> tuple[int, bytes]:
        at = data.rfind(PREV)
        self._entered[case] = found = (cseq, data[at : data.find(b",", at) + 1])
        return found

    def stretches(self) -> list[Stretch]:
        """Where each case came from, and where it goes on."""
        heads = self._heads
        return [
            Stretch(case, *entered, heads[case][0], heads[case][1])
            for case, entered in self._entered.items()
        ]


def _named(leaves: Sequence[bytes]) -> list[bytes]:
    """Return how the record after each of these names it."""
    names = hexlify(b"".join(leaves), b"\n", len(leaves[0])).replace(b"\n", b'",\n"prev":"')
    return (b'"prev":"%b",' % names).split(b"\n")


def decoded(data: object) -> dict[str, Any] | None:
    """Return a record's members; None of bytes that are none.

    They are JSON in UTF-8 (RFC 8259 section 8.1), no deeper than a record can be written.
    """
    if not isinstance(data, bytes):  # a table can hold anything
        return None
    try:
        record = _loaded(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or _is_deep(data, record):
        return None
    return record


def _loaded(data: bytes) -> object:
    with suppress(ValueError):  # it knows all that the engine writes, in half of the time
        return members(data)
    return loads(data.decode())


def _is_deep(data: bytes, record: dict[str, Any]) -> bool:
    """Whether lists and objects lie in each other deeper than a record's can be written."""
    if data.count(b"[") + data.count(b"{") <= DEEPEST:
        return False
    parts: list[Any] = [record]
    for _ in range(DEEPEST):
        inner = [one for part in parts for one in (part.values() if type(part) is dict else part)]
        parts = [one for one in inner if type(one) is dict or type(one) is list]
        if not parts:
            return False
    return True
