"""Up to where each mirror was fed: a small file of the workspace, not of the store.

A store that is copied, restored or read-only stays what it is, no step waits for it, and
two computers that share a store each have mirrors of their own.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.files import put_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from handrail.engine.store.base import Reader

__all__ = ["Place", "alone", "folder_of", "read_place", "save_place"]


class Place(NamedTuple):
    """Where a mirror goes on."""

    log: str  # origin of the log that was sent
    sent: int = 0  # records
    leaf: str | None = None  # leaf hash of the last one, in hexadecimal

    def fits(self, reader: Reader, origin: str) -> bool:
        """Whether what was sent is the beginning of this log as it is now."""
        if self.sent == 0:
            return True
        last = next(reader.leaves(self.sent - 1, self.sent), None)
        return self.log == origin and last is not None and last.hex() == self.leaf


def folder_of(root: Path) -> Path:
    """Where a workspace keeps the places of its mirrors."""
    return root / "mirrors"


@contextmanager
def alone(folder: Path, name: str) -> Iterator[bool]:
    """Hold a mirror while feeding it; false where another program does.

    The lock goes with the process, however that ends.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def read_place(folder: Path, name: str, origin: str) -> Place:
    """Where the mirror goes on; at the first record where nothing is known of it."""
    try:
        found = json.loads((folder / f"{name}.json").read_bytes())
        return Place(str(found["log"]), int(found["sent"]), found["leaf"])
    except FileNotFoundError:
        return Place(origin)
    except (ValueError, LookupError, TypeError):  # it was cut short, or edited
        return Place(origin)


def save_place(folder: Path, name: str, place: Place) -> None:
    """Keep the place, whole or as it was before, so that it survives a loss of power."""
    put_file(folder / f"{name}.json", f"{json.dumps(place._asdict())}\n".encode())
