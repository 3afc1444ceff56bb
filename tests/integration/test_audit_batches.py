"""Verification takes in batches what is right; what is wrong it tells as if read one by one."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.engine.audit import chains, intact, shares
from handrail.engine.audit.findings import Report
from handrail.engine.audit.marks import Mark, Marks
from handrail.engine.ledger.merkle import root_of
from handrail.engine.ledger.record import canonical, leaf_hash
from handrail.engine.store.base import Entry
from handrail.engine.store.sqlite import SqliteStore
from handrail.engine.store.sqlite.reader import SqliteReader

RECORDS, CASES = 90, 7
TIME = "2026-11-21T10:00:00.000000Z"


def fill(store: SqliteStore, records: int) -> None:
    """Records of some cases in turn; every tenth has a member where others have none."""
    with store.write() as writer:
        for number in range(records):
            case = f"INC-{number % CASES}"
            writer.append(entry(case, *writer.case_head(case), number))


def entry(case: str, cseq: int, prev: bytes | None, number: int) -> Entry:
    members: dict[str, Any] = {"conditions": number} if number % 10 == 0 else {}
    members |= {"case": case, "cseq": cseq, "prev": prev and prev.hex(), "text": "x" * (number % 9)}
    data = canonical(members | {"actor": {"id": "anna"}})
    return Entry(
        case=case,
        cseq=cseq,
        type="noted",
        recorded=TIME,
        occurred=TIME,
        actor="anna",
        run=None,
        protocol=None,
        drill=False,
        data=data,
        leaf=leaf_hash(data),
    )


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("batches") / "honest.db"
    with SqliteStore.create(path, "log") as store:
        fill(store, RECORDS)
    return path


def findings(
    path: Path, marks: list[Mark], batch: int, part: int = 0, cases: int = 16_384
) -> tuple[int, list[Any]]:
    """How many records there are, and what is told of them.

    :param part: how many records are looked at by themselves before; 0: none.
    :param cases: how many are kept in mind.
    """
    report = Report()
    with pytest.MonkeyPatch.context() as patch, SqliteStore.open(path) as store:
        patch.setattr(intact, "BATCH", batch)
        patch.setattr(chains, "CASES", cases)
        with store.read() as reader:
            starts = range(0, RECORDS + part, part) if part else ()
            parts = [(start, part_of(path, start, part)) for start in starts]
            size = intact.check_intact(reader, Marks(marks, report), report, parts).size
    return size, told_of(report)


def told_of(report: Report) -> list[Any]:
    told = [(one.code, one.seq, one.case, str(one.params)) for one in report.findings]
    return sorted(told, key=repr)


def part_of(path: Path, start: int, length: int) -> intact.Part | None:
    """As another process sees it: in a snapshot of its own."""
    with SqliteStore.open(path) as store, store.read() as reader:
        return intact.part_of(reader, start, length)


LOOSE = """\
CREATE TABLE loose AS SELECT * FROM record;
DROP TABLE record;
ALTER TABLE loose RENAME TO record;
"""
CHANGES = [
    "SET data = CAST(replace(data, 'INC-3', 'INC-4') AS BLOB) WHERE seq = :at",
    "SET data = CAST(data AS TEXT) WHERE seq = :at",
    "SET data = x'' WHERE seq = :at",
    "SET data = NULL WHERE seq = :at",
    "SET leaf = zeroblob(32) WHERE seq = :at",
    "SET leaf = 'x' WHERE seq = :at",
    "SET cseq = 'x' WHERE seq = :at",
    "SET cseq = cseq + 1000 WHERE seq = :at",
    "SET case_id = 'INC-9' WHERE seq = :at",
    "SET case_id = CAST(case_id AS BLOB) WHERE seq = :at",
    "SET case_id = 'INC-9' WHERE case_id = (SELECT case_id FROM record WHERE seq = :at)",
    "SET seq = seq + 1000 WHERE seq >= :at",
    "SET seq = seq + 1 WHERE seq = :at",
    "SET seq = :at WHERE seq = :at / 2",
]
SOMEWHERE = st.integers(0, RECORDS - 1)


@settings(deadline=None, max_examples=80)
@given(
    changes=st.lists(st.tuples(st.sampled_from(CHANGES), SOMEWHERE), max_size=3),
    gone=st.lists(SOMEWHERE, max_size=2),
    loose=st.booleans(),
    batch=st.integers(1, 40),
    part=st.sampled_from([0, 1, 7, 16, 30, RECORDS]),
    marks=st.lists(
        st.tuples(st.integers(0, RECORDS + 3), st.sampled_from([None, "here", "there"])), max_size=5
    ),
)
def test_batches_tell_the_same_as_records_one_by_one(  # noqa: PLR0913 - what is varied
    honest: Path,
    *,
    changes: list[tuple[str, int]],
    gone: list[int],
    loose: bool,
    batch: int,
    part: int,
    marks: list[tuple[int, str | None]],
) -> None:
    with SqliteStore.open(honest) as store, store.read() as reader:
        leaves = list(reader.leaves())
    held = [Mark(size, root_of(leaves[:size]), place) for size, place in marks]
    path = shutil.copy(honest, honest.with_name("altered.db"))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP TRIGGER record_no_update; DROP TRIGGER record_no_delete")
        if loose:  # without its rules: indexes may come twice, and anything be anywhere
            connection.executescript(LOOSE)
        for change, at in changes:
            connection.execute(f"UPDATE OR IGNORE record {change}", {"at": at})
        for at in gone:
            connection.execute("DELETE FROM record WHERE seq = ?", (at,))
        connection.commit()
    assert findings(path, held, batch, part) == findings(path, held, 0)


@pytest.mark.parametrize("part", [0, 1, 7, 30])
@pytest.mark.parametrize("cases", [1, 3])
def test_cases_that_were_set_aside_are_followed(honest: Path, part: int, cases: int) -> None:
    assert findings(honest, [], 16, part, cases) == (RECORDS, [])


def test_what_is_no_record_is_told_of_where_its_case_was_set_aside(
    honest: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(honest, tmp_path / "text.db"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER record_no_update")
        connection.execute("UPDATE record SET data = CAST(data AS TEXT) WHERE seq = 20")
        connection.commit()
    told = [one[:2] for one in findings(path, [], 16, cases=1)[1]]
    assert ("record-unreadable", 20) in told


def test_a_part_is_spared_where_its_records_go_on_from_those_before(honest: Path) -> None:
    found = part_of(honest, 20, 30)
    assert found is not None
    with SqliteStore.open(honest) as store, store.read() as reader:
        assert found.leaves == list(reader.leaves(20, 50))
        report = Report()
        marks, parts = Marks([], report), [(20, found)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(intact, "BATCH", 1)
            patch.setattr(type(reader), "part", spared(20, 50))
            assert intact.check_intact(reader, marks, report, parts).size == RECORDS
    assert not report.findings
    assert part_of(honest, 80, 30) is None


@pytest.mark.parametrize("change", [None, *CHANGES[:2], "SET seq = seq + 1000 WHERE seq >= :at"])
def test_processes_spare_what_is_right_and_hide_nothing(
    honest: Path, tmp_path: Path, change: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "WORTH", RECORDS)
    monkeypatch.setattr(shares, "LENGTH", 20)
    path = Path(shutil.copy(honest, tmp_path / "shared.db"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER record_no_update")
        if change:
            connection.execute(f"UPDATE record {change}", {"at": 31})
        connection.commit()
    report = Report()
    with SqliteStore.open(path) as store, store.read() as reader:
        with shares.hashing(store, reader, 2) as parts:
            found = list(parts)
        size = intact.check_intact(reader, Marks([], report), report, found).size
    assert [start for start, _ in found] == [0, 20, 40, 60]
    assert all(part is not None for _, part in found) == (change is None)
    told = told_of(report)
    assert (size, told) == findings(path, [], 16)
    assert bool(told) == bool(change)


def spared(start: int, stop: int) -> Any:
    whole = SqliteReader.part

    def part(reader: SqliteReader, first: int, last: int) -> Any:
        assert last <= start or first >= stop
        return whole(reader, first, last)

    return part


def test_memory_does_not_grow_with_the_log() -> None:
    def peak(records: int) -> int:
        with SqliteStore.create(":memory:", "log") as store:
            fill(store, records)
            with store.read() as reader:
                report = Report()
                tracemalloc.start()
                assert intact.check_intact(reader, Marks([], report), report).size == records
                found = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
        assert not report.findings
        return found

    peak(1_024)  # what is made once
    assert peak(8_192) < 1.5 * peak(1_024)


def test_a_number_of_another_kind_in_a_table_without_types_is_found(
    honest: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(honest, tmp_path / "untyped.db"))
    with closing(sqlite3.connect(path)) as connection:
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(record)")]
        untyped = ", ".join(columns).replace("seq,", "seq INTEGER PRIMARY KEY,", 1)
        connection.executescript(
            f"CREATE TABLE untyped ({untyped}); INSERT INTO untyped SELECT * FROM record;"  # noqa: S608 - its own columns
            "DROP TABLE record; ALTER TABLE untyped RENAME TO record;"
            "UPDATE record SET cseq = cseq + 0.0 WHERE seq = 20"
        )
    told = findings(path, [], 16)
    assert told == findings(path, [], 0)
    assert ("record-unreadable", 20) in [one[:2] for one in told[1]]
