"""``handrail audit stats``."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.cli import out
from handrail.cli.session import Session
from handrail.engine.audit.stats.build import WEEKS, By

if TYPE_CHECKING:
    from handrail.engine.audit.stats.samples import Period


def command(
    ctx: typer.Context,
    *,
    by: Annotated[
        By | None, typer.Option(help="Also for each protocol, site, month, or drill and real.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Opened then or later: like 2026-11-21, or 8w ago."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Opened before that, in the same form.")
    ] = None,
    drill: Annotated[
        bool | None,
        typer.Option("--drill/--real", help="Only drills, or only what was real; the default."),
    ] = None,
    weeks: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=53, help="Over how many weeks sightings are added up."
        ),
    ] = WEEKS,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as an HTML page with plots.")
    ] = None,
) -> None:
    """Count incidents: how they ended, how long it took, what was late, what was seen."""
    from handrail.engine.audit.stats.build import stats  # noqa: PLC0415 - help needs less

    session = Session.of(ctx)
    with session.engine() as engine:
        found = stats(engine, _period(since, until, by=by, drill=drill), by=by, weeks=weeks)
    if html is not None:
        from handrail.engine.audit.stats.page import page  # noqa: PLC0415 - only for this

        html.write_text(page(found), encoding="utf-8")
        out.message(session.say("statistics: {file}", file=html), "good")
    if session.json:
        out.emit(found)
    elif html is None:
        from handrail.cli.render.stats import statistics  # noqa: PLC0415 - JSON needs none

        out.page(statistics(found, session, bars=sys.stdout.isatty()))


def _period(since: str | None, until: str | None, *, by: By | None, drill: bool | None) -> Period:
    """Return which incidents to count: real ones, unless drills are asked for."""
    from handrail.engine.audit.stats.samples import Period  # noqa: PLC0415 - help needs less

    if drill is None and by is not By.DRILL:
        drill = False
    return Period(since=_time(since), until=_time(until), drill=drill)


def _time(text: str | None) -> str | None:
    """Read a time, or how long ago it was."""
    from handrail.cli.when import recorded_at  # noqa: PLC0415 - seldom given
    from handrail.engine.clock import SystemClock, stamp  # noqa: PLC0415 - the same
    from handrail.engine.durations import parse_duration  # noqa: PLC0415 - the same

    try:
        ago: timedelta = parse_duration(text or "")
    except ValueError:
        return recorded_at(text)
    return stamp(SystemClock().now() - ago)
