"""Times as people read them: local, and near ones without the date."""

from __future__ import annotations

from datetime import datetime, timedelta

from handrail.engine.durations import say_duration

__all__ = ["clock_words", "distance"]

_ROUNDING = ((86_400, 3_600), (3_600, 60), (600, 60))  # from so many seconds on, to so many


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
