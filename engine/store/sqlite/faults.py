"""What SQLite's errors mean to the person whose store it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from handrail.engine.errors import ConflictError, HandrailError, StoreError

if TYPE_CHECKING:
    from sqlite3 import Error

__all__ = ["NO_HEAD", "NO_STORE", "translated"]

NO_STORE = "there is no store at {path}: make one with `handrail init`, or name another (--store)"
NO_HEAD = (
    "the store {path} has lost the head of its log: put back the last backup, "
    "and compare it with `handrail audit verify --against`"
)

# By primary result code, https://sqlite.org/rescode.html
_BUSY, _LOCKED, _PROTOCOL = 5, 6, 15
_CANTOPEN, _CONSTRAINT = 14, 19
_LOCKS = (_BUSY, _LOCKED, _PROTOCOL)
_UNIQUE, _PRIMARY_KEY = 2067, 1555  # extended codes
_MEANINGS = {
    1: (
        "the store {path} is not as this program made it ({detail}): "
        "put back the last backup, and compare it with `handrail audit verify --against`"
    ),
    3: "you have no permission to use the store {path}: ask its owner for it",
    8: (
        "the store {path} cannot be written: "
        "give yourself permission to write the file and the folder that it is in"
    ),
    10: (
        "the disk failed the store {path} ({detail}), nothing of this was saved: "
        "see to the disk and its quota, then try again"
    ),
    11: (
        "the store {path} is damaged ({detail}): keep the file, put back the last backup, "
        "and compare it with `handrail audit verify --against`"
    ),
    13: "the disk of the store {path} is full, nothing of this was saved: make room and try again",
    18: "this is too large for the store {path}: keep it elsewhere and note where",
    26: (
        "{path} is not a store, nor a SQLite database: "
        "name another (--store), or put back the last backup"
    ),
}
_REFUSED = "the store {path} refused this ({detail}): run `handrail audit verify`"


def translated(error: Error, path: str) -> HandrailError | None:
    """Return the error to raise instead, or None where only a mistake of ours explains it."""
    extended = getattr(error, "sqlite_errorcode", None)
    if extended is None:
        return None
    code = extended & 0xFF
    if code in _LOCKS:
        return ConflictError(
            "the store {path} is in use and was not let go in time: try again", path=path
        )
    if code == _CONSTRAINT:
        return _constraint(error, extended, path)
    if code == _CANTOPEN:
        return _cannot_open(path, str(error))
    if code in _MEANINGS:
        return StoreError(_MEANINGS[code], path=path, detail=f"{error}, {error.sqlite_errorname}")
    return None


def _constraint(error: Error, extended: int, path: str) -> HandrailError:
    stale = "moved on" in str(error) or extended in (_UNIQUE, _PRIMARY_KEY)
    if stale:
        return ConflictError(
            "somebody else was first, nothing of this was saved: look and try again"
        )
    return StoreError(_REFUSED, path=path, detail=str(error))


def _cannot_open(path: str, detail: str) -> StoreError:
    if not os.path.exists(path):  # noqa: PTH110 - the path may hold any bytes
        return StoreError(NO_STORE, path=path)
    if not os.access(path, os.R_OK):
        return StoreError(_MEANINGS[3], path=path)
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 - as above
    if not os.access(folder, os.W_OK):
        return StoreError(_MEANINGS[8], path=path)
    return StoreError(_MEANINGS[10], path=path, detail=detail)
