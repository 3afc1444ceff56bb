"""``handrail acknowledge``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from handrail.cli import complete, out
from handrail.cli.page import line, span
from handrail.cli.session import Session
from handrail.engine.errors import UsageError


def command(
    ctx: typer.Context,
    document: Annotated[
        str | None,
        typer.Argument(
            metavar="DOCUMENT", help="The document's id.", autocompletion=complete.registered
        ),
    ] = None,
    *,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Say who has, and who has not.")
    ] = False,
) -> None:
    """Record that you have read the revision in force, and understood it."""
    session = Session.of(ctx)
    if document is None and not coverage:
        raise UsageError("name the document, or say --coverage")
    with session.engine() as engine:
        if coverage:
            _cover(session, engine.charter.coverage(document))
            return
        done = engine.charter.acknowledge(document or "")
    if session.json:
        out.emit(done)
        return
    text = session.say(
        "{person} has read and understood {id} r{revision}",
        person=done["person"],
        id=done["id"],
        revision=done["revision"],
    )
    out.page([line(span(text, "good"))])


def _cover(session: Session, rows: list[dict[str, Any]]) -> None:
    if session.json:
        out.emit({"coverage": rows})
        return
    from handrail.cli.render.agreement import coverage  # noqa: PLC0415 - JSON needs none

    if rows:
        out.page(coverage(rows, session))
    else:
        out.message(session.say("nothing is in force"))
