"""``handrail protocol list``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    *,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="Only protocol, lifecycle, agreement or site."),
    ] = None,
) -> None:
    """List the registered documents, and which revision of each is in force."""
    session = Session.of(ctx)
    with session.engine() as engine:
        rows = [row for row in engine.documents() if kind in (None, row["kind"])]
        with engine.reading():
            for row in rows:
                row["title"] = _title(engine.shelf.data(row["sha256"]), session)
    if session.json:
        out.emit({"documents": rows})
        return
    from handrail.cli.render.listing import documents  # noqa: PLC0415 - JSON needs none

    out.page(documents(rows, session))


def _title(data: dict[str, Any], session: Session) -> str:
    from handrail.engine.text import pick  # noqa: PLC0415 - beside its use

    return pick(data["title"], session.lang)
