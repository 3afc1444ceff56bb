"""Records of the log as lines: who did what, when, and what it led to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.cli.page import Line, Span, line, span
from handrail.cli.render.whole import fact_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.cli.session import Session

    Record = Mapping[str, Any]

__all__ = ["details", "headline"]

TYPE_WORDS = {
    "document-registered": "registered",
    "document-agreed": "agreed",
    "document-retired": "retired",
    "document-acknowledged": "has read and understood",
    "incident-opened": "opened the incident",
    "incident-closed": "incident closed",
    "run-started": "started",
    "run-finished": "finished",
    "run-migrated": "moved to another revision",
    "step-taken": "took the step",
    "step-pending": "began the step",
    "step-confirmed": "confirmed the step",
    "step-declined": "declined the step",
    "moved": "moved on",
    "deadline-passed": "deadline passed",
    "task-done": "did the task",
    "task-skipped": "skipped the task",
    "fact-set": "recorded facts",
    "noted": "noted",
    "evidence-attached": "attached a file",
    "deviated": "left the protocol",
    "notified": "notified",
    "notification-sent": "notification sent",
    "notification-failed": "notification failed",
    "exported": "exported",
    "verified": "verified the log",
    "checkpoint-anchored": "anchored a checkpoint",
    "anchoring-failed": "could not anchor a checkpoint",
    "redacted": "removed personal data",
    "held": "put it under a legal hold",
    "hold-released": "released the legal hold",
    "key-rotated": "changed the log key",
    "step-refused": "was refused the step",
    "task-refused": "was refused the task",
    "fact-refused": "was refused the fact",
    "confirm-refused": "was refused the confirmation",
    "deviate-refused": "was refused the deviation",
    "start-refused": "was refused the start",
    "note-refused": "was refused the note",
    "attach-refused": "was refused the file",
    "agree-refused": "was refused the agreement",
    "open-refused": "was refused the opening",
    "register-refused": "was refused the registration",
    "migrate-refused": "was refused the migration",
    "acknowledge-refused": "was refused the acknowledgement",
    "identify-refused": "was turned away",
    "redact-refused": "was refused the redaction",
    "hold-refused": "was refused the legal hold",
    "export-refused": "was refused the export",
    "rotate-refused": "was refused a new key",
}
LOUD = frozenset({"deviated", "deadline-passed", "redacted", "anchoring-failed"})
HANG = 30


def headline(record: Record, session: Session, *, case: bool = True) -> Line:
    """Say one record in one line."""
    kind = record["type"]
    words = session.say(str(TYPE_WORDS.get(kind, kind)))
    style = "warn" if kind.endswith("-refused") or kind in LOUD else ""
    where = [span(f"{record['case']}  ", "strong")] if case else []
    drill = [span(f"{session.say('DRILL')} ", "drill")] if record.get("drill") else []
    return line(
        span(f"{record['seq']:>5}  {_local(record['recorded'])}  ", "dim"),
        *where,
        *drill,
        span(f"{record['actor']['id']} "),
        span(words, style),
        *_what(record),
        hang=HANG,
    )


def _what(record: Record) -> Iterator[Span]:
    name = next(filter(None, map(record.get, ("step", "task", "state", "anchor"))), None)
    if name:
        item = f" {record['item']}" if record.get("item") else ""
        yield span(f" {name}{item}", "strong")
    if record["type"] in {"run-started", "run-finished"} or record["case"].startswith("DOC-"):
        protocol = record.get("protocol") or {}
        yield span(f" {protocol.get('id', '')} r{protocol.get('revision', '')}", "strong")
    if record.get("to") and record["type"] != "notified":
        before = ", ".join(record.get("from") or ())
        yield span(f"  {before} → {', '.join(record['to'])}" if before else _into(record), "dim")
    if record.get("outcome"):
        yield span(f"  ({record['outcome']})", "dim")


def _into(record: Record) -> str:
    return f"  → {', '.join(record['to'])}"


def details(record: Record, session: Session) -> Iterator[Line]:
    """Say what belongs to a record in clear: facts, reason, refusal, when it happened."""
    if record["occurred"][:16] != record["recorded"][:16]:
        at = _local(record["occurred"])
        yield _detail(session.say("happened"), at)
    for fact, value in (record.get("facts") or {}).items():
        yield _detail(fact, fact_words(value, session))
    for member in ("title", "why", "note", "text", "name"):
        if record.get(member) is not None and record["type"] != "notified":
            yield _detail(session.say(_MEMBER_WORDS[member]), str(record[member]))
    if record["type"] == "notified":
        yield _detail(", ".join(record["to"]), _text(record["text"], session))
    if record.get("refused"):
        yield _detail(session.say("because"), refusal(record["refused"], session))
    for member in ("basis", "rule", "format", "new", "reason"):
        if isinstance(record.get(member), str):
            yield _detail(session.say(_MEMBER_WORDS[member]), record[member])
    if record.get("sha256"):
        yield _detail("sha256", record["sha256"])


_MEMBER_WORDS = {
    "title": "title",
    "why": "why",
    "note": "note",
    "text": "text",
    "name": "name",
    "basis": "legal basis",
    "rule": "retention rule",
    "format": "format",
    "new": "new key",
    "reason": "because",
}


def refusal(refused: Mapping[str, Any], session: Session) -> str:
    """Say why something was refused, in the session's language."""
    text = session.say(refused["template"], **refused.get("params", {}))
    return f"{text} ({refused['code']})"


def _text(text: str | Mapping[str, str], session: Session) -> str:
    from handrail.engine.text import pick  # noqa: PLC0415 - seldom

    return pick(text, session.lang)


def _detail(name: str, text: str) -> Line:
    return line(span(f"{name}: ", "dim"), span(text), indent=9, hang=4)


def _local(stamp: str) -> str:
    from datetime import datetime  # noqa: PLC0415 - only here

    return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M:%S")
