"""Mirrors: each committed record goes on to a file, stdout or syslog, through structlog.

The log itself is the queue: it is ordered and only grows, so a mirror is a place in it.
The place is kept in the workspace and moves only when the sink has taken the records;
so each is sent at least once, in order, and a step pays nothing for it (decision 11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["FORMS", "Mirror", "mirrors_of"]

FORMS = ("json", "ecs", "ocsf")


class Mirror(NamedTuple):
    """One that gets a copy of each record."""

    name: str
    to: str  # file:PATH, stdout, syslog, syslog:SOCKET, syslog+tcp://…, syslog+udp://…
    form: str = FORMS[0]


def mirrors_of(settings: Mapping[str, Any]) -> list[Mirror]:
    """The mirrors of a workspace's settings, which have been held to their schema."""
    return [Mirror(name, **how) for name, how in settings.get("mirrors", {}).items()]
