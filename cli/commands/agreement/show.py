"""``handrail agreement show``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.params import DocumentId
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    document: DocumentId,
    *,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Check the signatures, by the site plan of their time."),
    ] = False,
) -> None:
    """Show a document on one page for a manager, and how far its agreement is."""
    session = Session.of(ctx)
    with session.engine() as engine:
        page = engine.charter.show(document, verify=verify)
    wrong = any(one["verified"] is False for one in page.get("verified", ()))
    if session.json:
        out.emit(page)
    else:
        from handrail.cli.render.agreement import sheet  # noqa: PLC0415 - JSON needs none

        out.page(sheet(page, session))
    if wrong:
        raise typer.Exit(3)
