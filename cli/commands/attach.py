"""``handrail attach``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handrail.cli import complete
from handrail.cli.evidence import evidence
from handrail.cli.params import Incident, Run, full_id
from handrail.cli.present import changed
from handrail.cli.session import Session
from handrail.engine.errors import UsageError


def command(
    ctx: typer.Context,
    incident: Incident,
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="The files; - reads one from the input.")
    ],
    *,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="TASK", help="The task that wants a file.", autocompletion=complete.tasks
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Its name, instead of the file's own.")
    ] = None,
    run: Run = None,
) -> None:
    """Attach files as evidence; the log keeps their SHA-256."""
    session = Session.of(ctx)
    if name and len(files) > 1:
        raise UsageError("--name fits one file only, but {count} were given", count=len(files))
    read = [(name or _name(file), evidence(file)) for file in files]  # all, before any is attached
    with session.engine() as engine:
        for label, data in read:
            view = engine.attach(full_id(incident), label, data, task=task, run=run)
    changed(
        session, view, session.say("attached: {names}", names=", ".join(one for one, _ in read))
    )


def _name(file: str) -> str:
    return "input" if file == "-" else Path(file).name
