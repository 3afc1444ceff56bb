"""``handrail protocol effort``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from handrail.cli import out
from handrail.cli.page import Line, Table, line, span
from handrail.cli.params import ProtocolSource
from handrail.cli.session import Session

if TYPE_CHECKING:
    from handrail.cli.page import Block, Span


def command(
    ctx: typer.Context,
    document: ProtocolSource,
) -> None:
    """Say what a protocol costs those who follow it: questions, tasks and steps."""
    from handrail.cli.bench import bench  # noqa: PLC0415 - reads YAML
    from handrail.cli.progress import Progress  # noqa: PLC0415 - the same
    from handrail.engine.documents.authoring.effort import RUNS, cost_of  # noqa: PLC0415 - as above
    from handrail.engine.documents.authoring.tell import costs  # noqa: PLC0415 - the same

    session = Session.of(ctx)
    tried = bench(session, document)
    with Progress(session, RUNS, session.say("walks")) as progress:
        rows, found = cost_of(tried.definition, tried.site, tried.others, tell=progress)
    result = costs(tried.definition, rows, found)
    if session.json:
        out.emit(result)
    else:
        out.page(_page(result, session))
    if not result["within"]:
        raise typer.Exit(3)


def _page(result: dict[str, Any], session: Session) -> Iterator[Block]:
    say = session.say
    yield line(span(f"{result['protocol']} r{result['revision']}", "title"))
    head = (say("outcome"), say("way"), say("questions"), say("tasks"), say("steps"), say("taken"))
    rows = [row for one in result["outcomes"] for row in _rows(one, session)]
    yield Table(head=head, rows=tuple(rows))
    if result["budget"]:
        parts = ", ".join(f"{say(PART_WORDS[k])} {v}" for k, v in result["budget"].items())
        yield line(span(say("budget, for the shortest way: {parts}", parts=parts), "dim"))
    for one in result["outcomes"]:
        yield from _ways(one, session)
    if not result["exact"]:
        yield Line()
        yield line(span(say("Not every way was looked at: there are too many."), "warn"))


def _rows(one: dict[str, Any], session: Session) -> Iterator[tuple[Span, ...]]:
    for kind in ("shortest", "usual"):
        way = one[kind]
        if way is None:
            yield (
                span(one["outcome"], "strong"),
                span(session.say(KIND_WORDS[kind])),
                *_none(session),
            )
            continue
        counts = (
            span(str(way[part]), "alarm" if part in one["over"] and kind == "shortest" else "")
            for part in PART_WORDS
        )
        share = f"{way['walks']}/{way['of']}" if kind == "usual" else ""
        name = span(one["outcome"] if kind == "shortest" else "", "strong")
        yield (name, span(session.say(KIND_WORDS[kind])), *counts, span(share, "dim"))


def _none(session: Session) -> tuple[Span, ...]:
    return (span("-"), span("-"), span("-"), span(session.say("never seen"), "warn"))


def _ways(one: dict[str, Any], session: Session) -> Iterator[Line]:
    for kind in ("shortest", "usual"):
        if one[kind] is not None:
            yield Line()
            title = session.say(WAY_WORDS[kind], outcome=one["outcome"])
            yield line(span(title, "strong"))
            yield line(
                " → ".join(one[kind]["way"]) or session.say("nobody does anything"), indent=2
            )


KIND_WORDS = {"shortest": "shortest", "usual": "usual"}
PART_WORDS = {"questions": "questions", "tasks": "tasks", "steps": "steps"}
WAY_WORDS = {
    "shortest": "the shortest way to {outcome}",
    "usual": "the usual way to {outcome}",
}
