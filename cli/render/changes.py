"""What is different between two revisions, in lines: of ``protocol diff`` and an agreement."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from handrail.cli.page import Line, line, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.cli.session import Session

    Change = Mapping[str, Any]

__all__ = ["changed"]

SIGNS = {
    "added": ("+", "good"),
    "removed": ("-", "alarm"),
    "changed": ("~", "warn"),
    "renamed": ("~", "warn"),
    "moved": ("~", "warn"),
}


def changed(changes: Sequence[Change], session: Session, *, indent: int = 0) -> Iterator[Line]:
    """Yield the changes, those of one part under its name."""
    for where, group in groupby(changes, key=lambda one: _heading(one["where"])):
        yield from _group(where, list(group), session, indent)


def _group(
    where: tuple[str, str] | None, changes: list[Change], session: Session, indent: int
) -> Iterator[Line]:
    """What became of the whole part, and under its name what is different in it."""
    whole = [one for one in changes if where is None or one["part"] == where[0]]
    inside = [one for one in changes if one not in whole]
    yield from (_change(one, session, one["where"], indent) for one in whole)
    if inside and where is not None:
        kind, name = where
        words = span(session.say(PART_WORDS[kind]), "dim")
        title = inside[0]["title"]
        said = span(f"  {title}" if title else "", "dim")
        yield line(words, " ", span(name, "state"), said, indent=indent)
        yield from (_change(one, session, one["where"][2:], indent + 2) for one in inside)


def _heading(where: Sequence[str]) -> tuple[str, str] | None:
    """The state, fact or setting that a change is in."""
    return (where[0], where[1]) if len(where) > 1 else None


def _change(one: Change, session: Session, where: Sequence[str], indent: int) -> Line:
    sign, style = SIGNS[one["how"]]
    place = [
        f"{session.say(str(INNER_WORDS.get(kind) or PART_WORDS[kind]))} {name}".rstrip()
        for kind, name in zip(where[::2], where[1::2], strict=True)
    ]
    if one["part"] != (where[-2] if where else ""):
        place.append(session.say(PART_WORDS[one["part"]]))
    old, new = one["before"], one["after"]
    words = {
        "added": new or "",
        "removed": old or "",
        "renamed": session.say("renamed; it was {name}", name=old),
        "moved": session.say("moved from {old} to {new}", old=old, new=new),
    }.get(one["how"], f"{old} → {new}")
    what = " ".join(place)
    if words in where:  # it has no other name than its id
        return line(span(f"{sign} ", style), span(what, "strong"), indent=indent, hang=4)
    return line(span(f"{sign} ", style), span(f"{what}: ", "strong"), words, indent=indent, hang=4)


INNER_WORDS = {"to": "to", "when": "when", "done": "when done", "next": "by itself"}
PART_WORDS = {
    "title": "title",
    "purpose": "purpose",
    "guide": "guide",
    "owner": "owner",
    "level": "level",
    "carries-out": "carries out",
    "assets": "protects",
    "adversaries": "against",
    "methods": "who go to work by",
    "impact": "impact",
    "review": "review",
    "budget": "budget",
    "deviate": "may leave the protocol",
    "roles": "who may",
    "state": "state",
    "step": "step",
    "task": "task",
    "fact": "fact",
    "setting": "setting",
    "track": "track",
    "kind": "kind of state",
    "start": "begins in",
    "join": "how many tracks must end",
    "outcome": "outcome",
    "runs": "carries out",
    "deadline": "deadline",
    "overdue": "when overdue",
    "enter": "on entry",
    "leave": "on leaving",
    "questions": "questions",
    "needs": "needs",
    "second": "second person",
    "after": "not before",
    "effects": "what else happens",
    "branch": "branch",
    "target": "leads to",
    "guard": "condition",
    "order": "order of the branches",
    "do": "what to do",
    "optional": "optional",
    "skip-by": "may be skipped by",
    "each": "for each of",
    "evidence": "wants evidence",
    "type": "type",
    "ask": "question",
    "many": "a list",
    "personal": "personal",
    "min": "least",
    "max": "most",
    "unit": "unit",
    "digits": "digits",
    "default": "default",
    "option": "option",
    "languages": "languages",
    "consult": "is heard",
    "answers": "answers lessons",
    "entry": "entry",
}
