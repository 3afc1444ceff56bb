"""``handrail agree``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli import complete, out
from handrail.cli.ask import agreed
from handrail.cli.page import line, span
from handrail.cli.session import Session
from handrail.engine.errors import UsageError


def command(
    ctx: typer.Context,
    documents: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DOCUMENT", help="The documents' ids.", autocompletion=complete.registered
        ),
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Every registered document that is not in force.")
    ] = False,
) -> None:
    """Agree to registered documents, as management: real incidents run on what is agreed."""
    session = Session.of(ctx)
    if bool(documents) == everything:
        raise UsageError("name the documents, or say --all")
    names = session.say("all") if everything else ", ".join(documents or ())
    if not agreed(session, session.say("Agree to {names}?", names=names)):
        raise typer.Exit(1)
    with session.engine() as engine:
        rows = engine.agree("all" if everything else documents)
    if session.json:
        out.emit({"agreed": rows})
        return
    for row in rows:
        text = session.say("{id} r{revision}: in force", id=row["id"], revision=row["revision"])
        how = session.say("self-agreed") if row.get("self_agreed") else ""
        out.page([line(span(text, "good"), span(f"  {how}" if how else "", "warn"))])
    if not rows:
        out.message(session.say("nothing waited for agreement"))
