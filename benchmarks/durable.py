"""Durable steps, one writer: beside bare ``sqlite3`` doing the same with the same bytes.

The statements of real steps are recorded with their parameters, and played back on a
copy of the database as it was: same statements, same bytes, same commits, same
pragmas, and no Python of ours.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from typing import TYPE_CHECKING, Any

from benchmarks.table import Row
from benchmarks.workplace import workplace
from handrail.engine.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Script = list[tuple[str, tuple[object, ...]]]

__all__ = ["rows"]

STEPS = 400
ROUNDS = 5


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
    ours, theirs = [], []
    for _ in range(ROUNDS):
        snapshot(copy, workspace.root / "ours.db")
        ours.append(measured_ours(workspace.root / "ours.db", case))
        snapshot(copy, workspace.root / "bare.db")
        theirs.append(measured_bare(workspace.root / "bare.db", script))
    mine, bare = sorted(ours)[ROUNDS // 2], sorted(theirs)[ROUNDS // 2]
    return [
        Row(
            what="durable steps",
            ours=STEPS / mine,
            peer="bare sqlite3, same statements and bytes",
            theirs=STEPS / bare,
            unit="/s",
            ratio=bare / mine,
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


def measured_ours(path: Path, case: str) -> float:
    with engine_on(path) as engine:
        engine.view(case)  # loaded, as it is after any first step
        began = time.perf_counter()
        take(engine, case, STEPS)
        return time.perf_counter() - began


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
        take(engine, case, STEPS)
    return script


def measured_bare(path: Path, script: Script) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    for statement, values in script:
        connection.execute(statement, values).fetchall()
    spent = time.perf_counter() - began
    connection.close()
    return spent
