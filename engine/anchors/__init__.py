"""Anchors: where signed checkpoints are put that the store's keepers cannot rewrite.

An anchor publishes a checkpoint, and where it can be read it gives back what it holds,
for ``audit verify`` to hold the log against. Which ones there are ``handrail.yaml``
says; the file in the user's state folder is always one.
"""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.errors import HandrailError

__all__ = ["DAY", "SETTINGS", "Anchor", "Evidence", "Gathered"]

SETTINGS: Final = "handrail.yaml"  # in the place of a place, where it cannot be read

DAY: Final = timedelta(days=1)  # how old the last checkpoint may be, unless it is said


class Evidence(NamedTuple):
    """What an anchor holds."""

    place: str  # the anchor's
    notes: tuple[str, ...] = ()  # signed checkpoints, oldest first
    stamped: Mapping[str, str] = MappingProxyType({})  # a note -> when it was shown (RFC 3339)
    rewritten: bool = False  # what was put there earlier is not all there any more
    wrong: tuple[tuple[int, HandrailError], ...] = ()  # sizes whose time stamp does not hold
    problem: HandrailError | None = None  # why it could not be read; None: it was


class Gathered(NamedTuple):
    """What several anchors hold."""

    size: int  # of the log, before the first of them was read
    evidence: tuple[Evidence, ...]


class Anchor(Protocol):
    """A place for checkpoints."""

    @property
    def place(self) -> str:
        """What it is called in records: what ``to`` says, without a password."""

    @property
    def every(self) -> timedelta:
        """How old its last checkpoint may be while the log goes on."""

    def is_away(self) -> bool:
        """Tell whether what it holds lies on another machine, or another mount at least."""

    def lacks(self) -> HandrailError | None:
        """Say what is missing on this computer that it needs; nothing is asked elsewhere."""

    def publish(self, note: str, *, begun: bool) -> None:
        """Put a signed checkpoint there; it is there when this returns.

        :param begun: others were put there before, so it must not begin anew.
        :raises HandrailError: it was not put there.
        """

    def evidence(self) -> Evidence:
        """Read what it holds; never raises, as another anchor may be readable."""
