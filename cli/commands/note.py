"""``handrail note``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli.params import Incident, full_id, read_text
from handrail.cli.present import changed
from handrail.cli.session import Session
from handrail.engine.errors import UsageError


def command(
    ctx: typer.Context,
    incident: Incident,
    text: Annotated[
        list[str],
        typer.Argument(metavar="TEXT", help="The note; - reads it from the input."),
    ],
) -> None:
    """Write a note into the incident. It counts as personal and can be redacted."""
    session = Session.of(ctx)
    words = read_text(" ".join(text)).strip()
    if not words:
        raise UsageError("the note is empty")
    with session.engine() as engine:
        view = engine.note(full_id(incident), words)
    changed(session, view, session.say("noted"))
