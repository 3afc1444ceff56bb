"""``handrail agreement show``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.params import DocumentId
from handrail.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping


def command(
    ctx: typer.Context,
    document: DocumentId,
    *,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Check the signatures, by the site plan of their time."),
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the page there, with the protocol drawn."),
    ] = None,
) -> None:
    """Show a document on one page for a manager, and how far its agreement is."""
    from handrail.cli.render.changes import titles_of  # noqa: PLC0415 - help needs none

    session = Session.of(ctx)
    with session.engine() as engine:
        page = engine.charter.show(document, verify=verify)
        drawing = engine.charter.drawing(document) if html is not None else ""
        titles = {} if session.json and html is None else titles_of(engine)
    if html is not None:
        html.write_text(_html(session, page, titles, drawing), encoding="utf-8")
    if session.json:
        out.emit(page)
    elif html is None:
        _print(session, page, titles)
    else:
        out.message(session.say("written: {file}", file=html), "good")
    if any(one["verified"] is False for one in page.get("verified", ())):
        raise typer.Exit(3)


def _print(session: Session, page: Mapping[str, Any], titles: Mapping[str, str]) -> None:
    from handrail.cli.render.agreement import sheet  # noqa: PLC0415 - JSON needs none

    out.page(sheet(page, session, titles))


def _html(
    session: Session, page: Mapping[str, Any], titles: Mapping[str, str], drawing: str
) -> str:
    from handrail.cli.render.agreement import sheet  # noqa: PLC0415 - as above
    from handrail.cli.render.page_html import page_html  # noqa: PLC0415 - only with --html

    caption = session.say("The protocol, drawn")
    title = f"{page['title']} r{page['revision']}"
    return page_html(
        sheet(page, session, titles),
        title=title,
        lang=session.lang,
        drawing=drawing,
        caption=caption,
    )
