"""Files that are brought as evidence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from handrail.engine.errors import NotFoundError, UsageError

__all__ = ["LARGEST", "evidence"]

LARGEST: Final = 100 << 20  # bytes: photographs and short films; the store holds them whole


def evidence(file: str) -> bytes:
    """Read a file to attach, or for ``-`` the input; what is too large is not read to its end.

    :raises NotFoundError: there is no such file.
    :raises UsageError: it is a folder, a pipe or a device, or larger than ``LARGEST``.
    """
    if file == "-":
        return _small_enough(file, sys.stdin.buffer.read(LARGEST + 1))
    path = Path(file)
    if not path.exists():
        siblings = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        raise NotFoundError("file", file, (str(path.with_name(one)) for one in siblings))
    if not path.is_file():
        raise UsageError(
            "{file} is not a regular file; give a file, or - and its bytes on the input", file=file
        )
    if path.stat().st_size > LARGEST:
        raise _too_large(file)
    with path.open("rb") as opened:
        return _small_enough(file, opened.read(LARGEST + 1))


def _small_enough(file: str, data: bytes) -> bytes:
    if len(data) > LARGEST:
        raise _too_large(file)
    return data


def _too_large(file: str) -> UsageError:
    return UsageError(
        "{file} is larger than {most} MiB; split it, or keep it elsewhere and note its SHA-256",
        file=file,
        most=LARGEST >> 20,
    )
