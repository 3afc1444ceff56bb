"""``handrail watch``."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from handrail.cli.session import Session
from handrail.engine.durations import parse_duration
from handrail.engine.errors import UsageError


def command(
    ctx: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Look once, then end.")] = False,
    every: Annotated[
        str,
        typer.Option("--every", metavar="DURATION", help="How long new records may wait."),
    ] = "2s",
) -> None:
    """Let deadlines pass when they are due, sign and anchor the log, feed its mirrors.

    It stays until it is ended (Ctrl-C, SIGTERM); one is enough for a site, more do no harm.
    """
    from handrail.cli.standing import (  # noqa: PLC0415 - help needs it not
        Begun,
        Stopped,
        Told,
        stand,
    )
    from handrail.cli.watched import Watched  # noqa: PLC0415 - the same

    seconds = _seconds(every)
    watched = Watched(Session.of(ctx))
    for told in stand(watched.jobs, watched.enter, None if once else seconds):
        match told:
            case Begun() if not once:
                watched.begin(every)
            case Told():
                watched.show(told)
            case Stopped(signal.SIGINT):
                raise KeyboardInterrupt
    if once:
        raise typer.Exit(watched.end())


def _seconds(text: str) -> float:
    try:
        seconds = parse_duration(text).total_seconds()
    except ValueError:
        seconds = 0.0
    if not seconds:
        raise UsageError("“{text}” is no duration; expected like 90s or 1h30m", text=text)
    return seconds
