"""``handrail agreement export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.params import DocumentId
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    document: DocumentId,
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A new folder.")],
) -> None:
    """Write the agreement in force as a folder that ssh-keygen alone can verify."""
    session = Session.of(ctx)
    with session.engine() as engine:
        made = engine.charter.export(document, Path(folder).absolute())
    if session.json:
        out.emit(made)
        return
    how = "" if made["signed"] else session.say("unsigned")
    out.page([line(span(made["folder"], "good"), span(f"  {how}" if how else "", "warn"))])
    if not session.quiet:
        read = str(Path(made["folder"]) / "VERIFY.txt")
        out.message(session.say("how to verify it stands in {file}", file=read))
