"""The two things around every use case: a transaction, and a watch on who is let in.

Classes, not ``contextlib.contextmanager``: a step goes through both, and a generator
costs it five times as much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

from handrail.engine.errors import HandrailError
from handrail.engine.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import TracebackType

    from handrail.engine.shelf import Shelf
    from handrail.engine.store.base import Reader

__all__ = ["Doorkeeper", "Transaction"]

_R = TypeVar("_R", bound="Reader")
_NOT_LET_IN: Final = frozenset({"not-permitted", "signature"})  # who is not who they say


class Transaction(Generic[_R]):
    """A transaction of the store, through which the shelf looks up documents meanwhile."""

    __slots__ = ("_of", "_shelf")

    def __init__(self, of: AbstractContextManager[_R], shelf: Shelf) -> None:
        self._of = of
        self._shelf = shelf

    def __enter__(self) -> _R:
        found = self._of.__enter__()
        self._shelf.reader = found
        return found

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shelf.reader = None
        self._of.__exit__(kind, error, trace)


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
