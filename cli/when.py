"""Times as people read them: local, and near ones without the date."""

from __future__ import annotations

from datetime import datetime, timedelta

from handrail.engine.clock import clock_words, parse_instant, stamp
from handrail.engine.durations import say_duration
from handrail.engine.errors import UsageError

__all__ = ["clock_words", "distance", "recorded_at"]

_ROUNDING = ((86_400, 3_600), (3_600, 60), (600, 60))  # from so many seconds on, to so many


def distance(stamp: str, now: datetime) -> str:
    """Write how far a time is from now, as precisely as matters: ``1h30m``, ``45s``."""
    seconds = abs(int((datetime.fromisoformat(stamp) - now).total_seconds()))
    for least, unit in _ROUNDING:
        if seconds >= least:
            seconds -= seconds % unit
            break
    return say_duration(timedelta(seconds=seconds))


def recorded_at(text: str | None) -> str | None:
    """Return a time that was typed as records write it; None where none was.

    :raises UsageError: it is none.
    """
    if text is None:
        return None
    try:
        return stamp(parse_instant(text))
    except ValueError as wrong:
        raise UsageError(
            "“{text}” is no time; expected like 2026-11-21T23:10", text=text
        ) from wrong
