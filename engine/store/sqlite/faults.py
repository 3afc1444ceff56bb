"""What SQLite's errors mean to the person whose store it is."""

from __future__ import annotations

import os
from sqlite3 import Error, OperationalError
from typing import Final

from handrail.engine.errors import ConflictError, HandrailError, StoreError

__all__ = ["fault", "is_no_database", "moving", "obstacle", "translated"]

_WORDS: Final = {
    "missing": "there is no store at {path}: put back its last backup (and its -wal), name another"
    " (--store), or begin a new workspace in another folder",
    "taken": "there is a file at {path} already: choose another name, or open that one",
    "unreachable": "{path} cannot be reached ({detail}): see to the folder that it is in, or name"
    " another (--store)",
    "unmade": "no store can be made at {path} ({detail}): choose a place that you may write",
    "folder": "{path} is a folder, not a store: name the file in it (--store), or the workspace"
    " (--workspace)",
    "no file": "{path} is not a file: name a store (--store)",
    "empty": "{path} is an empty file, not a store: put back its last backup (and its -wal), name"
    " another (--store), or begin a new workspace in another folder",
    "foreign": "{path} is another program's database: name a store (--store)",
    "no database": "{path} is not a store, nor any SQLite database: name another (--store), or put"
    " back the last backup",
    "newer": "the store {path} was written by a newer Handrail (form {theirs}; this one knows"
    " {ours}): upgrade this program",
    "older": "the store {path} was written by an older Handrail (form {theirs}; this one writes"
    " {ours}): run `handrail store upgrade`",
    "not local": "the store {path} is on a disk that cannot keep a write-ahead log: move it to a"
    " local disk",
    "no head": "the store {path} has lost the head of its log: put back the last backup, and"
    " compare it with `handrail audit verify --against`",
    "damaged": "the store {path} is damaged ({detail}): keep the file, put back the last backup,"
    " and compare it with `handrail audit verify --against`",
    "forbidden": "you have no permission to read the store {path}: ask its owner for it",
    "read-only": "the store {path} cannot be written: give yourself permission to write the file"
    " and the folder that it is in, or work on a copy",
    "failing": "the disk failed the store {path} ({detail}): see to the disk and its quota, then"
    " try again",
    "full": "the disk of the store {path} is full: make room, then try again",
    "unfolded": "the store {path} cannot be read where nothing can be written, because its last"
    " changes are still in {path}-wal: copy {path}, {path}-wal and, if it is there, {path}-shm"
    " to a folder that you may write, and name that copy (--store)",
    "moving": "the store {path} was changed while it was read: try again",
    "too large": "this is too large for the store {path}: keep it elsewhere, and note where",
    "refused": "the store {path} refused this ({detail}), nothing of it was saved: run `handrail"
    " audit verify`",
    "locked": "the store {path} is in use, and was not let go in time: try again",
    "stale": "somebody else was first, nothing of this was saved: look again, then try again",
}

# The same where somebody wanted to write, who needs to know what became of it
_UNSAVED_WORDS: Final = {
    "read-only": "the store {path} cannot be written, nothing of this was saved: give yourself"
    " permission to write the file and the folder that it is in, or work on a copy",
    "failing": "the disk failed the store {path} ({detail}), nothing of this was saved: see to the"
    " disk and its quota, then try again",
    "full": "the disk of the store {path} is full, nothing of this was saved: make room, then try"
    " again",
}

# By primary result code (https://sqlite.org/rescode.html)
_LOCKS = (5, 6, 15)
_CANNOT_OPEN, _CONSTRAINT, _NOTADB = 14, 19, 26
_MEANINGS = {
    1: "damaged",  # a table or column is not there
    3: "forbidden",
    8: "read-only",
    10: "failing",
    11: "damaged",
    13: "full",
    18: "too large",
    _NOTADB: "no database",
}
# Extended codes: a primary key, another unique index; no room for the index of the -wal
_UNIQUE = (1555, 2067)
_NO_ROOM = 4874


def fault(which: str, path: str, *, unsaved: bool = False, **params: object) -> StoreError:
    """Return the error about the store at ``path``, which may hold any bytes.

    :param unsaved: say too that nothing was saved of what was to be written.
    """
    words = _UNSAVED_WORDS if unsaved and which in _UNSAVED_WORDS else _WORDS
    return StoreError(words[which], path=_shown(path), **params)


def moving(path: str) -> ConflictError:
    """Return the error of a store that was written by others while it was read alone."""
    return ConflictError(_WORDS["moving"], path=_shown(path))


def _shown(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def translated(error: BaseException, path: str, *, unsaved: bool = False) -> HandrailError | None:
    """Return the error to raise instead, or None where it is none of the store's.

    :param unsaved: something was to be written.
    """
    if not isinstance(error, Error):
        return fault("damaged", path, detail=error) if _is_odd_text(error) else None
    extended = getattr(error, "sqlite_errorcode", None)
    if extended is None:  # of the sqlite3 module: a text is no UTF-8, or a mistake of ours
        is_text = isinstance(error, OperationalError)
        return fault("damaged", path, detail=error) if is_text else None
    code = extended & 0xFF
    if code in _LOCKS:
        return ConflictError(_WORDS["locked"], path=_shown(path))
    if code == _CONSTRAINT:
        return _constraint(error, extended, path)
    which = _which(extended, path)
    detail = f"{error}, {error.sqlite_errorname}"
    return fault(which, path, unsaved=unsaved, detail=detail) if which else None


def _which(extended: int, path: str) -> str | None:
    if extended == _NO_ROOM:
        return "full"
    if extended & 0xFF == _CANNOT_OPEN:
        return _cannot_open(path)
    return _MEANINGS.get(extended & 0xFF)


def obstacle(error: BaseException, path: str) -> str | None:
    """Tell which fault it is, where a store perhaps can be read but not be written."""
    which = _which(getattr(error, "sqlite_errorcode", 0), path)
    return which if which in _UNSAVED_WORDS and which != "failing" else None


def _is_odd_text(error: BaseException) -> bool:
    """Tell whether SQLite's own message could not be read: it quotes what is damaged."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    here = trace is not None and trace.tb_frame.f_globals.get("__package__") == __package__
    return here and isinstance(error, UnicodeDecodeError)


def is_no_database(error: Error) -> bool:
    """Tell whether the file is something other than a SQLite database."""
    return getattr(error, "sqlite_errorcode", None) == _NOTADB


def _constraint(error: Error, extended: int, path: str) -> HandrailError:
    if "the case has moved on" in str(error) or extended in _UNIQUE:
        return ConflictError(_WORDS["stale"])
    return fault("refused", path, detail=error)


def _cannot_open(path: str) -> str:
    if not os.access(path, os.F_OK):
        return "missing"
    if not os.access(path, os.R_OK):
        return "forbidden"
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 - the path may hold any bytes
    beside = [one for one in (f"{path}-wal", f"{path}-shm") if os.access(one, os.F_OK)]
    if not all(os.access(one, os.W_OK) for one in (folder, *beside)):
        return "read-only"
    return "failing"
