"""Files that are there whole or not at all, also after a loss of power."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["put_file", "sync_folder"]


def put_file(path: Path, data: bytes) -> None:
    """Put a file in place at one stroke; it is on the disk when this returns.

    Two programs that put the same one do not meet: one of theirs is there then.

    :raises OSError: it cannot be written; what was there before still is.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
