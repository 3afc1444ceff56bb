"""A watch on who is let in, around every use case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handrail.engine.errors import HandrailError
from handrail.engine.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["Doorkeeper"]

_NOT_LET_IN: Final = frozenset({"not-permitted", "signature"})  # who is not who they say


class Doorkeeper:
    """Has it recorded that somebody was turned away, who is not who they say.

    Around a transaction, which has ended when ``tell`` is called.
    """

    __slots__ = ("_case", "_tell")

    def __init__(self, case: str, tell: Callable[[str, HandrailError], None]) -> None:
        self._case = case
        self._tell = tell

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, HandrailError):
            self.turned(error)

    def turned(self, error: HandrailError) -> None:
        """Have it recorded, if this is why it ended."""
        if error.code in _NOT_LET_IN and not isinstance(error, RefusedError):
            self._tell(self._case, error)
