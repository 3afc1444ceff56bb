"""Reading a file that nothing can be written beside, while others perhaps write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.store.sqlite.connection import mark_of
from handrail.engine.store.sqlite.faults import moving
from handrail.engine.store.sqlite.reader import SqliteReader

if TYPE_CHECKING:
    import sqlite3
    from types import TracebackType

    from handrail.engine.store.sqlite.connection import Mark
    from handrail.engine.store.sqlite.store import SqliteStore

__all__ = ["LoneReader"]


class LoneReader(SqliteReader):
    """A snapshot without locks: it holds only if the file stayed as it was."""

    __slots__ = ("_mark",)

    def __init__(
        self, connection: sqlite3.Connection, path: str, store: SqliteStore, mark: Mark
    ) -> None:
        super().__init__(connection, path, store)
        self._mark = mark

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the snapshot.

        :raises ConflictError: others wrote meanwhile, so what was read may be torn.
        """
        try:
            super().__exit__(kind, error, trace)
        finally:
            if mark_of(self._path) != self._mark:
                raise moving(self._path) from error
