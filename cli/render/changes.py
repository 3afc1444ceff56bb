"""What is different between two revisions, in lines: of ``protocol diff`` and an agreement."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from handrail.cli.page import Line, line, span
from handrail.engine.errors import HandrailError
from handrail.engine.text import pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.cli.session import Session
    from handrail.engine.engine import Engine

    Change = Mapping[str, Any]

__all__ = ["changed", "titles_of"]

SIGNS = {
    "added": ("+", "good"),
    "removed": ("-", "alarm"),
    "changed": ("~", "warn"),
    "renamed": ("~", "warn"),
    "moved": ("~", "warn"),
}


# Parts whose words are ids of the site plan.
_IDS = frozenset({
    "roles", "owner", "second", "skip-by", "deviate", "consult",
    "assets", "adversaries", "methods",
})  # fmt: skip
_TELLS = frozenset({"enter", "leave", "effects", "overdue"})  # ids before the message's colon


def titles_of(engine: Engine | None) -> dict[str, str]:
    """What the ids are called that a protocol names of the site plan; nothing without one."""
    if engine is None:
        return {}
    try:
        with engine.reading():
            registers = engine.shelf.site().registers
    except HandrailError:
        return {}
    names = ("methods", "adversaries", "assets", "roles")
    items = (item for name in names for item in registers[name].items())
    return {key: pick(title, engine.lang) for key, title in items}


def changed(
    changes: Sequence[Change], session: Session, titles: Mapping[str, str], *, indent: int = 0
) -> Iterator[Line]:
    """Yield the changes, those of one part under its name.

    :param titles: what ids of the site plan are called.
    """
    told = [_in_words(one, titles) for one in changes]
    for where, group in groupby(told, key=lambda one: _heading(one["where"])):
        yield from _group(where, list(group), session, indent)


def _in_words(one: Change, titles: Mapping[str, str]) -> Change:
    """The same change with titles in place of ids."""
    if one["part"] not in _IDS | _TELLS:
        return one
    end = ":" if one["part"] in _TELLS else "\n"
    said = {name: _titled(one[name], titles, end) for name in ("before", "after")}
    return {**one, **said}


def _titled(words: str | None, titles: Mapping[str, str], end: str) -> str | None:
    """Put titles in place of ids before ``end``, where there is that."""
    if words is None:
        return None
    head, mark, rest = words.partition(end)
    said = re.sub(r"[a-z][a-z0-9-]*", lambda match: titles.get(match[0], match[0]), head)
    return f"{said}{mark}{rest}"


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
