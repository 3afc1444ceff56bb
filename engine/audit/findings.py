"""What a verification found: a code for each kind of finding, the place, and words.

Each text says what is wrong and which attack it looks like; an honest log, read at
any moment, has none of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from handrail.engine.errors import HandrailError
from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.ledger.merkle import CompactRange

__all__ = ["TEXTS", "Compared", "Depth", "Finding", "Report", "Result", "Verdict"]

MOST = 1_000  # findings kept; a log that was rewritten has one for each record

# Code -> what it says. The codes are a contract: scripts and reviewers rely on them.
TEXTS: Mapping[str, str] = {
    # One record's bytes and place.
    "record-altered": (
        "its bytes are not those that were hashed when it was written: the record was edited"
    ),
    "record-unreadable": "its bytes are no record: it was overwritten or damaged",
    "record-missing": "{count} record(s) before it are gone: cut out of the log",
    "record-form": "it is not written in the one form that records have: it was made elsewhere",
    "record-foreign": "it is of the log “{log}”: brought in from another log",
    "column-differs": (
        "the table's {column} is “{found}”, the record says “{expected}”: "
        "altered to hide the record or to show it elsewhere"
    ),
    # A case's chain.
    "case-gap": (
        "the case goes from its record {before} to {cseq}: the records between were removed"
    ),
    "case-repeat": (
        "the case has its record {cseq} twice, or too late: duplicated, inserted or swapped"
    ),
    "case-order": "it comes before an earlier record of its case in the log: the two were swapped",
    "chain-broken": (
        "it does not follow the case's previous record as that is now: "
        "that one was edited together with its hash, or one of the two was inserted"
    ),
    "case-hidden": (
        "the index of cases does not show the same records as the log: altered to hide some"
    ),
    # The tree.
    "head-unreadable": "the head of the log cannot be read: it was overwritten or damaged",
    "head-differs": (
        "the records do not lead to the log's own head: "
        "one was edited, swapped or inserted, or the head was altered"
    ),
    "tail-cut": "the log ends after {records} records, its head says {size}: its end was cut off",
    "tail-added": (
        "the log has {records} records, its head says {size}: "
        "some were inserted behind the engine's back"
    ),
    # Signed checkpoints in the store.
    "checkpoint-forged": "the stored checkpoint {number} is not one: {reason}",
    "checkpoint-row": "the table says other things of checkpoint {number} than its signed text",
    "checkpoint-beyond": (
        "a signed checkpoint in the store counts {size} records, there are {records}: "
        "the end of the log was cut off"
    ),
    "checkpoint-differs": (
        "the first {size} records do not lead to the root that was signed for them "
        "(the first {good} do): one was edited, swapped, inserted or removed"
    ),
    "key-forged": (
        "it says that the log has a new key, and the key before it did not sign that: "
        "somebody brought in a key of their own"
    ),
    # Checkpoints from outside.
    "anchor-forged": (
        "the outside checkpoint of {size} records ({anchor}) is not signed by this log's key: "
        "it is of another log, or the key was exchanged and everything signed anew"
    ),
    "anchor-beyond": (
        "an outside checkpoint ({anchor}) counts {size} records, there are {records}: the log was "
        "rolled back to an older copy, or its end was cut off together with its checkpoints"
    ),
    "anchor-differs": (
        "the first {size} records do not lead to the root of the outside checkpoint in {anchor} "
        "(the first {good} do): the log was rewritten and signed anew"
    ),
    "anchor-rewritten": (
        "{anchor} does not hold all the checkpoints any more that were put there: "
        "it was rewritten or cut off, so that it cannot speak against the log"
    ),
    "timestamp-wrong": (
        "the time stamp of the checkpoint of {size} records ({anchor}) does not hold: {reason}: "
        "it was forged, or made by another authority"
    ),
    "timestamp-differs": (
        "it says that it was recorded at {recorded}, {anchor} stamped its checkpoint at {stamped}: "
        "the log was back-dated, or this computer's clock was wrong"
    ),
    # What hangs on the records.
    "document-altered": (
        "the document {document} is not the one with this digest: a definition was changed"
    ),
    "document-unrecorded": (
        "the document {document} was never registered: a definition was slipped in"
    ),
    "document-column": (
        "the table's {column} of the document {document} is “{found}”, its registration says "
        "“{expected}”: altered to pass for another's work, or for another revision"
    ),
    "source-altered": (
        "the text of the document {document} does not say what runs: "
        "it was changed to show people something else"
    ),
    # What people signed.
    "approval-missing": "nobody agreed to it: it was put in force behind management's back",
    "approval-plan": (
        "it says that it was agreed by another site plan than the one in force then: "
        "made up to show an agreement by somebody who could not agree"
    ),
    "approval-wrong": (
        "the agreement of {person} does not hold: {reason}: it was forged, "
        "or given by somebody who could not agree"
    ),
    "signature-missing": "{person} did not sign it, at a site that goes by keys: it was made up",
    "signature-wrong": "the signature of {person} does not hold: {reason}: it was forged",
    "document-missing": "the document {document} that it runs on is gone: it was removed",
    "disclosure-altered": "a personal value in it is not the one that was sealed: it was changed",
    "disclosure-missing": (
        "a personal value in it is gone and no redaction was recorded: it was removed"
    ),
    "redaction-undone": (
        "a personal value in it was redacted and is there again: put back from an older copy"
    ),
    "evidence-altered": "the evidence {sha256} is not what was attached: it was changed",
    "evidence-missing": (
        "the evidence {sha256} is gone and no redaction was recorded: it was removed"
    ),
    "case-illegal": "it cannot have followed what was before it: {reason}",
    # Time.
    "time-backwards": (
        "it says that it was recorded at {found}, after a record of {before}: it was back-dated"
    ),
    "time-ahead": (
        "it says that it happened at {occurred}, after it was recorded: it was back-dated"
    ),
    # Decisions, taken again by what was in force then.
    "forged-person": "“{person}” is nobody of the site plan in force then: it was made up",
    "forged-identity": (
        "the site plan of then does not let {person} be known by {how}: "
        "it was made in somebody's name"
    ),
    "forged-role": "it was done by somebody without the role for it: {reason}: it was forged",
    "forged-second": "it has not the yes of the people who had to confirm it: {reason}",
    "forged-guard": "the protocol did not allow it with what was known: {reason}: it was forged",
    "forged-fact": "the fact {fact} cannot have been given so: it was made up or altered",
    "forged-task": "its checklist did not stand so: {reason}: it was forged",
    "forged-deadline": "it does not follow from the time: {reason}: it was forged or back-dated",
    "forged-order": "it was not possible where the run was: {reason}: forged, or in another order",
    "forged-start": "it could not start: {reason}: what it ran on was not in force",
    "forged-move": "the protocol does not move so by itself: {reason}: it was made up",
    "forged-step": "the protocol leads elsewhere: {reason}: it was altered before it was hashed",
    "forged-effect": "it does not follow from what was done: {reason}: it was made up",
    "forged-rest": "what must follow from it is not there: {reason}: left out of the log",
    "forged-agreement": "it was not agreed as the site's agreement says: {reason}: it was forged",
    "forged-redaction": ("it was not to be removed then: {reason}: somebody got round the program"),
    "forged-form": "it has not the members of its type ({reason}): it was made elsewhere",
    "undecidable": "it cannot be decided again: {reason}",
    "projection-differs": (
        "the table {table} shows “{found}” for {column}, the records say “{expected}”: "
        "the table was altered to show something that did not happen"
    ),
    "projection-unreadable": "the table {table} cannot be read: it was overwritten or damaged",
    "projection-extra": "the table {table} shows what no record tells: it was made up",
    "projection-missing": "the table {table} does not show it: removed to hide it",
}


class Depth(StrEnum):
    """How deep a verification goes; each includes the ones before it."""

    INTACT = "intact"  # hashes, chains, tree, checkpoints
    CONSISTENT = "consistent"  # columns, projections, documents, disclosures, evidence
    LEGAL = "legal"  # each decision taken again


class Verdict(StrEnum):
    """What follows from the findings and from the outside evidence."""

    OK = "OK"
    UNANCHORED = "UNANCHORED"  # nothing found, but nothing from outside to hold it to
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong."""

    code: str  # a key of TEXTS
    seq: int | None = None  # the record's index in the log
    case: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str = "en") -> str:
        """Say it in a language."""
        words = {name: _word(lang, value) for name, value in self.params.items()}
        return say(lang, TEXTS[self.code], **words)

    def row(self, lang: str = "en") -> dict[str, Any]:
        """Return it as ``audit verify --json`` shows it."""
        return {"seq": self.seq, "case": self.case, "code": self.code, "text": self.text(lang)}


