"""``handrail doctor``."""

from __future__ import annotations

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session

MARKS = {"ok": ("ok", "good"), "warning": ("!", "warn"), "error": ("X", "alarm")}


def command(ctx: typer.Context) -> None:
    """Say what is wrong with this installation or workspace, and the mend."""
    from handrail.cli.health import symptoms  # noqa: PLC0415 - help needs none

    session = Session.of(ctx)
    found = list(symptoms(session))
    if session.json:
        out.emit({"checks": [one._asdict() for one in found]})
    else:
        for one in found:
            mark, style = MARKS[one.status]
            out.page([line(span(f"{mark:<3}", style), one.text, hang=3)])
            if one.mend:
                out.page([line(span(session.say("mend: {how}", how=one.mend)), indent=5)])
    if any(one.status == "error" for one in found):
        raise typer.Exit(3)
