"""The report of an incident as one HTML page."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.html.env import render
from handrail.engine.durations import say_duration
from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Report = Mapping[str, Any]

__all__ = ["page"]

_LATE = timedelta(minutes=1)  # recorded so much after it happened is said

_PAGE_WORDS = {
    "skip": "Go to the report",
    "report": "Incident report",
    "contents": "Contents",
    "drill": "DRILL: none of this was real",
    "summary": "Summary",
    "timeline": "Timeline",
    "path": "The protocols, with the path that was taken",
    "people": "Who did what, in which role",
    "deadlines": "Deadlines",
    "refusals": "What was refused",
    "deviations": "Where the protocol was left",
    "messages": "Messages",
    "evidence": "Evidence",
    "evaluation": "Evaluation",
    "lessons": "Lessons",
    "proof": "Proof",
    "opened": "opened",
    "closed": "closed",
    "still_open": "still open",
    "protocols": "protocols",
    "revision": "revision",
    "times": "Times are those of the zone",
    "letters": "A move such as A2 is the second of protocol A, and is numbered 2 in its drawing.",
    "occurred": "happened",
    "recorded": "recorded",
    "later": "recorded later",
    "move": "move",
    "who": "who",
    "what": "what",
    "drawn": "Numbers are the moves in their order; the text of the picture tells every way.",
    "agreed": "agreed",
    "founded": "put in force at the founding",
    "self_agreed": "self-agreed",
    "unsigned": "unsigned",
    "not_agreed": "not agreed: only a drill may run on it",
    "known": "What is known",
    "no_names": "Roles are shown, not names: nobody is blamed.",
    "no_clear": "What people wrote is left out; the log has it, sealed.",
    "roles": "roles",
    "known_by": "known by",
    "did": "did",
    "due": "due",
    "ended": "ended",
    "status": "status",
    "none": "None.",
    "to": "to",
    "text": "text",
    "file": "file",
    "size": "bytes",
    "not_evaluated": "Not evaluated yet.",
    "log": "log",
    "head": "head when this was made",
    "chain": "chain of this incident's records",
    "whole": "whole",
    "broken": "broken",
    "vkey": "verifier key",
    "covered": "This signed checkpoint counts every record of the incident",
    "uncovered": "No signed checkpoint counts all of its records yet",
    "leaves": "Leaf hashes of its records",
    "index": "record",
    "type": "type",
    "hash": "SHA-256",
    "check": "Anyone who holds the log can check it with",
    "made": "Made",
}
_SECTIONS = (
    *("summary", "timeline", "path", "people", "deadlines", "refusals", "deviations"),
    *("messages", "evidence", "evaluation", "lessons", "proof"),
)
_RUN_WORDS = {"active": "goes on", "finished": "ended", "cancelled": "cancelled"}
_SENT_WORDS = {"sent": "sent", "failed": "not sent", "queued": "queued"}
_LIMIT_WORDS = {
    "met": "met",
    "missed": "missed",
    "running": "running",
    "undone": "not done",
}
_LIMIT_LOOKS = {"met": "good", "missed": "bad", "running": "", "undone": "warn"}
_TAG_WORDS = {
    "refused": "refused",
    "deviation": "outside the protocol",
    "late": "late",
}
_TAG_LOOKS = {"refused": "warn", "deviation": "warn", "late": "bad"}
_TILE_WORDS = {
    "people": "people",
    "records": "records",
    "met": "deadlines met",
    "missed": "deadlines missed",
    "refusals": "refusals",
    "deviations": "deviations",
    "messages": "messages",
    "evidence": "files",
}


def page(report: Report, *, paper: bool = False) -> str:
    """Write a report as one HTML file.

    :param paper: styled for print: light, nothing folded away.
    """
    lang = report["made"]["lang"]
    letters = {run["run"]: run["letter"] for run in report["runs"]}
    return render(
        "report",
        lang,
        _PAGE_WORDS,
        report=report,
        paper=paper,
        sections=_SECTIONS,
        letters=letters,
        lasted=_lasted(report["incident"]),
        days=_days(report["timeline"]),
        zones=_zones(report["timeline"]),
        tiles=list(_tiles(report, lang)),
        run_words=_said(_RUN_WORDS, lang),
        sent_words=_said(_SENT_WORDS, lang),
        limit_words=_tagged(_LIMIT_WORDS, _LIMIT_LOOKS, lang),
        tags=_tagged(_TAG_WORDS, _TAG_LOOKS, lang),
    )


def _said(words: Mapping[str, str], lang: str) -> dict[str, str]:
    return {name: say(lang, text) for name, text in words.items()}


def _tagged(
    words: Mapping[str, str], looks: Mapping[str, str], lang: str
) -> dict[str, dict[str, str]]:
    return {name: {"text": say(lang, text), "look": looks[name]} for name, text in words.items()}


def _lasted(incident: Mapping[str, Any]) -> str:
    if incident["closed"] is None:
        return ""
    return say_duration(_at(incident["closed"]) - _at(incident["opened"]))


def _days(timeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The timeline's rows by the local day on which they happened."""
    rows = [
        row | {"late": abs(_at(row["recorded"]) - _at(row["occurred"])) >= _LATE}
        for row in timeline
    ]
    days = groupby(rows, key=lambda row: f"{_at(row['occurred']).astimezone():%Y-%m-%d}")
    return [{"day": day, "rows": list(group)} for day, group in days]


def _zones(timeline: list[dict[str, Any]]) -> list[str]:
    """The zones that the times are shown in: a summer has another than a winter."""
    local = (_at(row["occurred"]).astimezone() for row in timeline)
    return list(dict.fromkeys(f"{at:%Z} (UTC{at:%z})" for at in local))


def _tiles(report: Report, lang: str) -> Iterator[dict[str, Any]]:
    status = [one["status"] for one in report["deadlines"]]
    counts = {
        "people": len(report["people"]),
        "records": len(report["timeline"]),
        "met": status.count("met"),
        "missed": status.count("missed"),
        **{name: len(report[name]) for name in ("refusals", "deviations", "messages", "evidence")},
    }
    loud = {"missed", "deviations"}
    for name, count in counts.items():
        yield {"name": say(lang, _TILE_WORDS[name]), "count": count, "bad": name in loud and count}


def _at(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
