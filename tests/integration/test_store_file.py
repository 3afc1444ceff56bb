"""A store as a file: how it is made, opened, shared and found again."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from store_play import ORIGIN, entry, everything, fill

from handrail.engine.errors import ConflictError, StoreError
from handrail.engine.store.sqlite import SqliteStore
from handrail.engine.store.sqlite.connection import APPLICATION_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = [
    "plain.db",
    "with spaces and a tab\t.db",
    "100%.db",
    "%41.db",
    "what?.db",
    "what?mode=memory",
    "a#b.db",
    "file:x.db",
    ":memory:.db",
    "-x",
    "a'b\"c;.db",
    "naïve ☂.db",
    "new\nline.db",
    os.fsdecode(b"latin-\xe9.db"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "store.db"
    with SqliteStore.create(made, ORIGIN) as store, store.write() as writer:
        fill(writer, 1)
    return made


@pytest.fixture
def loose_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("relative", [True, False])
def test_a_store_lives_under_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, *, relative: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(name) if relative else tmp_path / "a folder?" / name
    with SqliteStore.create(path, ORIGIN) as store, store.write() as writer:
        fill(writer, 1)
    assert path.stat().st_size > 0
    assert [each.name for each in path.parent.iterdir()] == [name]
    with SqliteStore.open(path) as store, store.read() as reader:
        assert reader.head().size == 3
        assert store.url == f"sqlite:{path}"


def test_it_tells_its_origin_and_form(path: Path) -> None:
    with SqliteStore.open(str(path)) as store:
        assert (store.origin, store.schema_version) == (ORIGIN, 1)
    assert path.read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big") == b"HNDR"


@pytest.mark.usefixtures("loose_umask")
def test_others_may_not_read_it(tmp_path: Path) -> None:
    path = tmp_path / "one" / "two" / "store.db"
    with SqliteStore.create(path, ORIGIN) as store, store.write() as writer:
        fill(writer, 1)
        files = list(path.parent.iterdir())
        assert len(files) == 3  # the file, its write-ahead log, and that log's index
        assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 3
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o700
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_each_connection_is_durable_and_erases(path: Path) -> None:
    with sqlite3.connect(path) as raw:  # even if somebody chose otherwise
        raw.execute("PRAGMA journal_mode = DELETE")
    raw.close()
    with SqliteStore.open(path) as store:
        names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        found = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    assert found == ["wal", 2, 1, 1]  # 2: FULL


def test_what_is_there_is_not_overwritten(path: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("something else entirely, long enough to be no database header\n" * 20)
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as raw:
        raw.execute("CREATE TABLE t (x)")
    raw.close()
    for each in (path, text, foreign):
        before = each.read_bytes()
        with pytest.raises(StoreError, match="already"):
            SqliteStore.create(each, ORIGIN)
        assert each.read_bytes() == before


def test_one_that_was_not_finished_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch(mode=0o600)  # what a kill leaves
    with SqliteStore.create(path, ORIGIN) as store, store.read() as reader:
        assert reader.head().size == 0


def test_one_that_cannot_be_made_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "handrail.engine.store.sqlite.connection.schema", lambda: ["CREATE TABLE a (", "b)"]
    )
    with pytest.raises(StoreError):
        SqliteStore.create(tmp_path / "store.db", ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_sees_one_moment_while_others_write(path: Path) -> None:
    with SqliteStore.open(path) as ours, SqliteStore.open(path) as theirs:
        with ours.read() as reader:
            before = list(everything(reader))
            with theirs.write() as writer:
                fill(writer, 2)
            assert list(everything(reader)) == before
        with ours.read() as reader:
            assert reader.head().size == 6


def test_a_second_writer_is_told_of_the_first(path: Path) -> None:
    with SqliteStore.open(path) as ours, SqliteStore.open(path, patience=0.05) as theirs:
        with ours.write() as writer:
            writer.append(entry("LOG", 0))
            with pytest.raises(ConflictError, match=r"store\.db is in use"), theirs.write():
                pass
            with theirs.read() as reader:  # reading needs no turn
                assert reader.case_head("LOG").cseq == 0
        with theirs.write() as writer:
            assert writer.case_head("LOG").cseq == 1
            writer.append(entry("LOG", 1))


def test_a_second_writer_who_read_before_is_told_too(path: Path) -> None:
    with SqliteStore.open(path) as ours, SqliteStore.open(path) as theirs:
        with ours.read() as reader:
            cseq = reader.case_head("INC-2026-0001").cseq
        with theirs.write() as writer:
            writer.append(entry("INC-2026-0001", cseq))
        with pytest.raises(ConflictError, match="first"), ours.write() as writer:
            writer.append(entry("INC-2026-0001", cseq))


def test_to_close_twice_is_no_fault(path: Path) -> None:
    store = SqliteStore.open(path)
    store.close()
    store.close()
    assert [file.name for file in path.parent.iterdir()] == ["store.db"]
