"""``handrail list``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli import complete, out
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    *,
    is_open: Annotated[
        bool | None, typer.Option("--open/--closed", help="Only open ones, or only closed ones.")
    ] = None,
    phase: Annotated[
        str | None, typer.Option(metavar="PHASE", help="Only in this phase, such as during.")
    ] = None,
    protocol: Annotated[
        str | None,
        typer.Option(
            metavar="PROTOCOL",
            help="Only those that were opened with this protocol.",
            autocompletion=complete.protocols,
        ),
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those in which you acted.")] = False,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those in which something is late.")
    ] = False,
    drill: Annotated[
        bool | None, typer.Option("--drill/--real", help="Only drills, or only real ones.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only the latest N of them.")
    ] = None,
) -> None:
    """List incidents, the latest first."""
    session = Session.of(ctx)
    with session.engine() as engine:
        rows = engine.list(
            open=is_open, phase=phase, protocol=protocol, mine=mine, overdue=overdue, drill=drill,
            limit=limit,
        )  # fmt: skip
        phases = {} if session.json else engine.phases()
    if session.json:
        out.emit({"incidents": rows})
        return
    from handrail.cli.render.listing import incidents  # noqa: PLC0415 - JSON needs none
    from handrail.engine.clock import SystemClock  # noqa: PLC0415 - the same

    if rows:
        out.page(incidents(rows, phases, session, SystemClock().now()))
    else:
        out.message(session.say("no incidents"))
