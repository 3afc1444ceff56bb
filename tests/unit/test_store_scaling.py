"""What a command costs does not grow with the log; counted in SQLite's own instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from store_play import ORIGIN, at, deadline, entry, incident

from handrail.engine.store.rows import Filter, IncidentFilter
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handrail.engine.store.base import Reader, Writer

SMALL, LARGE = 600, 6000
PEOPLE = tuple(f"guard-{n}" for n in range(20))
TYPES = ("step-taken", "noted", "moved", "task-done")
OF_A_CASE = 10  # records


def grown(records: int) -> SqliteStore:
    """A store with so many records, in incidents of which all but the last are closed."""
    store = SqliteStore.create(":memory:", ORIGIN)
    with store.write() as writer:
        for seq in range(records):
            number, cseq = divmod(seq, OF_A_CASE)
            case = incident(number).id
            made = entry(
                case,
                cseq,
                actor=PEOPLE[seq % 20] if seq else "a person of the first day",
                type=TYPES[seq % 4],
                protocol=f"protocol-{seq % 7}",
                recorded=at(seq),
            )
            writer.append(made)
            writer.put_disclosures({f"digest-{seq}": "x" * 100}, case)
            if cseq == OF_A_CASE - 1:
                last = seq == records - 1
                writer.put_incident(incident(number, status="open" if last else "closed"))
    return store


@pytest.fixture(scope="module")
def stores() -> Iterator[dict[int, SqliteStore]]:
    made = {size: grown(size) for size in (SMALL, LARGE)}
    yield made
    for store in made.values():
        store.close()


def instructions(store: SqliteStore, act: Callable[[], object]) -> int:
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    store._connection.set_progress_handler(count, 1)
    act()
    store._connection.set_progress_handler(None, 0)
    return counted


def page(which: Filter) -> Callable[[Reader, int], object]:
    """The last page of the log."""
    return lambda reader, _: list(reader.log(which, newest_first=True, limit=20))


READS: dict[str, Callable[[Reader, int], object]] = {
    "all": page(Filter()),
    "person": page(Filter(actor="guard-3")),
    "a person seldom seen": page(Filter(actor="a person of the first day")),
    "nobody": page(Filter(actor="nobody")),
    "type": page(Filter(type="noted")),
    "no such type": page(Filter(type="verified")),
    "protocol": page(Filter(protocol="protocol-2")),
    "no such protocol": page(Filter(protocol="protocol-x")),
    "person and type": page(Filter(actor="guard-1", type="noted")),
    "case": page(Filter(case="INC-2026-0030")),
    "case and person": page(Filter(case="INC-2026-0030", actor="guard-3", type="noted")),
    "case and run": page(Filter(case="INC-2026-0030", run="r", since=at(1))),
    "drills": page(Filter(drill=True)),
    "head": lambda reader, _: reader.head(),
    "case head": lambda reader, _: reader.case_head("INC-2026-0030"),
    "case records": lambda reader, _: list(reader.case_records("INC-2026-0030")),
    "disclosures": lambda reader, _: reader.disclosures(["digest-300"], "INC-2026-0030"),
    "incident": lambda reader, _: reader.incident("INC-2026-0030"),
    "open incidents": lambda reader, _: reader.incidents(IncidentFilter(open=True)),
    "newest incidents": lambda reader, _: reader.incidents(IncidentFilter(), limit=9),
    "last number": lambda reader, _: reader.last_number("INC-2026-"),
    "due": lambda reader, _: reader.due("9"),
    "one period": lambda reader, size: list(
        reader.log(Filter(since=at(size - 300), until=at(size - 290)))
    ),
    "one person's period": lambda reader, size: list(
        reader.log(Filter(since=at(size - 30), actor="guard-3"))
    ),
}


@pytest.mark.parametrize("read", READS)
def test_a_look_costs_as_much_in_a_large_log(stores: dict[int, SqliteStore], read: str) -> None:
    costs = {}
    for size, store in stores.items():
        with store.read() as reader:
            costs[size] = instructions(store, lambda: READS[read](reader, size))  # noqa: B023 - called at once
    slack = 9 * (LARGE - SMALL) // 256 if "period" in read else 0  # spans are looked through
    assert costs[LARGE] <= costs[SMALL] * 1.1 + slack + 20


def test_a_step_costs_as_much_in_a_large_log(stores: dict[int, SqliteStore]) -> None:
    def step(writer: Writer) -> None:
        case = "INC-2026-0030"
        cseq = writer.case_head(case).cseq
        writer.append(entry(case, cseq, actor="guard-3", protocol="protocol-3"))
        writer.put_incident(incident(30, version=cseq))
        writer.put_deadlines(case, [deadline(case, "contact", at(cseq))])
        writer.put_disclosures({f"another-{cseq}": "x"}, case)

    costs = {}
    for size, store in stores.items():
        with store.write() as writer:
            costs[size] = instructions(store, lambda: step(writer))
    assert costs[LARGE] <= costs[SMALL] * 1.1
