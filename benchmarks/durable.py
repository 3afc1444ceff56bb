"""Durable steps, one writer: beside bare ``sqlite3`` doing the same with the same bytes.

The statements of real steps are recorded with their parameters, and played back on a
copy of the database as it was: same statements, same bytes, same commits, same
pragmas, and no Python of ours.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.table import Row, interleaved
from benchmarks.workplace import workplace
from handrail.engine.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    Script = list[tuple[str, tuple[object, ...]]]

__all__ = ["rows"]

STEPS = 20  # of a block; ours and theirs take turns, so that the disk's moods hit both
BLOCKS = 120


def rows() -> list[Row]:
    """Steps a second; at least 0.6 of bare sqlite3."""
    workspace = workplace()
    with Engine.at(workspace) as engine:
        engine.quiet = True
        case = engine.open("ping")["id"]
        take(engine, case, 20)
    copy = workspace.root / "copy.db"
    snapshot(workspace.store, copy)
    script = recorded(workspace.root, case)
    for name in ("ours.db", "bare.db"):
        snapshot(copy, workspace.root / name)
    with engine_on(workspace.root / "ours.db") as engine, bare(workspace.root / "bare.db") as peer:
        engine.view(case)  # loaded, as it is after any first step
        blocks = parts(script)
        works = [lambda: take(engine, case, STEPS), lambda: play(peer, next(blocks))]
        mine, theirs = interleaved(works, BLOCKS)
    return [
        Row(
            what="durable steps",
            ours=STEPS / mine,
            peer="bare sqlite3, same statements and bytes",
            theirs=STEPS / theirs,
            unit="/s",
            ratio=theirs / mine,
            target=">= 0.6",
        )
    ]


def take(engine: Engine, case: str, steps: int) -> None:
    for _ in range(steps):
        engine.step(case, "go", {"linked": True})


def snapshot(source: Path, target: Path) -> None:
    """A copy of a database at rest, with nothing left in a write-ahead log."""
    for part in target.parent.glob(f"{target.name}*"):
        part.unlink()
    with sqlite3.connect(source) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(source, target)


def engine_on(path: Path) -> Engine:
    from handrail.engine.store.sqlite import SqliteStore  # noqa: PLC0415 - the peer needs none

    engine = Engine(SqliteStore.open(path), person=None)
    engine.quiet = True
    return engine


class Recording:
    """A connection that keeps what is executed through it."""

    def __init__(self, connection: sqlite3.Connection, script: Script) -> None:
        self._connection = connection
        self._script = script

    def execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Execute and keep a statement."""
        self._script.append((statement, tuple(values)))
        return self._connection.execute(statement, values)

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


def recorded(folder: Path, case: str) -> Script:
    """The statements of the same steps."""
    path = folder / "recorded.db"
    snapshot(folder / "copy.db", path)
    script: Script = []
    with engine_on(path) as engine:
        engine.view(case)
        store: Any = engine.store
        store._connection = Recording(store._connection, script)  # noqa: SLF001 - to listen in
        take(engine, case, STEPS * BLOCKS)
    return script


def parts(script: Script) -> Iterator[Script]:
    """The statements of each block."""
    size = len(script) // BLOCKS
    return (script[at : at + size] for at in range(0, len(script), size))


@contextmanager
def bare(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection like the store's."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    yield connection
    connection.close()


def play(connection: sqlite3.Connection, script: Script) -> None:
    """Execute statements with their values, and read what they find."""
    for statement, values in script:
        connection.execute(statement, values).fetchall()
