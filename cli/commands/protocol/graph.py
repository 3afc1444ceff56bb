"""``handrail protocol graph``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.cli import complete, out
from handrail.cli.params import full_id
from handrail.cli.session import Session
from handrail.engine.documents.drawing.style import Theme
from handrail.engine.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from handrail.engine.documents.drawing.marks import Marks
    from handrail.engine.machine.definition import Definition


class Form(StrEnum):
    """In what language a drawing is written."""

    SVG = "svg"
    MERMAID = "mermaid"
    DOT = "dot"


def command(
    ctx: typer.Context,
    document: Annotated[
        str | None,
        typer.Argument(
            metavar="DOCUMENT",
            help="The id of a protocol, or its file; with --incident one of its runs or protocols.",
            autocompletion=complete.registered,
        ),
    ] = None,
    *,
    form: Annotated[
        Form, typer.Option("--format", help="svg, mermaid (stateDiagram-v2) or dot (Graphviz).")
    ] = Form.SVG,
    theme: Annotated[
        Theme, typer.Option(help="auto (as the reader's system), light or dark; of the SVG.")
    ] = Theme.AUTO,
    incident: Annotated[
        str | None,
        typer.Option(
            metavar="INCIDENT",
            help="Mark the path that this incident took.",
            autocompletion=complete.incidents,
        ),
    ] = None,
    ids: Annotated[bool, typer.Option("--ids", help="Show ids in the place of titles.")] = False,
    output: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")
    ] = None,
) -> None:
    """Draw a protocol: its states, steps, decisions and deadlines; no other program is needed."""
    session = Session.of(ctx)
    definition, marks = _marked(session, incident, document) if incident else (
        _written(session, document), None
    )  # fmt: skip
    text = _draw(definition, marks, session.lang, form=form, theme=theme, ids=ids)
    if output is not None:
        output.write_text(text, encoding="utf-8")
    if session.json:
        pin = {name: getattr(definition, name) for name in ("id", "revision", "sha256")}
        file = None if output is None else str(output)
        out.emit(pin | {"format": form.value, "file": file, "text": text})
    elif output is None:
        out.data(text)
    else:
        out.message(session.say("drawn: {file}", file=output), "good")


def _marked(
    session: Session, incident: str, document: str | None
) -> tuple[Definition, Marks | None]:
    from handrail.engine.audit.path import run_path  # noqa: PLC0415 - only with --incident

    with session.engine() as engine:
        path = run_path(engine, full_id(incident), document)
    return path.definition, path.marks


def _written(session: Session, document: str | None) -> Definition:
    """Return a protocol as it lies in a file, else as the store knows it."""
    if document is None:
        raise UsageError("name a protocol or its file, or an incident: --incident INCIDENT")
    from handrail.cli.desk import Desk  # noqa: PLC0415 - reads YAML

    try:
        checked = next(iter(Desk(session).check([document])))
    except NotFoundError:
        return _registered(session, document)
    if checked.definition is not None:
        return checked.definition
    if not checked.findings:
        raise UsageError("{document} is no protocol: there is nothing to draw", document=document)
    from handrail.engine.documents import render  # noqa: PLC0415 - only a mistake

    out.message(render.full(checked.findings, session.lang), "alarm")
    raise typer.Exit(3)


def _registered(session: Session, document: str) -> Definition:
    with session.engine() as engine, engine.reading() as reader:
        known = {row.id for row in reader.documents() if row.kind != "site"}
        if document not in known:
            raise NotFoundError("protocol", document, known)
        found = engine.shelf.in_force(document) or engine.shelf.latest(document)
    assert found is not None  # noqa: S101 - it is registered
    return found


def _draw(
    definition: Definition, marks: Marks | None, lang: str, *, form: Form, theme: Theme, ids: bool
) -> str:
    if form is Form.MERMAID:
        from handrail.engine.documents.drawing.mermaid import mermaid  # noqa: PLC0415 - as asked

        return mermaid(definition, lang=lang, marks=marks, ids=ids)
    if form is Form.DOT:
        from handrail.engine.documents.drawing.dot import dot  # noqa: PLC0415 - as asked

        return dot(definition, lang=lang, marks=marks, ids=ids)
    from handrail.engine.documents.drawing.svg import svg  # noqa: PLC0415 - as asked

    return svg(definition, lang=lang, theme=theme, marks=marks, ids=ids)
