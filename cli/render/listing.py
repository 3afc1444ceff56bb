"""Lists: incidents and documents as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.cli.page import Table, brief, span
from handrail.cli.present import manner
from handrail.cli.when import clock_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from handrail.cli.page import Block, Span
    from handrail.cli.session import Session

    Row = Mapping[str, Any]

__all__ = ["KIND_WORDS", "documents", "incidents"]


def incidents(
    rows: Sequence[Row], phases: Mapping[str, str], session: Session, now: datetime
) -> Iterator[Block]:
    """Yield the incidents, one a line.

    :param phases: what each phase is called.
    """
    say = session.say
    head = (say("incident"), say("status"), say("opened"), say("protocol"), say("title"))
    yield Table(head=head, rows=tuple(_incident(row, phases, session, now) for row in rows))


def _incident(
    row: Row, phases: Mapping[str, str], session: Session, now: datetime
) -> tuple[Span, ...]:
    phase = phases.get(row["phase"], row["phase"]) or row["status"]
    status = session.say("closed") if row["status"] == "closed" else phase
    drill = f"{session.say('DRILL')} " if row["drill"] else ""
    return (
        span(row["id"], "strong"),
        span(status, "dim" if row["status"] == "closed" else ""),
        span(clock_words(row["opened"], now)),
        span(row["protocol"]),
        span(f"{drill}{brief(row.get('title') or '')}", "drill" if row["drill"] else ""),
    )


def documents(rows: Sequence[Row], session: Session) -> Iterator[Block]:
    """Yield the registered documents, one a line."""
    say = session.say
    head = (say("document"), say("kind"), say("revision"), say("in force"), say("title"))
    yield Table(head=head, rows=tuple(_document(row, session) for row in rows))


def _document(row: Row, session: Session) -> tuple[Span, ...]:
    in_force = row["in_force"]
    words = [f"r{in_force['revision']}", *manner(session, in_force)] if in_force else []
    force = span(", ".join(words), "good") if words else span(session.say("no"), "warn")
    return (
        span(row["id"], "strong"),
        span(session.say(str(KIND_WORDS.get(row["kind"], row["kind"])))),
        span(f"r{row['revision']}"),
        force,
        span(brief(row["title"])),
    )


KIND_WORDS = {
    "protocol": "protocol",
    "lifecycle": "lifecycle",
    "agreement": "agreement",
    "site": "site plan",
}
