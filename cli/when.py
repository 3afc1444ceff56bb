"""Times as people type and read them: local, and near ones without the date."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from handrail.engine.clock import parse_instant
from handrail.engine.durations import say_duration
from handrail.engine.errors import UsageError

__all__ = ["clock_words", "distance", "parse_time"]

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_ROUNDING = ((86_400, 3_600), (3_600, 60), (600, 60))  # from so many seconds on, to so many


def parse_time(text: str, now: datetime) -> datetime:
    """Read ``HH:MM`` (the last time it was that late, local) or an RFC 3339 time.

    :raises UsageError: it is neither, or it lies in the future.
    """
    clock = _CLOCK.fullmatch(text)
    try:
        at = _last(int(clock[1]), int(clock[2]), now) if clock else parse_instant(text)
    except (ValueError, OverflowError) as wrong:
        raise UsageError(
            "“{text}” is no time; expected HH:MM or like 2026-11-21T23:10", text=text
        ) from wrong
    if at > now:
        raise UsageError("“{text}” lies in the future", text=text)
    return at


def _last(hour: int, minute: int, now: datetime) -> datetime:
    local = now.astimezone()
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if at > local:
        at -= timedelta(days=1)
    return at.astimezone(UTC)


def clock_words(stamp: str, now: datetime) -> str:
    """Write an RFC 3339 time as ``23:10``, with the date where it is not today's."""
    at = datetime.fromisoformat(stamp).astimezone()
    form = "%H:%M" if at.date() == now.astimezone().date() else "%Y-%m-%d %H:%M"
    return at.strftime(form)


def distance(stamp: str, now: datetime) -> str:
    """Write how far a time is from now, as precisely as matters: ``1h30m``, ``45s``."""
    seconds = abs(int((datetime.fromisoformat(stamp) - now).total_seconds()))
    for least, unit in _ROUNDING:
        if seconds >= least:
            seconds -= seconds % unit
            break
    return say_duration(timedelta(seconds=seconds))
