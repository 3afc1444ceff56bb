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

from handrail.engine.audit import intact
from handrail.engine.audit.findings import Report
from handrail.engine.audit.marks import Mark, Marks
from handrail.engine.ledger.merkle import root_of
from handrail.engine.ledger.record import canonical, leaf_hash
from handrail.engine.store.base import Entry
from handrail.engine.store.sqlite import SqliteStore

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


def findings(path: Path, marks: list[Mark], batch: int) -> tuple[int, list[Any]]:
    report = Report()
    with pytest.MonkeyPatch.context() as patch, SqliteStore.open(path) as store:
        patch.setattr(intact, "BATCH", batch)
        with store.read() as reader:
            size = intact.check_intact(reader, Marks(marks, report), report).size
    told = [(one.code, one.seq, one.case, str(one.params)) for one in report.findings]
    return size, sorted(told, key=repr)


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
    assert findings(path, held, batch) == findings(path, held, 0)


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
