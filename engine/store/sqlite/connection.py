"""Opening and founding the file of a store."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from handrail.engine.errors import StoreError
from handrail.engine.store.sqlite.faults import NO_HEAD, NO_STORE, translated
from handrail.engine.store.sqlite.statements import SQL, schema

if TYPE_CHECKING:
    from handrail.engine.errors import HandrailError

__all__ = ["APPLICATION_ID", "MEMORY", "SCHEMA_VERSION", "connect", "found"]

MEMORY = ":memory:"
APPLICATION_ID = 0x48_4E_44_52  # "HNDR", at byte 68 of the file: file(1) can tell it
SCHEMA_VERSION = 1

_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")


def connect(path: str, patience: float) -> tuple[sqlite3.Connection, str]:
    """Open the store at ``path``, and return its origin with it.

    :param patience: seconds to wait for others to let go.

    :raises StoreError: it is missing, foreign, damaged, newer, or may not be read.
    :raises ConflictError: another program holds it.
    """
    _look(path)
    connection = _connect(path, patience)
    try:
        _recognise(connection, path)
        _prepare(connection, path)
        return connection, _origin(connection, path)
    except BaseException as error:
        connection.close()
        raise _meaning(error, path) from error


def found(path: str, origin: str, patience: float) -> sqlite3.Connection:
    """Make a store at ``path`` (mode 0600, missing folders 0700) and open it.

    One that was killed half-way is made again.

    :raises StoreError: there is a file already, or none can be made.
    """
    if path != MEMORY:
        _make_file(path)
    connection = _connect(path, patience)
    try:
        _fill(connection, path, origin)
        _prepare(connection, path)
    except BaseException as error:
        connection.close()
        raise _meaning(error, path) from error
    return connection


def _connect(path: str, patience: float) -> sqlite3.Connection:
    try:
        return sqlite3.connect(_uri(path), timeout=patience, isolation_level=None, uri=True)
    except sqlite3.Error as error:
        raise _meaning(error, path) from error


def _uri(path: str) -> str:
    """Return the address of a file that must exist; plain paths would make a missing one."""
    if path == MEMORY:
        return "file::memory:"
    quoted = "".join(chr(b) if b in _SAFE else f"%{b:02X}" for b in os.fsencode(path))
    return f"file:{quoted}?mode=rw"


def _look(path: str) -> None:
    """Refuse what is no file, before SQLite would wait on it or misname it."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - the path may hold any bytes
    except FileNotFoundError:
        raise StoreError(NO_STORE, path=path) from None
    except OSError as error:
        raise StoreError(
            "the store {path} cannot be reached ({detail}): see to its folder, or name another"
            " (--store)",
            path=path,
            detail=error.strerror,
        ) from error
    if stat.S_ISDIR(mode):
        raise StoreError(
            "{path} is a folder, not a store: name the file in it (--store),"
            " or the workspace (--workspace)",
            path=path,
        )
    if not stat.S_ISREG(mode):
        raise StoreError("{path} is not a file: name a store (--store)", path=path)


def _recognise(connection: sqlite3.Connection, path: str) -> None:
    application, version = _marks(connection)
    if application != APPLICATION_ID:
        raise StoreError(
            "{path} is not a store of Handrail but {what}: name another (--store)",
            path=path,
            what=_foreign(connection),
        )
    if version > SCHEMA_VERSION:
        raise StoreError(
            "the store {path} was written by a newer Handrail (form {theirs}, this one knows"
            " {ours}): upgrade this program",
            path=path,
            theirs=version,
            ours=SCHEMA_VERSION,
        )
    if version < SCHEMA_VERSION:
        raise StoreError(
            "the store {path} was written by an older Handrail (form {theirs}, this one writes"
            " {ours}): run `handrail store upgrade`",
            path=path,
            theirs=version,
            ours=SCHEMA_VERSION,
        )


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application, version


def _foreign(connection: sqlite3.Connection) -> str:
    return "another program's database" if _used(connection) else "an empty file"


def _used(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal" and path != MEMORY:
        raise StoreError(
            "the store {path} is on a disk that cannot keep a write-ahead log: "
            "move it to a local disk",
            path=path,
        )
    connection.executescript(SQL["open"])


def _origin(connection: sqlite3.Connection, path: str) -> str:
    row = connection.execute(SQL["origin"]).fetchone()
    if row is None:
        raise StoreError(NO_HEAD, path=path)
    return str(row[0])


def _make_file(path: str) -> None:
    try:
        _make_folder(Path(path).absolute().parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            "no store can be made at {path} ({detail}): choose a place that you may write",
            path=path,
            detail=error.strerror,
        ) from error


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _fill(connection: sqlite3.Connection, path: str, origin: str) -> None:
    """Make the tables in one transaction, so that they are all there or none."""
    connection.execute("BEGIN IMMEDIATE")
    if _marks(connection) != (0, 0) or _used(connection):
        raise StoreError("there is a file at {path} already: choose another name", path=path)
    for statement in schema():
        connection.execute(statement)
    connection.execute(SQL["found"], (origin,))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _meaning(error: BaseException, path: str) -> BaseException | HandrailError:
    if isinstance(error, sqlite3.Error):
        return translated(error, path) or error
    return error
