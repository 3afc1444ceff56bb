"""The screen of ``show``: everything that is known of one incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.cli.page import Block, Line, Span, Table, line, span
from handrail.cli.present import manner
from handrail.cli.render.now import MARKS, Screen, header, item_of
from handrail.cli.when import clock_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from handrail.cli.session import Session

    View = Mapping[str, Any]

__all__ = ["fact_words", "whole"]


def whole(view: View, session: Session, now: datetime) -> Iterator[Block]:
    """Yield the incident: runs, facts, tasks, deadlines, messages, people."""
    yield from header(view, session, now)
    yield from _held(view, session, now)
    yield Line()
    yield _runs(view, session)
    yield from _facts(view, session)
    yield from _tasks(view, session)
    yield from _deadlines(view, session, now)
    yield from _told(view, session, now)
    yield from _notes(view, session, now)
    yield from _evidence(view, session, now)
    yield from _deviations(view, session, now)
    yield from _people(view, session)


def _held(view: View, session: Session, now: datetime) -> Iterator[Line]:
    if (held := view.get("held")) is not None:
        since = clock_words(held["since"], now)
        text = session.say(
            "under a legal hold since {time}: {person}", time=since, person=held["by"]
        )
        yield line(span(text, "warn"))


STATUS_WORDS = {"active": "active", "finished": "finished", "cancelled": "cancelled"}


def _runs(view: View, session: Session) -> Table:
    say = session.say
    lifecycle = view.get("lifecycle")
    rows = [
        (
            span(run["id"], "strong"),
            span(_pinned(run, session)),
            span(say(STATUS_WORDS[run["status"]])),
            span(run["outcome"] or _where(run)),
        )
        for run in [*([lifecycle] if lifecycle else []), *view["runs"]]
    ]
    return Table(head=(say("run"), say("protocol"), say("status"), say("where")), rows=tuple(rows))


def _where(run: Any) -> str:
    """The states that it is in, as people call them."""
    titles = {state["id"]: state["title"] for state in run["states"]}
    return ", ".join(titles.get(name) or name for name in run["in"])


def _pinned(run: Any, session: Session) -> str:
    """Say what it runs on, and how that was agreed."""
    how = manner(session, run["agreed"]) if run.get("agreed") else []
    return ", ".join([f"{run['protocol']} r{run['revision']}", *how])


def _titled(title: str) -> Iterator[Block]:
    yield Line()
    yield line(span(title, "title"))


def _facts(view: View, session: Session) -> Iterator[Block]:
    known = [
        (run, fact, value) for run, facts in view["facts"].items() for fact, value in facts.items()
    ]
    if not known:
        return
    yield from _titled(session.say("Facts"))
    head = (session.say("run"), session.say("fact"), session.say("value"))
    rows = tuple(
        (span(run, "dim"), span(fact), span(fact_words(value, session)))
        for run, fact, value in known
    )
    yield Table(head=head, rows=rows)


def fact_words(value: object, session: Session) -> str:
    """Write a fact's value as a person would."""
    if isinstance(value, bool):
        return session.say("yes") if value else session.say("no")
    if isinstance(value, list):
        return ", ".join(fact_words(one, session) for one in value) or session.say("none")
    return session.say("[redacted]") if value == "[redacted]" else str(value)


def _tasks(view: View, session: Session) -> Iterator[Block]:
    if not view["tasks"]:
        return
    yield from _titled(session.say("Tasks"))
    for task in view["tasks"]:
        name = f"{task['id']} {task['item']}" if task.get("item") else task["id"]
        words: list[Span | str] = [
            f"{MARKS[task['status']]} ",
            span(task.get("do") or name),
            *item_of(task),
            span(f"  {name}", "dim"),
        ]
        yield line(*words, indent=2, hang=4)


def _deadlines(view: View, session: Session, now: datetime) -> Iterator[Block]:
    if not view["deadlines"]:
        return
    yield from _titled(session.say("Deadlines"))
    screen = Screen(view, session, now)
    yield from (screen.deadline(row) for row in view["deadlines"])


def _told(view: View, session: Session, now: datetime) -> Iterator[Block]:
    if not view.get("messages"):
        return
    yield from _titled(session.say("Messages"))
    for row in view["messages"]:
        at = clock_words(row["occurred"], now)
        yield line(
            span(f"{at}  "), span(", ".join(row["to"]), "strong"), f"  {row['text']}", indent=2
        )


def _notes(view: View, session: Session, now: datetime) -> Iterator[Block]:
    if view.get("notes"):
        yield from _titled(session.say("Notes"))
    for row in view.get("notes") or ():
        at = clock_words(row["occurred"], now)
        yield line(span(f"{at}  "), span(row["by"], "strong"), f"  {row['text']}", indent=2)


def _evidence(view: View, session: Session, now: datetime) -> Iterator[Block]:
    if view.get("evidence"):
        yield from _titled(session.say("Evidence"))
    for row in view.get("evidence") or ():
        at = clock_words(row["occurred"], now)
        digest = span(f"  {row['sha256'][:12]}", "dim")
        yield line(span(f"{at}  "), span(row["by"], "strong"), f"  {row['name']}", digest, indent=2)


def _deviations(view: View, session: Session, now: datetime) -> Iterator[Block]:
    if not view.get("deviations"):
        return
    yield from _titled(session.say("Outside the protocol"))
    for row in view["deviations"]:
        at = clock_words(row["occurred"], now)
        to = ", ".join(row["to"])
        yield line(
            span(f"{at}  {row.get('by', '')} → {to}: {row.get('why', '')}", "warn"), indent=2
        )


def _people(view: View, session: Session) -> Iterator[Block]:
    if view.get("people"):
        yield Line()
        names = ", ".join(str(person) for person in view["people"])
        yield line(span(session.say("acted: {people}", people=names), "dim"))
