"""Killed, cut off or crowded: what was acknowledged is there once, and nothing is half there.

``HANDRAIL_ROUNDS=1000`` plays the large number; each run of the suite a small one.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store_play import ORIGIN, step, steps_in

from handrail.engine.errors import StoreError
from handrail.engine.store.sqlite import SqliteStore

ROUNDS = int(os.environ.get("HANDRAIL_ROUNDS", "12"))

WRITE = """
import sys
from store_play import step
from handrail.engine.store.sqlite import SqliteStore
with SqliteStore.open(sys.argv[1], patience=60) as store:
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        with store.write() as writer:
            step(writer, number)
        print(number, flush=True)
"""


def writer_of(path: Path, first: int, last: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, path, str(first), str(last)],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    SqliteStore.create(tmp_path / "store.db", ORIGIN).close()
    return tmp_path / "store.db"


def test_a_kill_at_any_moment_loses_and_halves_nothing(path: Path) -> None:
    acknowledged: list[int] = []
    for round_ in range(ROUNDS):
        process = writer_of(path, round_ * 10**6, (round_ + 1) * 10**6)
        assert process.stdout is not None
        assert process.stderr is not None
        acknowledged.append(int(process.stdout.readline()))
        time.sleep(random.random() * 0.05)  # noqa: S311 - any moment
        process.kill()
        acknowledged += [int(line) for line in process.stdout.read().split()]
        assert process.wait() != 0
        assert process.stderr.read() == ""
        process.stdout.close()
        process.stderr.close()
        with SqliteStore.open(path) as store, store.read() as reader:
            there = steps_in(reader)
        unsaid = [number for number in there if number not in set(acknowledged)]
        assert [number for number in there if number not in unsaid] == acknowledged
        assert len(unsaid) <= round_ + 1  # one was saved and killed before it said so
    assert len(acknowledged) > ROUNDS


def test_a_kill_while_it_is_made_leaves_none_or_a_whole_one(tmp_path: Path) -> None:
    script = (
        "import sys, time; from handrail.engine.store.sqlite import SqliteStore;"
        "print(flush=True); SqliteStore.create(sys.argv[1], 'x')"
    )
    for round_ in range(ROUNDS):
        path = tmp_path / f"{round_}.db"
        process = subprocess.Popen(
            [sys.executable, "-c", script, path], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.random() * 0.006)  # noqa: S311 - any moment
        process.kill()
        process.wait()
        process.stdout.close()
        store = made_or_there(path)
        with store:
            with store.write() as writer:
                step(writer, 1)
            with store.read() as reader:
                assert steps_in(reader) == [1]


def made_or_there(path: Path) -> SqliteStore:
    try:
        return SqliteStore.create(path, "x")
    except StoreError:  # it was made before the kill
        return SqliteStore.open(path)


def test_writers_at_once_take_turns(path: Path) -> None:
    each = max(20, ROUNDS)
    processes = [writer_of(path, n * each, (n + 1) * each) for n in range(4)]
    for process in processes:
        out, err = process.communicate(timeout=600)
        assert (process.returncode, err, len(out.split())) == (0, "", each)
    with SqliteStore.open(path) as store, store.read() as reader:
        assert sorted(steps_in(reader)) == list(range(4 * each))


def test_a_write_ahead_log_that_was_torn_keeps_whole_steps(path: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.db"
    with SqliteStore.open(path) as store:
        for number in range(30):
            with store.write() as writer:
                step(writer, number)
        file, log = path.read_bytes(), path.with_name("store.db-wal").read_bytes()
    rng = random.Random(5)  # noqa: S311 - no secret
    lengths = set()
    for _ in range(max(40, ROUNDS)):
        torn.write_bytes(file)
        cut = rng.randrange(len(log))
        rest = rng.choice((b"", bytes(len(log) - cut), rng.randbytes(len(log) - cut)))
        torn.with_name("torn.db-wal").write_bytes(log[:cut] + rest)
        with SqliteStore.open(torn) as store, store.read() as reader:
            there = steps_in(reader)
        assert there == list(range(len(there)))
        lengths.add(len(there))
    assert len(lengths) > 10


def test_a_copy_of_the_files_is_a_store(path: Path, tmp_path: Path) -> None:
    with SqliteStore.open(path) as store:
        with store.write() as writer:
            step(writer, 1)
        for file in path.parent.glob("store.db*"):
            shutil.copy(file, tmp_path / file.name.replace("store", "copy"))
    with SqliteStore.open(tmp_path / "copy.db") as store, store.read() as reader:
        assert steps_in(reader) == [1]
