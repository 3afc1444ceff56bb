"""``handrail protocol schema``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.page import Table, line, span
from handrail.cli.session import Session
from handrail.engine.errors import HandrailError, NotFoundError


class Editor(StrEnum):
    """Editors whose settings can be written."""

    VSCODE = "vscode"


def command(
    ctx: typer.Context,
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="Print the schema of this kind of document."),
    ] = None,
    *,
    editor: Annotated[
        Editor | None, typer.Option("--for", help="Write the settings of this editor.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to write them; otherwise in the workspace."),
    ] = None,
) -> None:
    """Say where the JSON Schemas are, print one, or let an editor use them."""
    from handrail.engine.documents.editor import schemas  # noqa: PLC0415 - only here

    session = Session.of(ctx)
    if editor is not None:
        _write(session, folder or _workspace(session))
    elif kind is not None:
        if kind not in schemas():
            raise NotFoundError("schema", kind, schemas())
        out.data(schemas()[kind].read_text("utf-8"))
    else:
        _list(session, {name: str(file) for name, file in schemas().items()})


def _workspace(session: Session) -> Path:
    try:
        return session.open_workspace().root
    except HandrailError:
        return Path.cwd()


def _write(session: Session, folder: Path) -> None:
    from handrail.engine.documents.editor import vscode  # noqa: PLC0415 - only here

    written = vscode(folder)
    if session.json:
        out.emit({"written": [str(file) for file in written]})
        return
    for file in written:
        out.page([line(span(session.say("written: {file}", file=file), "good"))])


def _list(session: Session, files: dict[str, str]) -> None:
    if session.json:
        out.emit({"schemas": files})
        return
    rows = tuple((span(name, "strong"), span(file)) for name, file in files.items())
    out.page([Table(head=(session.say("schema"), session.say("file")), rows=rows)])
