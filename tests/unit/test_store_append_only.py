"""Neither a mistake of ours nor plain SQL changes what was recorded."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from store_play import ORIGIN, entry, everything, fill

from handrail.engine.errors import ConflictError, StoreError
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterator

# Put rows in place of others: REPLACE fires no trigger on what it deletes.
REPLACE = """
    CREATE TEMP TABLE other AS SELECT * FROM {table};
    UPDATE other SET {change};
    REPLACE INTO {table} SELECT * FROM other;
"""


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    with SqliteStore.create(":memory:", ORIGIN) as made:
        with made.write() as writer:
            fill(writer, 1)
        yield made


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record SET actor = 'eve' WHERE seq = 1",
        "UPDATE OR REPLACE record SET seq = 0 WHERE seq = 1",
        "DELETE FROM record",
        "DELETE FROM record WHERE seq = 2",
        "UPDATE document SET data = x'00'",
        "DELETE FROM document",
        "UPDATE checkpoint SET size = 9",
        "DELETE FROM checkpoint",
        "UPDATE disclosure SET disclosure = 'another'",
        "UPDATE evidence SET data = x'00'",
    ],
)
def test_the_database_itself_refuses(store: SqliteStore, statement: str) -> None:
    with store.read() as reader:
        before = list(everything(reader))
    with pytest.raises(sqlite3.DatabaseError):
        store._connection.execute(statement)
    with store.read() as reader:
        assert list(everything(reader)) == before


@pytest.mark.parametrize(
    "change",
    ["type = 'moved'", "seq = 7, case_id = 'LOG'", "seq = seq + 3", "seq = -1, case_id = 'LOG'"],
)
def test_a_record_is_not_replaced(store: SqliteStore, change: str) -> None:
    with store.read() as reader:
        before = list(everything(reader))
    with pytest.raises(sqlite3.IntegrityError):
        store._connection.executescript(REPLACE.format(table="record", change=change))
    with store.read() as reader:
        assert list(everything(reader)) == before


@pytest.mark.parametrize(
    ("table", "change"), [("document", "id = 'evil'"), ("checkpoint", "size = 999")]
)
def test_a_replacement_is_not_taken(store: SqliteStore, table: str, change: str) -> None:
    with store.read() as reader:
        before = list(everything(reader))
    store._connection.executescript(REPLACE.format(table=table, change=change))
    with store.read() as reader:
        assert list(everything(reader)) == before


@pytest.mark.parametrize("cseq", [0, 2, 4, -1])
def test_only_the_next_record_of_a_case_is_taken(store: SqliteStore, cseq: int) -> None:
    with pytest.raises(ConflictError, match="first"), store.write() as writer:
        writer.append(entry("INC-2026-0001", cseq))
    with store.write() as writer:
        assert writer.append(entry("INC-2026-0001", 3)) == 3


def test_a_refusal_takes_the_whole_transaction_back(store: SqliteStore) -> None:
    with pytest.raises(ConflictError), store.write() as writer:
        _ = [writer.append(entry("LOG", 0)) for _ in range(2)]
    with store.read() as reader:
        assert reader.head().size == 3
        assert reader.case_head("LOG").cseq == 0


def test_a_log_that_is_not_as_long_as_its_head_takes_no_more(store: SqliteStore) -> None:
    store._connection.executescript(
        "DROP TRIGGER record_no_delete; DELETE FROM record WHERE seq = 2"
    )
    with pytest.raises(StoreError, match="audit verify"), store.write() as writer:
        writer.append(entry("LOG", 0))


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM head",
        "UPDATE head SET size = 900",
        "UPDATE head SET size = 'x', hashes = 1",
        "UPDATE head SET size = size + 0.5",
        "UPDATE head SET hashes = printf('%.*c', length(hashes), 'x')",
    ],
)
def test_a_head_that_was_tampered_with_is_told_of(store: SqliteStore, change: str) -> None:
    store._connection.execute(change)
    with pytest.raises(StoreError, match="head of its log"), store.read() as reader:
        reader.head()
    with pytest.raises(StoreError, match="head of its log"), store.write() as writer:
        writer.append(entry("LOG", 0))


def test_what_is_in_force_is_registered(store: SqliteStore) -> None:
    with store.read() as reader:
        row = reader.all_in_force()[0]
    with pytest.raises(StoreError, match="FOREIGN KEY"), store.write() as writer:
        writer.put_in_force(row._replace(sha256="never registered"))
