"""``handrail protocol show``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli import complete, out
from handrail.cli.session import Session
from handrail.engine.errors import NotFoundError


def command(
    ctx: typer.Context,
    document: Annotated[
        str,
        typer.Argument(
            metavar="PROTOCOL", help="The protocol's id.", autocompletion=complete.registered
        ),
    ],
) -> None:
    """Show a protocol in words: its states, what is done and asked in each, who may, by when."""
    session = Session.of(ctx)
    with session.engine() as engine:
        known = {row["id"]: row for row in engine.documents() if row["kind"] != "site"}
        if document not in known:
            raise NotFoundError("protocol", document, known)
        row = known[document]
        with engine.reading():
            data = engine.shelf.data(row["sha256"])
            definition = engine.shelf.definition(row["sha256"])
    if session.json:
        out.emit(row | {"data": data})
        return
    from handrail.cli.render.protocol import protocol  # noqa: PLC0415 - JSON needs none

    out.page(protocol(definition, row["in_force"], session))
