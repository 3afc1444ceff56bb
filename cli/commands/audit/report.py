"""``handrail audit report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.params import Incident, full_id
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    incident: Incident,
    *,
    output: Annotated[
        str | None,
        typer.Option(
            "--out", metavar="FILE", help="Write it there; by default INCIDENT.html; - is stdout."
        ),
    ] = None,
    paper: Annotated[
        bool, typer.Option("--print", help="For paper: light, and nothing folded away.")
    ] = False,
    clear: Annotated[
        bool, typer.Option("--clear", help="With the personal values; else these are left out.")
    ] = False,
    names: Annotated[
        bool, typer.Option("--names", help="Show people's names in the place of numbers.")
    ] = False,
) -> None:
    """Write the report of an incident: one HTML file, no network, no script. It is recorded."""
    from handrail.engine.custody.report import export_report  # noqa: PLC0415 - help needs none
    from handrail.engine.documents.drawing.style import Theme  # noqa: PLC0415 - the same

    session, case = Session.of(ctx), full_id(incident)
    theme = Theme.LIGHT if paper else Theme.AUTO
    only_data = session.json and output is None
    with session.engine() as engine:
        found = export_report(
            engine, case, clear=clear, names=names, theme=None if only_data else theme
        )
    if session.json:
        out.emit(_plain(found))
    if only_data:
        return
    from handrail.engine.audit.report.page import page  # noqa: PLC0415 - JSON needs none

    text = page(found, paper=paper)
    if output == "-":
        out.data(text)
        return
    file = Path(output or f"{case}.html")
    file.write_text(text, encoding="utf-8")
    out.message(session.say("report of {incident}: {file}", incident=case, file=file), "good")


def _plain(found: dict[str, object]) -> dict[str, object]:
    """The report without its drawings, which ``protocol graph --incident`` makes."""
    runs = found["runs"]
    assert isinstance(runs, list)  # noqa: S101 - as the report is built
    kept = [{name: one[name] for name in one if name != "drawing"} for one in runs]
    return found | {"runs": kept}
