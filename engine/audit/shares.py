"""Hashing shared out between processes, for depth *intact*.

Each process opens the store anew, reads parts of the log, all of one length, and hands
back what the one who verifies needs of a part in which every record is plainly
right: the records' hashes, and how each case enters the part and leaves it. Of any other
part it hands back nothing: the one who verifies then reads that part itself, and says
what is wrong. So nothing is found here, only spared; and what a part says of the records
before it counts for nothing until it is held against them.

The hashes of two parts for each process wait at most, so that memory does not grow with
the log.
"""

from __future__ import annotations

import atexit
from collections import deque
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handrail.engine.audit import intact
from handrail.engine.errors import HandrailError, StoreError
from handrail.engine.store.open import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.pool import AsyncResult, Pool

    from handrail.engine.audit.intact import Part
    from handrail.engine.store.base import Reader, Store

    Parts = Iterator[tuple[int, Part | None]]  # where it begins, and what was found of it
    Waiting = deque[tuple[int, AsyncResult[Part | None]]]

__all__ = ["LENGTH", "WORTH", "hashing"]

LENGTH: Final = 16_384  # records of a part
WORTH: Final = 100_000  # records: below, processes cost more to start than they save
MEMORY: Final = ":memory:"  # a store that no other process can open
AHEAD: Final = 2  # parts for a process


@contextmanager
def hashing(store: Store, reader: Reader, jobs: int) -> Iterator[Parts]:
    """Begin to hash the log's records; give its parts in their order, where it is long enough.

    :param jobs: how many processes.
    """
    size = _size(reader)
    if size < WORTH or MEMORY in store.url:
        yield iter(())
        return
    # Spawned, not forked: a connection to SQLite must not be carried into another process.
    with get_context("spawn").Pool(jobs, _open, (store.url,)) as pool:
        yield _in_turn(pool, size, jobs * AHEAD)


def _size(reader: Reader) -> int:
    """How many records the log says it has; what is beyond that is not shared out."""
    with suppress(StoreError):  # who verifies says so
        return reader.head().size
    return 0


def _in_turn(pool: Pool, size: int, most: int) -> Parts:
    waiting: Waiting = deque()
    for start in range(0, size - LENGTH + 1, LENGTH):
        waiting.append((start, pool.apply_async(_look, (start, LENGTH))))
        if len(waiting) >= most:
            yield _first(waiting)
    while waiting:
        yield _first(waiting)


def _first(waiting: Waiting) -> tuple[int, Part | None]:
    start, found = waiting.popleft()
    return start, found.get()


# -- in a process of its own -----------------------------------------------------------


class _Worker:
    """What a process keeps."""

    store: Store


def _open(url: str) -> None:
    """Open the store for as long as the process lives."""
    _Worker.store = open_store(url, Path())
    atexit.register(_Worker.store.close)


def _look(start: int, length: int) -> Part | None:
    try:
        with _Worker.store.read() as reader:
            return intact.part_of(reader, start, length)
    except HandrailError:  # it cannot be read: who verifies says so
        return None
