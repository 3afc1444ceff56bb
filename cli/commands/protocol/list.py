"""``handrail protocol list``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.session import Session
from handrail.engine.errors import NotFoundError


def command(
    ctx: typer.Context,
    *,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="Only protocol, lifecycle, agreement or site."),
    ] = None,
) -> None:
    """List the registered documents, and which revision of each is in force."""
    from handrail.cli.render.listing import KIND_WORDS, documents  # noqa: PLC0415 - help needs none

    session = Session.of(ctx)
    if kind is not None and kind not in KIND_WORDS:
        raise NotFoundError("kind", kind, KIND_WORDS)
    with session.engine() as engine:
        rows = [row for row in engine.documents() if kind in (None, row["kind"])]
        with engine.reading():
            for row in rows:
                row["title"] = _title(engine.shelf.data(row["sha256"]), session)
    if session.json:
        out.emit({"documents": rows})
        return
    out.page(documents(rows, session))


def _title(data: dict[str, Any], session: Session) -> str:
    from handrail.engine.text import pick  # noqa: PLC0415 - beside its use

    return pick(data["title"], session.lang)
