"""Do something again whenever files change: looked at, not subscribed to, so it works anywhere."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["watching"]

PAUSE = 0.3  # seconds between two looks

Signs = dict[str, tuple[int, int]]


def watching(files: Callable[[], Iterable[str]], act: Callable[[], object]) -> None:
    """Act now, and again after each change, until interrupted.

    :param files: the files and folders to look at; asked again each time, for they can come
        and go.
    """
    seen: Signs | None = None
    while True:
        now = _signs(files())
        if now != seen:
            seen = now
            act()
        time.sleep(PAUSE)


def _signs(files: Iterable[str]) -> Signs:
    """When each was last written, and its size."""
    found: Signs = {}
    for name in files:
        try:
            stat = Path(name).stat()
        except OSError:
            continue
        found[name] = (stat.st_mtime_ns, stat.st_size)
    return found
