"""Reading: one transaction, one consistent view."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from functools import partial
from itertools import chain
from json import loads
from typing import TYPE_CHECKING, Any, Self

from handrail.engine.ledger.merkle import CompactRange
from handrail.engine.store.rows import (
    CaseHead,
    CheckpointRow,
    DeadlineRow,
    DocumentRow,
    Entry,
    Head,
    IncidentRow,
    InForce,
    Logged,
    OutboxRow,
    StoredRecord,
)
from handrail.engine.store.sqlite.faults import fault, translated
from handrail.engine.store.sqlite.filters import incident_query, log_query
from handrail.engine.store.sqlite.statements import SQL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from handrail.engine.store.rows import Filter, IncidentFilter
    from handrail.engine.store.sqlite.store import SqliteStore

_new = tuple.__new__  # as in ``machine.state``
_IN_FORCE = partial(_new, InForce)

__all__ = ["SqliteReader"]

_HEAD = SQL["head"]
_CASE_HEAD = SQL["case_head"]
_CASE_RECORDS = SQL["case_records"]
_LAST_RECORDED = SQL["last_recorded"]
_LAST = 2**63 - 1  # the largest index that SQLite can hold
_AT_ONCE = 32  # rows


class SqliteReader:
    """A snapshot, begun by ``with``; see ``store.base.Reader``."""

    __slots__ = ("_connection", "_execute", "_numbered", "_path", "_store")
    writes = False  # whether something is lost where it fails

    def __init__(self, connection: sqlite3.Connection, path: str, store: SqliteStore) -> None:
        self._store = store
        self._connection = connection
        self._execute = connection.execute
        self._path = path
        self._numbered: bool | None = None  # whether no two records can have one index

    def __enter__(self) -> Self:
        self._begin("BEGIN")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave(error)

    def _begin(self, how: str) -> None:
        if self._connection.in_transaction:
            raise RuntimeError("a store takes one transaction at a time")
        try:
            self._execute(how)
        except Exception as error:
            self._leave(error)
            raise
        self._store.current = self

    def _leave(self, error: BaseException | None) -> None:
        """End the transaction; raise what a database's error means."""
        self._store.current = None
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # the first error tells what is wrong
                self._execute("ROLLBACK")
        meaning = None if error is None else translated(error, self._path, unsaved=self.writes)
        if meaning is not None:
            raise meaning from error

    def _rows(self, sql: str, values: Any = ()) -> list[Any]:
        return self._execute(sql, values).fetchall()

    def _tree(self) -> CompactRange:
        row = self._execute(_HEAD).fetchone()
        try:
            return CompactRange(*row)
        except (TypeError, ValueError) as error:
            raise fault("no head", self._path) from error

    def head(self) -> Head:
        """Return the size and root of the log's tree."""
        tree = self._tree()
        return Head(tree.size, tree.root())

    def case_head(self, case: str) -> CaseHead:
        """Return where the case goes on."""
        row = self._execute(_CASE_HEAD, (case,)).fetchone()
        return _new(CaseHead, row or (0, None))

    def last_recorded(self) -> str:
        """Return when the log's last record was recorded; empty in an empty log."""
        row = self._execute(_LAST_RECORDED).fetchone()
        return row[0] if row else ""

    def times(self) -> Iterator[tuple[int, str, bytes, str]]:
        """Give index, time of recording, leaf hash and case of every record."""
        return iter(self._execute(SQL["times"]))

    def case_records(self, case: str, since: int = 0) -> Iterator[bytes]:
        """Give the bytes of the case's records from ``cseq`` ``since`` on."""
        for (data,) in self._execute(_CASE_RECORDS, (case, since)):
            yield data

    def log(
        self, which: Filter, *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[Logged]:
        """Give the records that pass the filter, in the order of the log."""
        part = self._part(which)
        query = log_query(which, part, newest_first=newest_first, limit=limit)
        return map(Logged._make, self._execute(*query))

    def _part(self, which: Filter) -> tuple[int, int] | None:
        """Return between which records the period lies; None where it is not worth a look."""
        if which.case is not None or (which.since is None and which.until is None):
            return None
        period = {"since": which.since or "", "until": which.until or "~"}
        first, last = self._execute(SQL["period"], period).fetchone()
        return (0, -1) if first is None else (first, last)

    def scan(self, start: int = 0) -> Iterator[StoredRecord]:
        """Give every record of the log from ``start`` on, in constant memory."""
        return map(StoredRecord._make, self._execute(SQL["scan"], (start,)))

    def part(self, start: int, stop: int) -> list[tuple[str, int, bytes, bytes]]:
        """Return case, index in it, leaf hash and bytes of the records of this part of the log.

        Half the cost of ``scan``, for a part that fits in memory. Empty where the table
        does not keep indexes apart by itself: then a part may not be what it looks like.
        """
        if self._numbered is None:  # the table may be one that anybody made
            self._numbered = self._rows(SQL["numbered"]) == [("seq", "INTEGER")]
        return self._rows(SQL["part"], (start, stop)) if self._numbered else []

    def entries(self, start: int = 0) -> Iterator[tuple[int, Entry]]:
        """Give the same with the columns it is found by, so that these can be verified."""
        return map(_entry, self._execute(SQL["entries"], (start,)))

    def by_case(self) -> Iterator[tuple[int, Entry]]:
        """Give every record of the log case by case, each case in its order."""
        return map(_entry, self._execute(SQL["by_case"]))

    def cases_since(self, start: int) -> list[str]:
        """Return the cases that have records from this index on, in the order of ``by_case``."""
        return [case for (case,) in self._rows(SQL["cases_since"], (start,))]

    def case_entries(self, case: str) -> Iterator[tuple[int, Entry]]:
        """Give the records of one case as ``by_case`` does."""
        return map(_entry, self._execute(SQL["case_entries"], (case,)))

    def by_case_bytes(
        self, first: str, last: str | None, size: int
    ) -> Iterator[tuple[int, str, bytes]]:
        """Give index, case and bytes case by case, of cases from ``first`` to before ``last``.

        :param size: records from this index on are left out.
        """
        bound = (first, "\U0010ffff" if last is None else last, size)
        rows = self._execute(SQL["by_case_bytes"], bound)
        # Some at once: SQLite and what it reads are then still in the processor's cache.
        return chain.from_iterable(iter(lambda: rows.fetchmany(_AT_ONCE), []))

    def case_sizes(self) -> Iterator[tuple[str, int]]:
        """Give each case with the number of its records, in the order of ``by_case``."""
        return iter(self._execute(SQL["case_sizes"]))

    def leaves(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the stored leaf hashes of this part of the log."""
        part = (start, _LAST if stop is None else stop)
        for (leaf,) in self._execute(SQL["leaves"], part):
            yield leaf

    def document(self, sha256: str) -> DocumentRow | None:
        """Return the registered document with this digest (hex)."""
        row = self._execute(SQL["document"], (sha256,)).fetchone()
        return DocumentRow(*row) if row else None

    def documents(self, id: str | None = None) -> list[DocumentRow]:  # noqa: A002 - the glossary's word
        """Return all registered revisions, by id and revision."""
        rows = self._rows(SQL["documents_of"], (id,)) if id else self._rows(SQL["documents"])
        return [DocumentRow(*row) for row in rows]

    def in_force(self, id: str) -> InForce | None:  # noqa: A002 - the glossary's word
        """Return which revision of a document is in force."""
        row = self._execute(SQL["in_force"], (id,)).fetchone()
        return InForce(*row) if row else None

    def all_in_force(self, kind: str | None = None) -> list[InForce]:
        """Return everything in force, by id."""
        if kind is None:
            return [*map(_IN_FORCE, self._execute(SQL["all_in_force"]))]
        return [*map(_IN_FORCE, self._execute(SQL["all_in_force_of"], (kind,)))]

    def incident(self, id: str) -> IncidentRow | None:  # noqa: A002 - the glossary's word
        """Return one incident."""
        row = self._execute(SQL["incident"], (id,)).fetchone()
        return self._incident(row) if row else None

    def incidents(
        self, which: IncidentFilter, *, newest_first: bool = True, limit: int | None = None
    ) -> list[IncidentRow]:
        """Return the incidents that pass the filter, by when they were opened."""
        query = incident_query(which, newest_first=newest_first, limit=limit)
        return [self._incident(row) for row in self._rows(*query)]

    def incident_ids(self) -> Iterator[str]:
        """Give the ids of all incidents in the order of ``by_case``, in constant memory."""
        for (name,) in self._execute(SQL["incident_ids"]):
            yield name

    def _incident(self, row: Any) -> IncidentRow:
        found = IncidentRow._make(row)
        people = self._strings(found.people)
        return found._replace(drill=bool(found.drill), people=people)

    def _strings(self, text: Any) -> tuple[str, ...]:
        try:
            return tuple(loads(text))
        except (TypeError, ValueError) as error:
            raise fault("damaged", self._path, detail=error) from error

    def last_number(self, prefix: str) -> int:
        """Return the highest n of the incidents named ``prefix`` + n, or 0."""
        (number,) = self._execute(SQL["last_number"], (prefix,)).fetchone()
        return number or 0

    def disclosures(self, digests: Iterable[str], case: str) -> dict[str, str]:
        """Return those of a case's disclosures that are still there, by digest."""
        wanted = set(digests)
        if not wanted:
            return {}
        rows = self._execute(SQL["disclosures"], (case,))
        return {digest: disclosure for digest, disclosure in rows if digest in wanted}

    def evidence(self, sha256: str) -> bytes | None:
        """Return an attachment's bytes."""
        row = self._execute(SQL["evidence"], (sha256,)).fetchone()
        return row[0] if row else None

    def checkpoints(self) -> list[CheckpointRow]:
        """Return all signed heads, oldest first."""
        return [CheckpointRow(*row) for row in self._rows(SQL["checkpoints"])]

    def due(self, now: str) -> list[DeadlineRow]:
        """Return what is due by ``now``, not recorded as passed, in no closed incident."""
        return [_deadline(row) for row in self._rows(SQL["due"], (now,))]

    def deadlines(self, case: str) -> list[DeadlineRow]:
        """Return all deadlines of a case, soonest first."""
        return [_deadline(row) for row in self._rows(SQL["deadlines"], (case,))]

    def outbox(self) -> list[OutboxRow]:
        """Return what waits to be sent, in the order it was queued."""
        rows = self._rows(SQL["outbox"])
        return [
            OutboxRow(case, cseq, run, self._strings(to), text, tries)
            for case, cseq, run, to, text, tries in rows
        ]


def _entry(row: Any) -> tuple[int, Entry]:
    entry = Entry._make(row[1:])
    return row[0], entry._replace(drill=bool(entry.drill))


def _deadline(row: Any) -> DeadlineRow:
    return DeadlineRow._make(row)._replace(passed=bool(row[5]))
