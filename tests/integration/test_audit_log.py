from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handrail.engine.audit.log import REDACTED, rows
from handrail.engine.ledger.disclosure import seal
from handrail.engine.ledger.record import canonical, leaf_hash
from handrail.engine.store.base import Entry, Filter
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = ("anna", "bram")


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    """Four hundred and fifty records of three cases; every tenth is a step, of a drill."""
    with SqliteStore.create(":memory:", "log") as store:
        with store.write() as writer:
            for seq in range(450):
                _append(writer, seq)
        yield store


def _append(writer: Any, seq: int) -> None:
    case, step = f"INC-2026-000{seq % 3}", seq % 10 == 0
    digest, disclosure = seal("note", f"note {seq}")
    record = {
        "case": case,
        "cseq": seq // 3,
        "type": "step-taken" if step else "noted",
        "recorded": f"2026-11-{1 + seq // 30:02d}T00:00:00.000000Z",
        "actor": {"id": PEOPLE[seq % 2]},
        "text": {"sd": digest},
        "deep": [{"a": {"sd": digest}}],
    }
    data = canonical(record)
    writer.append(
        Entry(
            case=case,
            cseq=seq // 3,
            type=str(record["type"]),
            recorded=str(record["recorded"]),
            occurred=str(record["recorded"]),
            actor=PEOPLE[seq % 2],
            run=None,
            protocol="p" if step else None,
            drill=step,
            data=data,
            leaf=leaf_hash(data),
        )
    )
    if seq != 7:
        writer.put_disclosures({digest: disclosure}, case)


def seqs(store: SqliteStore, **which: Any) -> list[int]:
    with store.read() as reader:
        return [row["seq"] for row in rows(reader, Filter(**which))]


def test_all_records_come_in_the_order_of_the_log(store: SqliteStore) -> None:
    assert seqs(store) == list(range(450))


@pytest.mark.parametrize(
    ("which", "passes"),
    [
        ({"case": "INC-2026-0001"}, lambda seq: seq % 3 == 1),
        ({"actor": "bram"}, lambda seq: seq % 2 == 1),
        ({"protocol": "p"}, lambda seq: seq % 10 == 0),
        ({"type": "noted"}, lambda seq: seq % 10 != 0),
        ({"drill": True}, lambda seq: seq % 10 == 0),
        ({"drill": False, "actor": "anna"}, lambda seq: seq % 10 != 0 and seq % 2 == 0),
        ({"since": "2026-11-03"}, lambda seq: seq >= 60),
        ({"until": "2026-11-03"}, lambda seq: seq < 60),
        (
            {"since": "2026-11-03", "until": "2026-11-05", "case": "INC-2026-0000"},
            lambda seq: 60 <= seq < 120 and seq % 3 == 0,
        ),
    ],
)
def test_each_filter_passes_what_it_says(store: SqliteStore, which: Any, passes: Any) -> None:
    assert seqs(store, **which) == [seq for seq in range(450) if passes(seq)]


def test_the_newest_come_first_and_no_more_than_wanted(store: SqliteStore) -> None:
    with store.read() as reader:
        found = list(rows(reader, Filter(), newest_first=True, limit=3))
    assert [row["seq"] for row in found] == [449, 448, 447]


def test_personal_values_stay_sealed_unless_wanted_in_clear(store: SqliteStore) -> None:
    with store.read() as reader:
        sealed = list(rows(reader, Filter()))
        clear = list(rows(reader, Filter(), clear=True))
    assert set(sealed[5]["text"]) == {"sd"}
    assert [row["text"] for row in clear] == [
        REDACTED if seq == 7 else f"note {seq}" for seq in range(450)
    ]
    assert clear[8]["deep"] == [{"a": "note 8"}]
    assert clear[8]["actor"] == {"id": "anna"}
