"""``handrail register``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator


def command(
    ctx: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Documents or folders of them; - reads the input."),
    ],
) -> None:
    """Check documents and make their revisions known to the store, to be agreed."""
    from handrail.cli.files import sources  # noqa: PLC0415 - reads YAML

    session = Session.of(ctx)
    found = sources(files)
    with session.engine() as engine:
        rows = engine.register(found)
    if session.json:
        out.emit({"registered": rows})
        return
    for row in rows:
        text = f"{row['id']} r{row['revision']}"
        out.page([line(span(text, "good"), span(f"  {row['sha256'][:12]}", "dim"))])
    if not session.quiet:
        for command in _next(session, rows):
            out.message(session.say("next: {command}", command=command))


def _next(session: Session, rows: list[dict[str, Any]]) -> Iterator[str]:
    """What takes each revision on: those that management can agree to at once in one line."""
    if ids := [row["id"] for row in rows if row["next"] == "agree"]:
        yield session.line("agree", *ids, other=True)
    for row in rows:
        if row["next"] not in {"agree", None}:
            yield session.line(*row["next"].split(), row["id"])
