"""What was registered and in force at each place of the log, asked as a store is asked.

The engine's own ``Shelf`` looks things up in it, so that what counted then is found in
the same way as it was found then.
"""

from __future__ import annotations

from bisect import bisect, bisect_left
from typing import TYPE_CHECKING, Any, Final, Self

from handrail.engine.audit.chains import decoded
from handrail.engine.audit.charter import in_force_of
from handrail.engine.audit.sealed import matching
from handrail.engine.machine.commands import ENGINE
from handrail.engine.shelf import Shelf
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import World
    from handrail.engine.store.base import DocumentRow, InForce, Reader

    Record = Mapping[str, Any]

__all__ = ["Moment", "Period", "Snapshot", "Then"]

Period = tuple[int, int]  # how many tenures have begun by a day, and how many had ended before

REGISTERED: Final = "document-registered"
AGREED: Final = "document-agreed"
RETIRED: Final = "document-retired"
SITE: Final = "site"


class Snapshot:
    """What a store's reader would have told between two changes of it."""

    def __init__(
        self, reader: Reader, known: Mapping[str, DocumentRow], now: Mapping[str, InForce]
    ) -> None:
        """Take what was known.

        :param reader: has what was sealed, as far as it is still there.
        :param known: the registered revisions, by digest.
        :param now: what was in force, by id.
        """
        self._reader = reader
        self.known = known
        self.now = now

    @property
    def current(self) -> Self:
        """What is looked at: always the same."""
        return self

    def document(self, sha256: str) -> DocumentRow | None:
        """A revision that was registered by then."""
        return self.known.get(sha256)

    def documents(self, id: str | None = None) -> list[DocumentRow]:  # noqa: A002 - as the reader's
        """All that were, by id and revision."""
        rows = [row for row in self.known.values() if id is None or row.id == id]
        return sorted(rows, key=lambda row: (row.id, row.revision))

    def in_force(self, id: str) -> InForce | None:  # noqa: A002 - as the reader's
        """Which revision of a document was in force."""
        return self.now.get(id)

    def all_in_force(self, kind: str | None = None) -> list[InForce]:
        """Everything that was in force, by id."""
        return [self.now[key] for key in sorted(self.now) if kind in {None, self.now[key].kind}]

    def disclosures(self, digests: Iterable[str], case: str) -> dict[str, str]:
        """What is there now of a case's disclosures, and is what was sealed."""
        return matching(self._reader, digests, case)


class Moment(Shelf):
    """The shelf as it was then."""

    def __init__(self, then: Snapshot, other: Moment | None) -> None:
        """Look documents up in what was known then.

        :param other: keeps compiled documents for both, since they never change.
        """
        super().__init__(then)
        self.then = then
        if other is not None:
            self._definitions: dict[str, Definition] = other._definitions  # noqa: SLF001 - its own class
            self._sites: dict[str, Site] = other._sites  # noqa: SLF001 - its own class
        self._plan: Site | None = None
        self._turns: tuple[list[str], list[str]] | None = None
        self.cleared: set[tuple[object, ...]] = set()  # who was found to be right here

    def site(self) -> Site:
        """The site plan in force then."""
        if self._plan is None:
            self._plan = super().site()
        return self._plan

    def period(self, day: str) -> Period:
        """In which period a day (RFC 3339 full-date) lies: nobody's roles change within one.

        :raises HandrailError: no site plan was in force.
        """
        if self._turns is None:
            tenures = [one for person in self.site().people.values() for one in person.tenures]
            starts = sorted(one.start for one in tenures if one.start is not None)
            self._turns = starts, sorted(one.end for one in tenures if one.end is not None)
        starts, ends = self._turns
        return bisect(starts, day), bisect_left(ends, day)

    def world_of(self, *, drill: bool) -> World:
        """What decisions could know then.

        :raises HandrailError: no site plan was in force.
        """
        return self.world(self.site(), drill=drill)


class Then:
    """All moments of a log. Small: documents change seldom."""

    _LAST: Final = 2**63  # after every place

    def __init__(self, reader: Reader, size: int) -> None:
        """Read what was registered, agreed and retired before the record ``size``."""
        rows = {row.sha256: row for row in reader.documents()}
        self._reader = reader
        self.founding = _founding(reader)  # how many records the founding has
        self._starts: list[int] = []
        self._moments: list[Moment] = []
        self._add(-1, {}, {})
        for seq, record in _changes(reader, size):
            self._change(seq, record, rows)

    def before(self, seq: int) -> Moment:
        """What was so when the record at this place of the log was decided."""
        return self._moments[bisect(self._starts, seq - 1) - 1]

    def between(self, seq: int) -> tuple[int, int]:
        """The first and the last place of the log that are of the same moment."""
        after = bisect(self._starts, seq - 1)
        last = self._starts[after] if after < len(self._starts) else self._LAST
        return self._starts[after - 1] + 1, last

    def _add(self, seq: int, known: dict[str, DocumentRow], now: dict[str, InForce]) -> None:
        self._starts.append(seq)
        first = self._moments[0] if self._moments else None
        self._moments.append(Moment(Snapshot(self._reader, known, now), first))

    def _change(self, seq: int, record: Record, rows: Mapping[str, DocumentRow]) -> None:
        last = self._moments[-1].then
        pin, known, now = record["protocol"], dict(last.known), dict(last.now)
        if record["type"] == REGISTERED:
            if pin.get("sha256") in rows:
                known[pin["sha256"]] = rows[pin["sha256"]]
        elif record["type"] == RETIRED:
            now.pop(str(pin.get("id")), None)
        else:
            now = self._agreed(record, pin, now)
        self._add(seq, known, now)

    @staticmethod
    def _agreed(record: Record, pin: Record, now: dict[str, InForce]) -> dict[str, InForce]:
        if record.get("kind") == SITE:  # one plan at a time, whatever their ids
            now = {key: row for key, row in now.items() if row.kind != SITE}
        now[str(pin.get("id"))] = in_force_of(record)
        return now


def _founding(reader: Reader) -> int:
    """How many records of a log come of ``init``: a site plan, and what the library ships."""
    count = 0
    for seq, entry in reader.entries():
        record = decoded(entry.data) or {}
        who = record.get("actor") or {}
        if who.get("how") != ENGINE and record.get("kind") != SITE:
            return count
        count = seq + 1
    return count


def _changes(reader: Reader, size: int) -> Iterator[tuple[int, Record]]:
    found = []
    for kind in (REGISTERED, AGREED, RETIRED):
        for logged in reader.log(Filter(type=kind)):
            record = decoded(logged.data)
            if logged.seq < size and record and isinstance(record.get("protocol"), dict):
                found.append((logged.seq, record))
    yield from sorted(found, key=lambda each: each[0])
