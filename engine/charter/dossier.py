"""A document's dossier: what the records of its case tell of its revisions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.agreed import case_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handrail.engine.store.base import Reader

    Record = Mapping[str, Any]

__all__ = ["Dossier", "Registered"]


class Registered(NamedTuple):
    """A revision as it was registered."""

    revision: int
    sha256: str
    author: str
    recorded: str  # RFC 3339


class Dossier:
    """The fold of the case ``DOC-<id>``; small, so it is read whole."""

    def __init__(self, id: str) -> None:  # noqa: A002 - the glossary's word
        self.id = id
        self.records: list[Record] = []
        self.registered: dict[str, Registered] = {}  # by digest
        self.subjects: dict[str, str] = {}  # run -> the digest that it is about
        self.agreements: dict[str, Record] = {}  # digest -> its last document-agreed
        self.acknowledged: dict[tuple[str, str], str] = {}  # (person, digest) -> when

    @classmethod
    def read(cls, reader: Reader, id: str) -> Dossier:  # noqa: A002 - the glossary's word
        """Read a document's dossier; an empty one where it was never registered."""
        dossier = cls(id)
        for data in reader.case_records(case_of(id)):
            dossier.take(json.loads(data))
        return dossier

    def take(self, record: Record) -> None:
        """Take one more record."""
        self.records.append(record)
        taker = _TAKERS.get(record["type"])
        if taker is not None:
            taker(self, record)

    @property
    def latest(self) -> Registered | None:
        """The highest revision."""
        return max(self.registered.values(), key=lambda one: one.revision, default=None)

    def author(self, sha256: str) -> str | None:
        """Who registered a revision."""
        found = self.registered.get(sha256)
        return None if found is None else found.author

    def run_of(self, sha256: str) -> str | None:
        """The run that last was about a revision."""
        runs = [run for run, subject in self.subjects.items() if subject == sha256]
        return runs[-1] if runs else None

    def of_run(self, run: str) -> list[Record]:
        """The records of one run, in order."""
        return [record for record in self.records if record.get("run") == run]

    def approval(self, run: str, person: str) -> Mapping[str, Any] | None:
        """What a person last put their name to in a run."""
        found = (
            record["approval"]
            for record in reversed(self.of_run(run))
            if "approval" in record and record["actor"]["id"] == person
        )
        return next(found, None)


def _registered(dossier: Dossier, record: Record) -> None:
    pin = record["protocol"]
    dossier.registered[pin["sha256"]] = Registered(
        revision=pin["revision"],
        sha256=pin["sha256"],
        author=record["actor"]["id"],
        recorded=record["recorded"],
    )


def _started(dossier: Dossier, record: Record) -> None:
    subject = record.get("document")
    if subject is not None:
        dossier.subjects[record["run"]] = subject["sha256"]


def _agreed(dossier: Dossier, record: Record) -> None:
    dossier.agreements.pop(record["protocol"]["sha256"], None)
    dossier.agreements[record["protocol"]["sha256"]] = record


def _acknowledged(dossier: Dossier, record: Record) -> None:
    key = (record["actor"]["id"], record["protocol"]["sha256"])
    dossier.acknowledged.setdefault(key, record["recorded"])


_TAKERS: dict[str, Callable[[Dossier, Record], None]] = {
    "document-registered": _registered,
    "run-started": _started,
    "document-agreed": _agreed,
    "document-acknowledged": _acknowledged,
}
