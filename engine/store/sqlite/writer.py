"""Writing: one transaction that is durable as a whole, or not there at all."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from json import JSONEncoder
from typing import TYPE_CHECKING, Self

from handrail.engine.store.rows import CaseHead, Head
from handrail.engine.store.sqlite.reader import SqliteReader
from handrail.engine.store.sqlite.statements import SQL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from handrail.engine.ledger.merkle import CompactRange
    from handrail.engine.store.rows import (
        CheckpointRow,
        DeadlineRow,
        DocumentRow,
        Entry,
        IncidentRow,
        InForce,
        OutboxRow,
    )

_new = tuple.__new__  # as in ``machine.state``

__all__ = ["SqliteWriter", "scrub"]

_APPEND = SQL["append"]
_SET_HEAD = SQL["set_head"]
_PUT_INCIDENT = SQL["put_incident"]
_STEP_INCIDENT = SQL["step_incident"]
_DEADLINES = SQL["deadlines"]
_DROP_DEADLINES = SQL["drop_deadlines"]
_PUT_DEADLINE = SQL["put_deadline"]
_PUT_DISCLOSURE = SQL["put_disclosure"]


_encode = lru_cache(JSONEncoder(ensure_ascii=False).encode)  # the same few people, each step


def scrub(connection: sqlite3.Connection) -> bool:
    """Empty the write-ahead log into the file; tell whether nobody stood in the way."""
    try:
        (busy, *_) = connection.execute(SQL["truncate"]).fetchone()
    except sqlite3.Error:
        return False
    return not busy


class SqliteWriter(SqliteReader):
    """A writing transaction, begun by ``with``; see ``store.base.Writer``."""

    __slots__ = ("_erased", "_grown", "_heads")
    writes = True

    _grown: CompactRange | None  # the tree with what was appended here
    _heads: dict[str, CaseHead]  # asked for, or grown here

    def __enter__(self) -> Self:
        self._grown = None
        self._erased = False
        self._heads = {}
        self._begin("BEGIN IMMEDIATE")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._leave(error)
            return
        self._store.current = None
        try:
            tree = self._grown
            if tree is not None:
                self._execute(_SET_HEAD, (tree.size, tree.state))
            self._execute("COMMIT")
        except Exception as failed:
            self._leave(failed)
            raise
        if self._erased:
            scrub(self._connection)

    def head(self) -> Head:
        """Return the size and root of the log's tree with what was appended here."""
        tree = self._grown
        return super().head() if tree is None else _new(Head, (tree.size, tree.root()))

    def case_head(self, case: str) -> CaseHead:
        """Return where the case goes on, behind what was appended here."""
        found = self._heads.get(case)
        if found is None:
            found = self._heads[case] = super().case_head(case)
        return found

    def append(self, entry: Entry) -> int:
        """Append a record; return its index in the log.

        :raises ConflictError: the case has gone on since it was read; on leaving.
        """
        tree = self._grown
        if tree is None:
            tree = self._grown = self._tree()
        seq = tree.size
        self._execute(_APPEND, (seq, *entry))
        tree.append(entry.leaf)
        self._heads[entry.case] = _new(CaseHead, (entry.cseq + 1, entry.leaf))
        return seq

    def put_disclosures(self, disclosures: Mapping[str, str], case: str) -> None:
        """Keep the disclosures (by digest) of a case's records."""
        for digest, disclosure in disclosures.items():
            self._execute(_PUT_DISCLOSURE, (case, digest, disclosure))

    def drop_disclosures(self, digests: Iterable[str], case: str) -> None:
        """Erase disclosures of a case; ``scrub`` tells whether no trace is left."""
        self._erased = True
        for digest in digests:
            self._execute(SQL["drop_disclosure"], (case, digest))

    def put_evidence(self, sha256: str, data: bytes) -> None:
        """Keep an attachment; one that is there already stays."""
        self._execute(SQL["put_evidence"], (sha256, data))

    def drop_evidence(self, sha256: str) -> None:
        """Erase an attachment, as thoroughly as a disclosure."""
        self._erased = True
        self._execute(SQL["drop_evidence"], (sha256,))

    def put_document(self, row: DocumentRow) -> None:
        """Register a document; one with the same digest stays as it is."""
        self._execute(SQL["put_document"], row)

    def put_in_force(self, row: InForce) -> None:
        """Put a revision in force in place of the one before."""
        self._execute(SQL["put_in_force"], row)

    def drop_in_force(self, id: str) -> None:  # noqa: A002 - the glossary's word
        """Take a document out of force."""
        self._execute(SQL["drop_in_force"], (id,))

    def put_incident(self, row: IncidentRow) -> None:
        """Keep an incident's row in place of the one before."""
        values = (*row[:9], _encode(row.people), row[10])
        if self._execute(_STEP_INCIDENT, values).rowcount == 0:
            self._execute(_PUT_INCIDENT, values)

    def put_deadlines(self, case: str, rows: Iterable[DeadlineRow]) -> None:
        """Keep these as all deadlines of the case."""
        kept, found = [*rows], self._execute(_DEADLINES, (case,)).fetchall()
        if found == kept or set(found) == set(kept):
            return  # as mostly; to write them again would cost a page
        self._execute(_DROP_DEADLINES, (case,))
        for row in kept:
            self._execute(_PUT_DEADLINE, row)

    def put_checkpoint(self, row: CheckpointRow) -> None:
        """Keep a signed head."""
        self._execute(SQL["put_checkpoint"], row)

    def put_outbox(self, row: OutboxRow) -> None:
        """Queue a message."""
        to = _encode(row.to)
        self._execute(SQL["put_outbox"], (row.case, row.cseq, row.run, to, row.text, row.tries))

    def take_outbox(self, case: str, cseq: int, *, sent: bool) -> None:
        """Take a message out that was sent, or count one more failure."""
        self._execute(SQL["sent_outbox" if sent else "failed_outbox"], (case, cseq))

    def clear_projections(self) -> None:
        """Empty what the records can rebuild: incidents, deadlines, what is in force."""
        for name in ("clear_incidents", "clear_deadlines", "clear_in_force"):
            self._execute(SQL[name])
