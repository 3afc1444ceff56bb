"""Whatever is wrong with a store, a person is told what it is and how to mend it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from store_play import ORIGIN, entry, everything, fill

from handrail.engine.errors import HandrailError, StoreError
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "store.db"
    with SqliteStore.create(made, ORIGIN) as store, store.write() as writer:
        for number in range(1, 9):
            fill(writer, number, 20)
    return made


def sql(path: Path, script: str) -> None:
    raw = sqlite3.connect(path)
    raw.executescript(script)
    raw.close()


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def foreign(path: Path) -> None:
    path.unlink()
    sql(path, "CREATE TABLE notes (text); PRAGMA application_id = 7")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def queue(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def in_a_file(path: Path) -> None:
    path.parent.joinpath("other").write_text("")
    path.unlink()
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.write_text("a file where the folder was")


UNUSABLE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "missing": (Path.unlink, "there is no store", "last backup"),
    "folder": (folder, "is a folder", "--workspace"),
    "queue": (queue, "is not a file", "--store"),
    "below a file": (in_a_file, "cannot be reached", "folder"),
    "empty": (lambda path: os.truncate(path, 0), "empty file", "last backup"),
    "foreign": (foreign, "another program", "--store"),
    "text": (lambda path: path.write_text("Dear diary,\n" * 99), "nor any SQLite", "--store"),
    "short": (lambda path: path.write_text("Hi"), "nor any SQLite", "--store"),
    "half a page": (lambda path: os.truncate(path, 700), "damaged", "backup"),
    "header": (lambda path: overwrite(path, 0, bytes(64)), "nor any SQLite", "backup"),
    "format": (lambda path: overwrite(path, 18, b"\x09\x09"), "store", "backup"),
    "tables": (lambda path: overwrite(path, 100, os.urandom(3996)), "damaged", "backup"),
    "no table": (lambda path: sql(path, "DROP TABLE head"), "no such table", "backup"),
    "no head": (lambda path: sql(path, "DELETE FROM head"), "lost the head", "backup"),
    "newer": (lambda path: sql(path, "PRAGMA user_version = 2"), "newer Handrail", "upgrade"),
    "older": (lambda path: sql(path, "PRAGMA user_version = 0"), "older Handrail", "upgrade"),
}


@pytest.mark.parametrize("which", UNUSABLE)
def test_an_unusable_store_is_told_of(path: Path, which: str) -> None:
    spoil, what, mend = UNUSABLE[which]
    spoil(path)
    with pytest.raises(StoreError) as told:
        SqliteStore.open(path)
    assert str(path) in str(told.value)
    assert what in str(told.value)
    assert mend in str(told.value)


def test_no_name_is_too_odd_to_be_told_of(tmp_path: Path) -> None:
    names = ["", "x" * 300, "\0", os.fsdecode(b"\xff")]
    for name in names:
        with pytest.raises(StoreError) as told:
            SqliteStore.open(name)
        str(told.value).encode()
    for name in names[:3]:
        with pytest.raises(StoreError, match="no store can be made"):
            SqliteStore.create(name, ORIGIN)
    with pytest.raises(StoreError, match="is a folder"):
        SqliteStore.create(tmp_path, ORIGIN)


def read_all(path: Path) -> bool:
    """Open, read and write the store; tell whether nothing was wrong."""
    try:
        with SqliteStore.open(path, patience=0) as store:
            with store.read() as reader:
                list(everything(reader))
            with store.write() as writer:
                writer.append(entry("LOG", writer.case_head("LOG").cseq))
    except HandrailError as error:
        assert str(path) in str(error)  # noqa: PT017 - every other exception fails the test
        return False
    return True


def test_a_damaged_byte_never_ends_in_a_traceback(path: Path) -> None:
    rng, whole, told = random.Random(3), path.read_bytes(), 0  # noqa: S311 - damage
    for _ in range(250):
        path.write_bytes(whole)
        for _ in range(rng.choice((1, 40))):
            overwrite(path, rng.randrange(len(whole)), rng.randbytes(rng.choice((1, 30))))
        told += not read_all(path)
    assert told > 50


def test_a_file_that_was_cut_short_never_ends_in_a_traceback(path: Path) -> None:
    whole = path.read_bytes()
    for size in range(0, len(whole) * 9 // 10, 1777):
        path.write_bytes(whole[:size])
        assert not read_all(path)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE incident SET people = 'x'",
        "UPDATE incident SET people = 5",
        "UPDATE incident SET people = CAST(x'ff' AS TEXT)",
        "UPDATE outbox SET recipients = '['",
        "UPDATE head SET hashes = x'00'",
        (
            "DROP TRIGGER record_no_update;"
            "UPDATE record SET case_id = CAST(x'ff' AS TEXT), cseq = 99 WHERE seq = 9"
        ),
        "DROP TABLE deadline",
        "ALTER TABLE incident RENAME COLUMN phase TO fase",
    ],
)
def test_plain_sql_never_ends_in_a_traceback(path: Path, change: str) -> None:
    sql(path, change)
    with SqliteStore.open(path) as store, pytest.raises(StoreError), store.read() as reader:
        list(everything(reader))


def test_a_full_disk_loses_nothing_that_was_there(path: Path) -> None:
    with SqliteStore.open(path) as store:
        with store.read() as reader:
            before = list(everything(reader))
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match=r"is full.*make room"), store.write() as writer:
            fill(writer, 9, 200)
        with store.read() as reader:
            assert list(everything(reader)) == before
        store._connection.execute("PRAGMA max_page_count = 1000000")
        with store.write() as writer:  # room was made
            fill(writer, 9, 200)
    assert read_all(path)


TOO_SMALL = """
import resource, sys
from store_play import fill
from handrail.engine.errors import StoreError
from handrail.engine.store.sqlite import SqliteStore
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
store = SqliteStore.open(sys.argv[1])
done = 0
try:
    for number in range(100, 300):
        with store.write() as writer:
            fill(writer, number, 20)
        done += 20
