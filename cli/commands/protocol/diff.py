"""``handrail protocol diff``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import complete, out
from handrail.cli.page import Line, line, span
from handrail.cli.session import Session
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from handrail.engine.engine import Engine


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
    from handrail.cli.render.changes import titles_of  # noqa: PLC0415 - help needs none
    from handrail.cli.versions import two_versions  # noqa: PLC0415 - reads YAML
    from handrail.engine.documents.authoring.meaning import compare  # noqa: PLC0415 - the same

    session = Session.of(ctx)
    with ExitStack() as stack:
        engine = _engine(session, stack)
        before, after = two_versions(session, engine, old, new)
        changes = compare(before.definition, after.definition, session.lang)
        incidents = None if engine is None else engine.charter.who_follows(after.definition)
        titles = {} if session.json else titles_of(engine)
    result = {
        "old": before.row(),
        "new": after.row(),
        "changes": [one.row() for one in changes],
        "incidents": incidents,
    }
    if session.json:
        out.emit(result)
    else:
        out.page(_page(result, session, titles))
    if any(not row["migrated"] for row in incidents or ()):
        raise typer.Exit(3)


def _engine(session: Session, stack: ExitStack) -> Engine | None:
    """The store, where there is one: files can be compared without it."""
    try:
        return stack.enter_context(session.engine())
    except HandrailError:
        return None


def _page(result: dict[str, Any], session: Session, titles: dict[str, str]) -> Iterator[Line]:
    from handrail.cli.render.changes import changed  # noqa: PLC0415 - JSON needs none

    old, new = result["old"], result["new"]
    yield line(span(f"{old['name']} → {new['name']}", "title"))
    if not result["changes"]:
        yield line(session.say("They mean the same."))
    yield from changed(result["changes"], session, titles)
    yield from _incidents(result["incidents"], session)


def _incidents(rows: list[dict[str, Any]] | None, session: Session) -> Iterator[Line]:
    for row in rows or ():
        what = f"{row['incident']} {row['run']} r{row['from_revision']}"
        if row["migrated"]:
            yield line(span(session.say("{run} could go on", run=what), "good"))
        else:
            why = row["why"]["text"]
            text = session.say("{run} could not go on: {why}", run=what, why=why)
            yield line(span(text, "alarm"))
