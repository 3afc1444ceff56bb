"""``handrail protocol diff``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import complete, out
from handrail.cli.page import Line, line, span
from handrail.cli.session import Session
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from handrail.engine.documents.authoring.meaning.change import Change
    from handrail.engine.engine import Engine

SIGNS = {
    "added": ("+", "good"),
    "removed": ("-", "alarm"),
    "changed": ("~", "warn"),
    "renamed": ("~", "warn"),
    "moved": ("~", "warn"),
}


def command(
    ctx: typer.Context,
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="A file, an id of the workspace, or ID@REVISION; ID@ is the one in force.",
            autocompletion=complete.registered,
        ),
    ],
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="NEW",
            help="What it is compared with; without it, OLD is with the revision in force.",
            autocompletion=complete.registered,
        ),
    ] = None,
) -> None:
    """Compare two revisions by what they mean, and say which incidents could not go on."""
    from handrail.cli.versions import two_versions  # noqa: PLC0415 - reads YAML
    from handrail.engine.documents.authoring.meaning import compare  # noqa: PLC0415 - the same

    session = Session.of(ctx)
    with ExitStack() as stack:
        engine = _engine(session, stack)
        before, after = two_versions(session, engine, old, new)
        changes = compare(before.definition, after.definition, session.lang)
        incidents = None if engine is None else engine.charter.who_follows(after.definition)
    result = {
        "old": before.row(),
        "new": after.row(),
        "changes": [one._asdict() | {"where": list(one.where)} for one in changes],
        "incidents": incidents,
    }
    if session.json:
        out.emit(result)
    else:
        out.page(_page(result, changes, session))
    if any(not row["migrated"] for row in incidents or ()):
        raise typer.Exit(3)


def _engine(session: Session, stack: ExitStack) -> Engine | None:
    """The store, where there is one: files can be compared without it."""
    try:
        return stack.enter_context(session.engine())
    except HandrailError:
        return None


def _page(result: dict[str, Any], changes: list[Change], session: Session) -> Iterator[Line]:
    old, new = result["old"], result["new"]
    yield line(span(f"{old['name']} → {new['name']}", "title"))
    if not changes:
        yield line(session.say("They mean the same."))
    for where, group in groupby(changes, key=lambda one: _heading(one.where)):
        yield from _group(where, list(group), session)
    yield from _incidents(result["incidents"], session)


def _group(
    where: tuple[str, str] | None, changes: list[Change], session: Session
) -> Iterator[Line]:
    """What became of the whole part, and under its name what is different in it."""
    whole = [one for one in changes if where is None or one.part == where[0]]
    inside = [one for one in changes if one not in whole]
    yield from (_change(one, session, one.where) for one in whole)
    if inside and where is not None:
        kind, name = where
        yield line(span(session.say(PART_WORDS[kind]), "dim"), " ", span(name, "state"))
        yield from (_change(one, session, one.where[2:], indent=2) for one in inside)


def _heading(where: tuple[str, ...]) -> tuple[str, str] | None:
    """The state, fact or setting that a change is in."""
    return (where[0], where[1]) if len(where) > 1 else None


def _change(one: Change, session: Session, where: tuple[str, ...], *, indent: int = 0) -> Line:
    sign, style = SIGNS[one.how]
    place = [
        f"{session.say(str(INNER_WORDS.get(kind) or PART_WORDS[kind]))} {name}".rstrip()
        for kind, name in zip(where[::2], where[1::2], strict=True)
    ]
    if one.part != (where[-2] if where else ""):
        place.append(session.say(PART_WORDS[one.part]))
    words = {
        "added": one.after or "",
        "removed": one.before or "",
        "renamed": session.say("renamed; it was {name}", name=one.before),
        "moved": session.say("moved from {old} to {new}", old=one.before, new=one.after),
    }.get(one.how, f"{one.before} → {one.after}")
    name = span(f"{' '.join(place)}: ", "strong")
    return line(span(f"{sign} ", style), name, words, indent=indent, hang=4)


def _incidents(rows: list[dict[str, Any]] | None, session: Session) -> Iterator[Line]:
    for row in rows or ():
        what = f"{row['incident']} {row['run']} r{row['from_revision']}"
        if row["migrated"]:
            yield line(span(session.say("{run} could go on", run=what), "good"))
        else:
            why = row["why"]["text"]
            text = session.say("{run} could not go on: {why}", run=what, why=why)
            yield line(span(text, "alarm"))


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
}
