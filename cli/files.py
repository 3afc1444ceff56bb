"""Documents named on the command line: files, folders of them, or the input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from handrail.engine.documents.source import read_source
from handrail.engine.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.documents.source import Source

__all__ = ["named", "sources"]


def sources(files: Iterable[str]) -> list[Source]:
    """Read each document that is meant.

    :raises NotFoundError: there is no such file, or no document in such a folder.
    """
    return [read_source(data, name) for name, data in named(files)]


def named(files: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file; ``-`` is the input, folders are searched."""
    for file in files:
        if file == "-":
            yield "-", sys.stdin.buffer.read()
            continue
        for path in _paths(Path(file)):
            yield str(path), path.read_bytes()


def _paths(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(one for form in ("*.yaml", "*.yml") for one in path.rglob(form))
        if not found:
            raise NotFoundError("document in the folder", str(path))
        return found
    if not path.exists():
        siblings = [str(one) for one in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        raise NotFoundError("file", str(path), siblings)
    return [path]
