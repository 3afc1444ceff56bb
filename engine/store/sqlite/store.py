"""A store in one SQLite file, or in memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from handrail.engine.store.sqlite.connection import SCHEMA_VERSION, Opened, connect, found
from handrail.engine.store.sqlite.faults import fault
from handrail.engine.store.sqlite.reader import SqliteReader
from handrail.engine.store.sqlite.writer import SqliteWriter, scrub

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from handrail.engine.errors import StoreError
    from handrail.engine.store.base import Store

__all__ = ["SqliteStore"]

PATIENCE = 5.0  # seconds that a writer waits for another


class SqliteStore:
    """A store in one SQLite file; see ``store.base.Store``.

    One connection: one transaction at a time, in the thread that opened it.
    """

    def __init__(self, opened: Opened, path: str) -> None:
        self._connection = opened.connection
        self._path = path
        self._origin = opened.origin
        self._obstacle = opened.obstacle
        self._mark = opened.mark
        self.current: SqliteReader | None = None

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], origin: str, *, patience: float = PATIENCE
    ) -> Self:
        """Make an empty store (mode 0600; missing folders 0700) and open it.

        :param path: a file that does not exist, or ``:memory:``.
        :param origin: the log's name, for good.
        :raises StoreError: there is a file already, or none can be made.
        """
        name = os.fspath(path)
        return cls(Opened(found(name, origin, patience), origin), name)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, patience: float = PATIENCE) -> Self:
        """Open the store at ``path``; where nothing can be written, it can still be read.

        :param patience: seconds to wait for another writer.
        :raises StoreError: it is missing, foreign, damaged, newer, or may not be read.
        :raises ConflictError: another program holds it.
        """
        name = os.fspath(path)
        return cls(connect(name, patience), name)

    @property
    def url(self) -> str:
        """Where it is: ``sqlite:`` and the path, nothing escaped."""
        return f"sqlite:{self._path}"

    @property
    def origin(self) -> str:
        """The log's name, as its records and checkpoints bear it."""
        return self._origin

    @property
    def schema_version(self) -> int:
        """The form of its tables."""
        return SCHEMA_VERSION

    @property
    def obstacle(self) -> StoreError | None:
        """Why it can only be read; None where it can be written."""
        return None if self._obstacle is None else fault(self._obstacle, self._path)

    def read(self) -> SqliteReader:
        """Begin a consistent snapshot."""
        if self._mark is not None:
            from handrail.engine.store.sqlite.lone import LoneReader  # noqa: PLC0415 - seldom

            return LoneReader(self._connection, self._path, self, self._mark)
        return SqliteReader(self._connection, self._path, self)

    def write(self) -> SqliteWriter:
        """Begin a transaction: all of it is durable on leaving, or none of it."""
        if self._obstacle is not None:
            raise fault(self._obstacle, self._path, unsaved=True)
        return SqliteWriter(self._connection, self._path, self)

    def scrub(self) -> bool:
        """Leave no trace of what was erased; False while a reader still may see it."""
        return scrub(self._connection)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


if TYPE_CHECKING:

    def _conforms(store: SqliteStore) -> Store:
        return store