except StoreError as error:
    print(done, error)
store.close()
"""


@pytest.mark.parametrize("most", [40_000, 100_000, 400_000])
def test_a_disk_that_fails_loses_nothing_that_was_acknowledged(path: Path, most: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", TOO_SMALL, path, str(most)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    done, told = ended.stdout.split(maxsplit=1)
    assert ended.stderr == ""
    assert "the disk failed" in told
    assert str(path) in told
    with SqliteStore.open(path) as store, store.read() as reader:
        assert reader.head().size == 160 + int(done)
    assert read_all(path)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that everybody can reach, with a store that they can use."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o777)
    with SqliteStore.create(place / "store.db", ORIGIN) as store, store.write() as writer:
        fill(writer, 1)
    (place / "store.db").chmod(0o666)
    yield place
    place.chmod(0o700)
    shutil.rmtree(place)


AS_NOBODY = """
import os, sys, shutil, difflib
sys.path.append("tests")
from store_play import ORIGIN, entry
from handrail.engine.errors import StoreError
from handrail.engine.store.sqlite import SqliteStore, lone  # here: nobody may not read the code
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    if sys.argv[2] == "create":
        SqliteStore.create(sys.argv[1], ORIGIN)
    with SqliteStore.open(sys.argv[1]) as store:
        with store.read() as reader:
            print("read", reader.head().size)
        with store.write() as writer:
            writer.append(entry("LOG", 0))
        print("written")
except StoreError as error:
    print(error)
"""


def as_nobody(path: Path, act: str = "open") -> str:
    ended = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, path, act],
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stderr == ""
    return ended.stdout


def test_a_store_that_may_be_used_by_others_is(shared: Path) -> None:
    assert as_nobody(shared / "store.db") == "read 3\nwritten\n"


@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "told"),
    [
        (0o400, 0o777, "no permission to read"),
        (0o666, 0o700, "cannot be reached"),
    ],
)
def test_a_lack_of_permission_is_told_of(
    shared: Path, file_mode: int, folder_mode: int, told: str
) -> None:
    path = shared / "store.db"
    path.chmod(file_mode)
    shared.chmod(folder_mode)
    said = as_nobody(path)
    assert told in said
    assert str(path) in said
    assert "read" not in said.replace("to read", "").split()
    assert "nothing of this" not in said


@pytest.mark.parametrize(
    ("file_mode", "folder_mode"), [(0o444, 0o777), (0o666, 0o555), (0o444, 0o555)]
)
def test_what_may_not_be_written_can_be_read(
    shared: Path, file_mode: int, folder_mode: int
) -> None:
    path = shared / "store.db"
    path.chmod(file_mode)
    shared.chmod(folder_mode)
    read, told = as_nobody(path).split("\n", maxsplit=1)
    assert read == "read 3"
    assert f"{path} cannot be written, nothing of this was saved" in told
    assert "permission" in told


def killed(path: Path) -> None:
    """Leave a store as one who was killed leaves it: the last changes are in the -wal."""
    held = SqliteStore.open(path)
    with held.write() as writer:
        fill(writer, 9)
    for name in (path.name, f"{path.name}-wal"):
        shutil.copyfile(path.with_name(name), path.with_name(f"{name}.kept"))
    held.close()
    for name in (path.name, f"{path.name}-wal"):
        path.with_name(f"{name}.kept").replace(path.with_name(name))


def test_changes_that_cannot_be_read_are_not_overlooked(shared: Path) -> None:
    path = shared / "store.db"
    killed(path)
    for file in shared.iterdir():
        file.chmod(0o444)
    shared.chmod(0o555)
    said = as_nobody(path)
    assert f"changes are still in {path}-wal" in said
    assert "copy" in said
    shared.chmod(0o777)
    assert as_nobody(path).startswith("read 6\n")


CHANGED = """
with SqliteStore.open(sys.argv[1]) as store:
    with store.read() as reader:
        reader.head()
        print("read", flush=True)
        sys.stdin.readline()
"""


def test_a_store_that_changes_while_it_is_read_alone_is_told_of(shared: Path) -> None:
    path = shared / "store.db"
    shared.chmod(0o555)
    script = AS_NOBODY.partition("try:")[0] + CHANGED
    with subprocess.Popen(
        [sys.executable, "-c", script, path],
        cwd=Path(__file__).parent.parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as reading:
        assert reading.stdout is not None
        assert reading.stdout.readline() == "read\n"
        shared.chmod(0o777)
        with SqliteStore.open(path) as store, store.write() as writer:
            fill(writer, 2)
        _, told = reading.communicate("\n", timeout=60)
    assert f"{path} was changed while it was read: try again" in told


def test_a_store_is_not_made_where_one_may_not(shared: Path) -> None:
    shared.chmod(0o555)
    said = as_nobody(shared / "more" / "store.db", "create")
    assert "no store can be made" in said
    assert "Permission denied" in said
    assert stat.S_IMODE(shared.stat().st_mode) == 0o555