class Compared(NamedTuple):
    """One place whose checkpoints the log was held against."""

    anchor: str
    checkpoints: int  # how many it holds
    records: int  # how many the largest of them proves that agrees
    problem: HandrailError | None = None  # why it could not be read

    def row(self, lang: str) -> dict[str, Any]:
        """Return it as ``audit verify --json`` shows it."""
        problem = None if self.problem is None else self.problem.words(lang)
        return {**self._asdict(), "problem": problem}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The outcome of a verification."""

    verdict: Verdict
    records: int  # how many were read
    root: bytes  # over them, as they are
    depth: Depth
    anchored: int  # how many records the outside evidence proves
    findings: tuple[Finding, ...] = ()
    more: int = 0  # findings beyond those kept
    redacted: int = 0  # values and files that are gone by a recorded decision: nothing wrong
    unchecked: int = 0  # signatures that cannot be checked any more: they or their key are gone
    anchors: tuple[Compared, ...] = ()  # each place that was asked
    since: int = 0  # of the records before, only the hashes and the cases that went on were read

    def row(self, lang: str = "en") -> dict[str, Any]:
        """Return it as ``audit verify --json`` shows it."""
        return {
            "verdict": str(self.verdict),
            "records": self.records,
            "from": self.since,
            "depth": str(self.depth),
            "anchored": self.anchored,
            "findings": [finding.row(lang) for finding in self.findings],
            "more": self.more,
            "redacted": self.redacted,
            "unchecked": self.unchecked,
            "anchors": [compared.row(lang) for compared in self.anchors],
        }


def _word(lang: str, value: object) -> object:
    """Say an error that is part of a text in the same language."""
    return say(lang, value.template, **value.params) if isinstance(value, HandrailError) else value


class Row(Protocol):
    """A named tuple of a table's columns."""

    @property
    def _fields(self) -> tuple[str, ...]: ...


