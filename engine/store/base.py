"""What the engine asks of a store, whichever database keeps it.

A record is *acknowledged* when its transaction is committed, and has its place in
the log when it is in the tree. SQLite does both at once. A store with a sequencer
does the second later: there ``append`` returns None, ``head`` and ``scan`` speak of
the tree, and ``case_head`` and ``case_records`` of everything acknowledged. So
nothing outside the log refers to a record by ``seq``: use ``case`` and ``cseq``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from handrail.engine.store.rows import (
    CaseHead,
    CheckpointRow,
    DeadlineRow,
    DocumentRow,
    Entry,
    Filter,
    Head,
    IncidentFilter,
    IncidentRow,
    InForce,
    Logged,
    OutboxRow,
    StoredRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from handrail.engine.errors import StoreError

__all__ = [
    "CaseHead",
    "CheckpointRow",
    "DeadlineRow",
    "DocumentRow",
    "Entry",
    "Filter",
    "Head",
    "InForce",
    "IncidentFilter",
    "IncidentRow",
    "Logged",
    "OutboxRow",
    "Reader",
    "Store",
    "StoredRecord",
    "Writer",
]


class Store(Protocol):
    """A log with its projections, documents, disclosures and evidence."""

    @property
    def url(self) -> str:
        """Where it is, in the form that ``--store`` takes."""

    @property
    def origin(self) -> str:
        """The log's name, as its records and checkpoints bear it."""

    @property
    def schema_version(self) -> int:
        """The form of its tables."""

    @property
    def obstacle(self) -> StoreError | None:
        """Why it can only be read; None where it can be written."""

    @property
    def current(self) -> Reader | None:
        """The snapshot or transaction that is under way: there is one at a time."""

    def read(self) -> AbstractContextManager[Reader]:
        """Begin a consistent snapshot; iterators from it end with it.

        :raises StoreError: the store cannot be read.
        """

    def write(self) -> AbstractContextManager[Writer]:
        """Begin a transaction: all of it is durable on leaving, or none of it.

        :raises ConflictError: another writer did not let go in time, or was first.
        :raises StoreError: the store cannot be written.
        """

    def scrub(self) -> bool:
        """Leave no trace of what was erased; False while a reader still may see it.

        Leaving a transaction that erased tries it too.
        """

    def close(self) -> None:
        """Let go of it; to close twice is no fault."""


