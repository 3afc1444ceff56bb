"""Opening and founding the file of a store."""

from __future__ import annotations

import os
import sqlite3
import stat
from typing import NamedTuple

from handrail.engine.store.sqlite.faults import fault, is_no_database, obstacle, translated
from handrail.engine.store.sqlite.statements import SQL, schema

__all__ = [
    "APPLICATION_ID",
    "MEMORY",
    "SCHEMA_VERSION",
    "Mark",
    "Opened",
    "connect",
    "found",
    "mark_of",
]

MEMORY = ":memory:"
APPLICATION_ID = 0x48_4E_44_52  # "HNDR" at byte 68 of the file
SCHEMA_VERSION = 1

_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")


Mark = tuple[int, int, int]


class Opened(NamedTuple):
    """A connection, and whose log it is."""

    connection: sqlite3.Connection
    origin: str
    obstacle: str | None = None  # the fault for which it can only be read, if so
    mark: Mark | None = None  # then also what the file was like


def mark_of(path: str) -> Mark:
    """Return what changes when a file is written or replaced."""
    now = os.stat(path)  # noqa: PTH116 - the path may hold any bytes
    return now.st_ino, now.st_size, now.st_mtime_ns


def connect(path: str, patience: float) -> Opened:
    """Open the store at ``path``; only to be read where nothing can be written.

    :param patience: seconds to wait for others to let go.
    :raises StoreError: it is missing, foreign, damaged, newer, or may not be read.
    :raises ConflictError: another program holds it.
    """
    _look(path)
    try:
        return Opened(*_opened(path, patience))
    except Exception as error:
        which = obstacle(error, path)
        if which is None:
            raise translated(error, path) or error from error
    try:
        mark = mark_of(path)
        return Opened(*_alone(path, patience), which, mark)
    except Exception as error:
        raise translated(error, path) or error from error


def _opened(path: str, patience: float) -> tuple[sqlite3.Connection, str]:
    connection = _connect(_uri(path), patience)
    try:
        _recognise(connection, path)
        _prepare(connection, path)
        return connection, _origin(connection, path)
    except BaseException:
        connection.close()
        raise


def _alone(path: str, patience: float) -> tuple[sqlite3.Connection, str]:
    """Open the file by itself, without the -wal and -shm that cannot be made beside it.

    SQLite then takes it that nobody writes (``immutable``, https://sqlite.org/uri.html),
    so what others did not yet bring into the file would be overlooked.
    """
    if _size(f"{path}-wal"):
        raise fault("unfolded", path)
    connection = _connect(f"{_uri(path)}&immutable=1", patience)
    try:
        _recognise(connection, path)
        connection.executescript(SQL["open"])
        return connection, _origin(connection, path)
    except BaseException:
        connection.close()
        raise


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - the path may hold any bytes
    except OSError:
        return 0


def found(path: str, origin: str, patience: float) -> sqlite3.Connection:
    """Make a store at ``path`` (mode 0600, missing folders 0700) and open it.

    One that was killed half-way is made again.

    :raises StoreError: there is a file already, or none can be made.
    """
    made = path != MEMORY and _make_file(path)
    connection = None
    try:
        connection = _connect(_uri(path), patience)
        _fill(connection, path, origin)
        _prepare(connection, path)
    except BaseException as error:
        if made:
            os.unlink(path)  # noqa: PTH108 - the path may hold any bytes
        _abandon(connection, error, path)
        raise
    return connection


def _connect(uri: str, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(uri, timeout=patience, isolation_level=None, uri=True)


def _uri(path: str) -> str:
    """Return the address of a file that must exist; plain paths would make a missing one."""
    if path == MEMORY:
        return "file::memory:"
    quoted = "".join(chr(b) if b in _SAFE else f"%{b:02X}" for b in os.fsencode(path))
    return f"file:{quoted}?mode=rw"


def _abandon(connection: sqlite3.Connection | None, error: BaseException, path: str) -> None:
    """Close what will not be used, and raise what a database's error means."""
    if connection is not None:
        connection.close()
    meaning = translated(error, path, unsaved=True)
    if meaning is not None:
        raise meaning from error


def _look(path: str) -> None:
    """Refuse what is no file, before SQLite would wait on it or misname it."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - the path may hold any bytes
    except FileNotFoundError:
        raise fault("missing", path) from None
    except (OSError, ValueError) as error:
        raise fault("unreachable", path, detail=getattr(error, "strerror", error)) from error
    if stat.S_ISDIR(mode):
        raise fault("folder", path)
    if not stat.S_ISREG(mode):
        raise fault("no file", path)


def _recognise(connection: sqlite3.Connection, path: str) -> None:
    application, version = _marks(connection)
    if application != APPLICATION_ID:
        raise fault("foreign" if _is_used(connection) else "empty", path)
    if version != SCHEMA_VERSION:
        which = "newer" if version > SCHEMA_VERSION else "older"
        raise fault(which, path, theirs=version, ours=SCHEMA_VERSION)


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application, version


def _is_used(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal" and path != MEMORY:
        raise fault("not local", path)
    connection.executescript(SQL["open"])


def _origin(connection: sqlite3.Connection, path: str) -> str:
    row = connection.execute(SQL["origin"]).fetchone()
    if row is None:
        raise fault("no head", path)
    return str(row[0])


def _make_file(path: str) -> bool:
    """Make an empty file, unless there is one; tell whether it was made."""
    try:
        _make_folder(os.path.dirname(os.path.abspath(path)))  # noqa: PTH100, PTH120 - any bytes
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        _look(path)
        return False
    except (OSError, ValueError) as error:
        raise fault("unmade", path, detail=getattr(error, "strerror", error)) from error
    return True


def _make_folder(folder: str) -> None:
    if not os.path.isdir(folder):  # noqa: PTH112 - the path may hold any bytes
        _make_folder(os.path.dirname(folder))  # noqa: PTH120 - the same
        os.mkdir(folder, 0o700)  # noqa: PTH102 - the same


def _fill(connection: sqlite3.Connection, path: str, origin: str) -> None:
    """Make the tables in one transaction, so that they are all there or none."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        is_taken = _marks(connection) != (0, 0) or _is_used(connection)
    except sqlite3.DatabaseError as error:
        if is_no_database(error):
            raise fault("taken", path) from error
        raise
    if is_taken:
        raise fault("taken", path)
    for statement in schema():
        connection.execute(statement)
    connection.execute(SQL["found"], (origin,))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")