class Report:
    """Collects findings while a verification goes on; keeps the first ``MOST``."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.more = 0
        self.redacted: set[str] = set()  # digests
        self.unchecked = 0  # signatures

    def add(
        self, code: str, seq: int | None = None, case: str | None = None, /, **params: object
    ) -> None:
        """Add a finding."""
        if len(self.findings) < MOST:
            self.findings.append(Finding(code=code, seq=seq, case=case, params=params))
        else:
            self.more += 1

    def compare(self, case: str, table: str, found: Row, expected: Row) -> None:
        """Add a finding for each column in which a table's row is not what it should be."""
        for column in expected._fields:
            here, there = getattr(found, column), getattr(expected, column)
            if here != there:
                self.add(
                    "projection-differs",
                    None,
                    case,
                    table=table,
                    column=column,
                    found=here,
                    expected=there,
                )

    def result(
        self,
        *,
        tree: CompactRange,
        depth: Depth,
        anchored: int,
        anchors: tuple[Compared, ...] = (),
        since: int = 0,
    ) -> Result:
        """Return the outcome: only outside evidence makes it OK."""
        clean = Verdict.OK if anchored else Verdict.UNANCHORED
        return Result(
            verdict=Verdict.FAIL if self.findings else clean,
            records=tree.size,
            root=tree.root(),
            depth=depth,
            anchored=anchored,
            findings=tuple(self.findings),
            more=self.more,
            redacted=len(self.redacted),
            unchecked=self.unchecked,
            anchors=anchors,
            since=since,
        )
