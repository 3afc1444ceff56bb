"""``handrail migrate``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from handrail.cli import complete, out
from handrail.cli.page import line, span
from handrail.cli.params import full_id
from handrail.cli.session import Session

REFUSED = 5  # by the protocol: it does not go where the incident went


def command(
    ctx: typer.Context,
    incidents: Annotated[
        list[str],
        typer.Argument(
            metavar="INCIDENT", help="The incidents.", autocompletion=complete.incidents
        ),
    ],
) -> None:
    """Move running incidents to the revisions in force; say of each other one why not."""
    session = Session.of(ctx)
    with session.engine() as engine:
        rows = engine.charter.migrate([full_id(one) for one in incidents])
    if session.json:
        out.emit({"migrations": rows})
    else:
        _tell(session, rows)
    if any(not row["migrated"] for row in rows):
        raise typer.Exit(REFUSED)


def _tell(session: Session, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        what = f"{row['incident']} {row['run']}: r{row['from_revision']} → r{row['to_revision']}"
        if row["migrated"]:
            out.page([line(span(what, "good"))])
        else:
            why = session.say("stays: {why}", why=row["why"]["text"])
            out.page([line(span(f"{what}  ", "strong"), span(why, "warn"))])
    if not rows:
        out.message(session.say("all of it is on the revisions in force already"))
