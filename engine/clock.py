"""Time is injected: nothing else in the engine asks what time it is."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

__all__ = [
    "Clock",
    "FixedClock",
    "SystemClock",
    "clock_words",
    "later",
    "parse_instant",
    "process_began",
    "stamp",
]


_LOADED: Final = time.time()  # when this module was; the process is little older


class Clock(Protocol):
    """Tells the time as an aware UTC datetime."""

    def now(self) -> datetime:
        """Return the present time, UTC."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the present time, UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that moves only when told: for rehearsals and tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self.at

    def forward(self, by: timedelta) -> None:
        """Move the clock on."""
        self.at += by


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds: ``2026-11-21T23:10:00.000000Z``."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    second = _second(at.year, at.month, at.day, at.hour, at.minute, at.second)
    return f"{second}.{at.microsecond:06d}Z"


@lru_cache(maxsize=64)  # with it, half of what isoformat takes; a step asks what time it is
def _second(*parts: int) -> str:
    return "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}".format(*parts)


def clock_words(stamp: str, now: datetime) -> str:
    """Write an RFC 3339 time as ``23:10`` of this place, with the date where it is not today's."""
    at = datetime.fromisoformat(stamp).astimezone()
    form = "%H:%M" if at.date() == now.astimezone().date() else "%Y-%m-%d %H:%M"
    return at.strftime(form)


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 time; one without an offset is local time.

    :raises ValueError: the text is no date and time.
    """
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC)


@lru_cache(maxsize=4_096)  # the same few are asked for as long as a state goes on
def later(at: str, by: timedelta) -> str:
    """The time so long after another, as ``stamp`` writes it.

    :raises ValueError: the text is no date and time.
    :raises OverflowError: no calendar goes that far.
    """
    if len(at) == _STAMP and at[-1] == "Z":
        moment = datetime.fromisoformat(at[:-1])
        if moment.tzinfo is None:  # one without an offset is written in half of the time
            text = (moment + by).isoformat()
            return f"{text}Z" if len(text) == _STAMP - 1 else f"{text}.000000Z"
    return stamp(parse_instant(at) + by)


_STAMP: Final = 27  # characters of what ``stamp`` writes


def process_began() -> datetime:
    """When this process began: from the kernel where it tells, rounded up to its tick."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks = (int(fields[19]) + 1) / os.sysconf("SC_CLK_TCK")
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks
    except (OSError, ValueError, IndexError, AttributeError):
        age = time.time() - _LOADED
    return datetime.now(UTC) - timedelta(seconds=max(0.0, age))