class Reader(Protocol):
    """A consistent view of a store."""

    def head(self) -> Head:
        """Return the size and root of the log's tree."""

    def case_head(self, case: str) -> CaseHead:
        """Return where the case goes on."""

    def last_recorded(self) -> str:
        """Return when the log's last record was recorded; empty in an empty log."""

    def times(self) -> Iterator[tuple[int, str, bytes, str]]:
        """Give index, time of recording, leaf hash and case of every record."""

    def case_records(self, case: str, since: int = 0) -> Iterator[bytes]:
        """Give the bytes of the case's records from ``cseq`` ``since`` on."""

    def log(
        self, which: Filter, *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[Logged]:
        """Give the records that pass the filter, in the order of the log."""

    def scan(self, start: int = 0) -> Iterator[StoredRecord]:
        """Give every record of the log from ``start`` on, in constant memory."""

    def part(self, start: int, stop: int) -> list[tuple[str, int, bytes, bytes]]:
        """Return case, index in it, leaf hash and bytes of the records of this part of the log.

        Half the cost of ``scan``, for a part that fits in memory. Empty where the table
        does not keep indexes apart by itself: then a part may not be what it looks like.
        """
        ...

    def entries(self, start: int = 0) -> Iterator[tuple[int, Entry]]:
        """Give the same with the columns it is found by, so that these can be verified."""

    def by_case(self) -> Iterator[tuple[int, Entry]]:
        """Give every record of the log case by case, each case in its order."""

    def cases_since(self, start: int) -> list[str]:
        """Return the cases that have records from this index on, in the order of ``by_case``."""

    def case_entries(self, case: str) -> Iterator[tuple[int, Entry]]:
        """Give the records of one case as ``by_case`` does."""

    def by_case_bytes(
        self, first: str, last: str | None, size: int
    ) -> Iterator[tuple[int, str, bytes]]:
        """Give index, case and bytes case by case, of cases from ``first`` to before ``last``.

        :param size: records from this index on are left out.
        """
        ...

    def case_sizes(self) -> Iterator[tuple[str, int]]:
        """Give each case with the number of its records, in the order of ``by_case``."""
        ...

    def leaves(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the stored leaf hashes of this part of the log."""

    def document(self, sha256: str) -> DocumentRow | None:
        """Return the registered document with this digest (hex)."""

    def documents(self, id: str | None = None) -> list[DocumentRow]:  # noqa: A002 - the glossary's word
        """Return all registered revisions, by id and revision."""

    def in_force(self, id: str) -> InForce | None:  # noqa: A002 - the glossary's word
        """Return which revision of a document is in force."""

    def all_in_force(self, kind: str | None = None) -> list[InForce]:
        """Return everything in force, by id."""

    def incident(self, id: str) -> IncidentRow | None:  # noqa: A002 - the glossary's word
        """Return one incident."""

    def incidents(
        self, which: IncidentFilter, *, newest_first: bool = True, limit: int | None = None
    ) -> list[IncidentRow]:
        """Return the incidents that pass the filter, by when they were opened."""

    def incident_ids(self) -> Iterator[str]:
        """Give the ids of all incidents in the order of ``by_case``, in constant memory."""

    def last_number(self, prefix: str) -> int:
        """Return the highest n of the incidents named ``prefix`` + n, or 0."""

    def disclosures(self, digests: Iterable[str], case: str) -> dict[str, str]:
        """Return those of a case's disclosures that are still there, by digest."""

    def evidence(self, sha256: str) -> bytes | None:
        """Return an attachment's bytes."""

    def checkpoints(self) -> list[CheckpointRow]:
        """Return all signed heads, oldest first."""

    def due(self, now: str) -> list[DeadlineRow]:
        """Return what is due by ``now``, not recorded as passed, in no closed incident."""

    def deadlines(self, case: str) -> list[DeadlineRow]:
        """Return all deadlines of a case, soonest first."""

    def outbox(self) -> list[OutboxRow]:
        """Return what waits to be sent, in the order it was queued."""


class Writer(Reader, Protocol):
    """A transaction; it sees its own changes."""

    def append(self, entry: Entry) -> int | None:
        """Append a record; return its index in the log if it has one already.

        :raises ConflictError: the case has gone on since it was read.
        """

    def put_disclosures(self, disclosures: Mapping[str, str], case: str) -> None:
        """Keep the disclosures (by digest) of a case's records."""

    def drop_disclosures(self, digests: Iterable[str], case: str) -> None:
        """Erase disclosures of a case; ``scrub`` tells whether no trace is left."""

    def put_evidence(self, sha256: str, data: bytes) -> None:
        """Keep an attachment; one that is there already stays."""

    def drop_evidence(self, sha256: str) -> None:
        """Erase an attachment, as thoroughly as a disclosure."""

    def put_document(self, row: DocumentRow) -> None:
        """Register a document; one with the same digest stays as it is."""

    def put_in_force(self, row: InForce) -> None:
        """Put a revision in force in place of the one before."""

    def drop_in_force(self, id: str) -> None:  # noqa: A002 - the glossary's word
        """Take a document out of force."""

    def put_incident(self, row: IncidentRow) -> None:
        """Keep an incident's row in place of the one before."""

    def put_deadlines(self, case: str, rows: Iterable[DeadlineRow]) -> None:
        """Keep these as all deadlines of the case."""

    def put_checkpoint(self, row: CheckpointRow) -> None:
        """Keep a signed head."""

    def put_outbox(self, row: OutboxRow) -> None:
        """Queue a message."""

    def take_outbox(self, case: str, cseq: int, *, sent: bool) -> None:
        """Take a message out that was sent, or count one more failure."""

    def clear_projections(self) -> None:
        """Empty what the records can rebuild: incidents, deadlines, what is in force."""
