"""How much work a proof may be: what it would cost is counted, never timed.

So a check ends soon whatever the document is, and says the same on every machine.
"""

from __future__ import annotations

__all__ = ["Budget", "TooManyError"]


class TooManyError(Exception):
    """There is more to look at than the budget allows; nothing is claimed."""


class Budget:
    """Units of work that are left; about a microsecond each."""

    __slots__ = ("left",)

    def __init__(self, units: int) -> None:
        self.left = units

    def spend(self, units: int = 1) -> None:
        """Take units off.

        :raises TooManyError: there are none left.
        """
        self.left -= units
        if self.left < 0:
            raise TooManyError
