"""A store in one SQLite file, or in memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from handrail.engine.store.sqlite.connection import SCHEMA_VERSION, connect, found
from handrail.engine.store.sqlite.reader import SqliteReader
from handrail.engine.store.sqlite.writer import SqliteWriter, scrub

if TYPE_CHECKING:
    from sqlite3 import Connection
    from types import TracebackType
    from typing import Self

    from handrail.engine.store.base import Store

__all__ = ["SqliteStore"]

PATIENCE = 5.0  # seconds that a writer waits for another


class SqliteStore:
    """A store in one SQLite file; see ``store.base.Store``.

    One connection: one transaction at a time, in the thread that opened it.
    """

    def __init__(self, connection: Connection, path: str, origin: str) -> None:
        self._connection = connection
        self._path = path
        self._origin = origin

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
        return cls(found(name, origin, patience), name, origin)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, patience: float = PATIENCE) -> Self:
        """Open the store at ``path``.

        :param patience: seconds to wait for another writer.
        :raises StoreError: it is missing, foreign, damaged, newer, or may not be read.
        :raises ConflictError: another program holds it.
        """
        name = os.fspath(path)
        connection, origin = connect(name, patience)
        return cls(connection, name, origin)

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

    def read(self) -> SqliteReader:
        """Begin a consistent snapshot."""
        return SqliteReader(self._connection, self._path)

    def write(self) -> SqliteWriter:
        """Begin a transaction: all of it is durable on leaving, or none of it."""
        return SqliteWriter(self._connection, self._path)

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
