"""The points that a log is held to: signed heads, from the store and from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.ledger.checkpoint import NoteError, UnsignedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.keys import Keys
    from handrail.engine.audit.verified import Verified
    from handrail.engine.store.base import Reader

__all__ = ["Mark", "Marks"]


class Mark(NamedTuple):
    """At this size the log must have this root."""

    size: int
    root: bytes
    place: str | None  # where it was kept; None: in the store itself

    @property
    def outside(self) -> bool:
        """Whether it was kept where the store is not."""
        return self.place is not None


class Marks:
    """All marks by size, passed one after the other while the tree grows.

    A store has one checkpoint for each closed incident or so; about 150 bytes each
    are held.
    """

    def __init__(self, marks: Iterable[Mark], report: Report, *, own: str | None = None) -> None:
        """Take the marks in any order.

        :param own: the place of what the verifier noted, which proves nothing to others.
        """
        self._own = own
        self._marks = sorted(marks, key=lambda mark: mark.size, reverse=True)
        self._report = report
        self._good = 0  # the largest size that a mark agreed at
        self._failed: set[str | None] = set()  # places that have failed; later ones fail by it
        self.proved: dict[str, int] = {}  # place -> the largest size that a mark agreed at
        self.next = self._marks[-1].size if self._marks else -1

    @property
    def anchored(self) -> int:
        """The largest size that an outside mark agreed at."""
        found = (size for place, size in self.proved.items() if place != self._own)
        return max(found, default=0)

    def compare(self, size: int, root: bytes) -> None:
        """Hold the log's root at the size of the next mark against it."""
        while self._marks and self._marks[-1].size == size:
            self._hold(self._marks.pop(), root)
        self.next = self._marks[-1].size if self._marks else -1

    def _hold(self, mark: Mark, root: bytes) -> None:
        if mark.root == root:
            self._good = mark.size
            if mark.place is not None:
                self.proved[mark.place] = mark.size
        elif mark.place not in self._failed:
            self._failed.add(mark.place)
            code = "anchor-differs" if mark.outside else "checkpoint-differs"
            self._report.add(code, size=mark.size, good=self._good, anchor=mark.place)

    def end(self, records: int) -> None:
        """Tell of marks beyond the log's end, the farthest of each place."""
        told: set[str | None] = set()
        for mark in self._marks:
            if mark.place not in told:
                told.add(mark.place)
                code = "anchor-beyond" if mark.outside else "checkpoint-beyond"
                self._report.add(code, size=mark.size, records=records, anchor=mark.place)


def stored(reader: Reader, keys: Keys, report: Report) -> Iterator[Mark]:
    """Read the store's own checkpoints, each with its signature."""
    for number, row in enumerate(reader.checkpoints(), 1):
        try:
            found = keys.open(str(row.note))
        except NoteError as error:
            report.add("checkpoint-forged", number=number, reason=error)
            continue
        if (found.size, found.root) != (row.size, row.root):
            report.add("checkpoint-row", number=number)
        yield Mark(found.size, found.root, None)


def outside(place: str, notes: Iterable[str], keys: Keys, report: Report) -> Iterator[Mark]:
    """Read checkpoints that were kept elsewhere.

    :raises NoteError: a text is no checkpoint at all.
    """
    for note in notes:
        try:
            found = keys.open(note)
        except UnsignedError as error:
            report.add("anchor-forged", size=error.params.get("size"), anchor=place)
            continue
        except NoteError as error:
            raise NoteError("{place}: {reason}", place=place, reason=error) from error
        yield Mark(found.size, found.root, place)


def noted(last: Verified | None, origin: str, report: Report) -> Iterator[Mark]:
    """Read what was verified before, which must be of this log."""
    if last is None:
        return
    if last.origin != origin:
        report.add("anchor-forged", size=max(last.upto.values())[0], anchor=last.place)
        return
    for size, root in last.upto.values():
        yield Mark(size, root, last.place)
