"""Time is injected: nothing else in the engine asks what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["Clock", "FixedClock", "SystemClock", "parse_instant", "stamp"]


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
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 time; one without an offset is local time.

    :raises ValueError: the text is no date and time.
    """
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC)
