"""``handrail agree``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from handrail.cli import complete, out
from handrail.cli.ask import agreed
from handrail.cli.page import Span, line, span
from handrail.cli.params import Signed, brought
from handrail.cli.present import manner
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
    signed: Signed = None,
) -> None:
    """Agree to registered documents, as management: real incidents run on what is agreed."""
    session = Session.of(ctx)
    if bool(documents) == everything:
        raise UsageError("name the documents, or say --all")
    names = session.say("all") if everything else ", ".join(documents or ())
    if not agreed(session, session.say("Agree to {names}?", names=names)):
        raise typer.Exit(1)
    with session.engine() as engine:
        rows = engine.charter.agree(
            "all" if everything else documents, key=session.key_file, signed=brought(signed)
        )
    if session.json:
        out.emit({"agreed": rows})
        return
    for row in rows:
        out.page([line(*_told(session, row))])
    if not rows:
        out.message(session.say("nothing waited for agreement"))


def _told(session: Session, row: dict[str, Any]) -> list[Span]:
    """What came of one document, and how."""
    name = {"id": row["id"], "revision": row["revision"]}
    if row["in_force"] is None:
        steps = ", ".join(row["waits"])
        text = session.say("{id} r{revision}: others must confirm {steps}", steps=steps, **name)
        return [span(text, "warn")]
    how = manner(session, row["in_force"])
    if row["unheard"]:
        how.append(session.say("without hearing {roles}", roles=", ".join(row["unheard"])))
    text = session.say("{id} r{revision}: in force", **name)
    return [span(text, "good"), span("  " + ", ".join(how) if how else "", "warn")]
