"""What goes into a store and comes out of it.

Named tuples, not dataclasses: a dataclass costs about a millisecond of every
command's start-up, and a million rows become these straight from the database.
Construct them by keyword; on the path of a step, by place (``tuple.__new__``).
"""

from __future__ import annotations

from typing import NamedTuple

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
    "StoredRecord",
]


class Head(NamedTuple):
    """Where the log's tree ends."""

    size: int  # records in the tree
    root: bytes  # 32 bytes, RFC 9162 section 2.1.1


class CaseHead(NamedTuple):
    """Where a case's chain goes on."""

    cseq: int  # of the next record; so also the number of records there are
    leaf: bytes | None  # leaf hash of the last record; None in a new case


class Entry(NamedTuple):
    """A record to append: its bytes, and the members that it is found by."""

    case: str  # an incident, DOC-<id>, or LOG
    cseq: int  # index in the case, from 0
    type: str  # kebab-case, such as step-taken
    recorded: str  # RFC 3339, UTC, microseconds
    occurred: str  # the same form
    actor: str  # the person's id
    run: str | None  # the run in the case
    protocol: str | None  # the id of the run's document
    drill: bool
    data: bytes  # canonical JSON
    leaf: bytes  # 32 bytes: the hash over data


class StoredRecord(NamedTuple):
    """A record as it is verified."""

    seq: int  # index in the log
    case: str
    cseq: int
    leaf: bytes  # as stored; verification compares it with the bytes' own
    data: bytes


class Logged(NamedTuple):
    """A record as it is read."""

    seq: int
    data: bytes


class Filter(NamedTuple):
    """Which records to read; what is None does not count."""

    case: str | None = None
    actor: str | None = None
    protocol: str | None = None
    type: str | None = None
    since: str | None = None  # recorded at this time or later
    until: str | None = None  # recorded before this time
    drill: bool | None = None
    run: str | None = None


class DocumentRow(NamedTuple):
    """A registered revision of a document."""

    sha256: str  # hex, over data
    id: str
    kind: str  # protocol, lifecycle, agreement, site …
    revision: int
    data: bytes  # canonical JSON
    source: bytes  # as it was written
    registered: str  # RFC 3339
    author: str  # who registered it


class InForce(NamedTuple):
    """The revision of a document that real incidents run on."""

    id: str
    kind: str
    sha256: str
    revision: int
    since: str  # RFC 3339
    cseq: int  # of the record that agreed it, in the case DOC-<id>


class IncidentRow(NamedTuple):
    """An incident at a glance."""

    id: str
    title: str | None  # digest of the sealed title
    protocol: str  # the one it was opened with
    drill: bool
    status: str  # open or closed
    phase: str | None  # of the lifecycle
    opened: str  # RFC 3339
    closed: str | None
    version: int  # records in the case
    people: tuple[str, ...] = ()  # who acted in it
    outcome: str | None = None


class IncidentFilter(NamedTuple):
    """Which incidents to list; what is None does not count."""

    open: bool | None = None
    phase: str | None = None
    protocol: str | None = None
    mine: str | None = None  # this person acted in it
    overdue_at: str | None = None  # something was due at this time or earlier
    drill: bool | None = None


class DeadlineRow(NamedTuple):
    """Something that is to be left or done in time."""

    case: str
    run: str
    kind: str  # state or task
    owner: str  # its id
    due: str  # RFC 3339
    passed: bool = False  # that it passed is recorded


class OutboxRow(NamedTuple):
    """A message that waits to be sent; known by the record that queued it."""

    case: str
    cseq: int
    run: str | None
    to: tuple[str, ...]  # roles or contacts
    text: str  # in clear, so it goes when it is sent
    tries: int = 0  # how often sending failed


class CheckpointRow(NamedTuple):
    """A signed head."""

    size: int
    root: bytes
    note: str  # C2SP signed note
    recorded: str  # RFC 3339
