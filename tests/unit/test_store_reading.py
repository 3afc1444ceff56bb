"""What is put into a store comes out of it, by every filter."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_play import ORIGIN, at, deadline, document, entry, everything, fill, incident

from handrail.engine.ledger.merkle import EMPTY_ROOT, root_of
from handrail.engine.store.rows import (
    CaseHead,
    CheckpointRow,
    Entry,
    Filter,
    Head,
    IncidentFilter,
    IncidentRow,
    InForce,
    Logged,
    OutboxRow,
    StoredRecord,
)
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.store.base import Writer

CASES = ("INC-2026-0001", "INC-2026-0002", "DOC-bomb-threat", "LOG")
ACTORS = ("anna", "bram", "o'neill", "Zoë")
TYPES = ("noted", "step-taken", "moved")
PROTOCOLS = (None, "suspicious-person", "bomb-threat")
RUNS = (None, "suspicious-person-1")


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    with SqliteStore.create(":memory:", ORIGIN) as made:
        yield made


def random_log(rng: Random, length: int) -> list[Entry]:
    """A log whose clock jumps to and fro."""
    sizes = dict.fromkeys(CASES, 0)
    log = []
    for index in range(length):
        case = rng.choice(CASES)
        made = entry(
            case,
            sizes[case],
            type=rng.choice(TYPES),
            actor=rng.choice(ACTORS),
            protocol=rng.choice(PROTOCOLS),
            run=rng.choice(RUNS),
            drill=rng.random() < 0.3,
            recorded=at(index + rng.randrange(300)),
        )
        sizes[case] += 1
        log.append(made)
    return log


def passes(which: Filter, made: Entry) -> bool:
    """What a filter means, said plainly."""
    same = ("case", "actor", "protocol", "type", "drill", "run")
    return (
        all(getattr(which, name) in {None, getattr(made, name)} for name in same)
        and (which.since is None or made.recorded >= which.since)
        and (which.until is None or made.recorded < which.until)
    )


LOG = random_log(Random(7), 900)  # noqa: S311 - a log, not a secret
SECONDS = st.none() | st.integers(0, 1300).map(at)


@pytest.fixture(scope="module")
def logged() -> Iterator[SqliteStore]:
    with SqliteStore.create(":memory:", ORIGIN) as made:
        with made.write() as writer:
            for each in LOG:
                writer.append(each)
        yield made


@given(
    which=st.builds(
        Filter,
        case=st.none() | st.sampled_from(CASES),
        actor=st.none() | st.sampled_from(ACTORS),
        protocol=st.sampled_from(PROTOCOLS),
        type=st.none() | st.sampled_from(TYPES),
        since=SECONDS,
        until=SECONDS,
        drill=st.none() | st.booleans(),
        run=st.sampled_from(RUNS),
    ),
    newest_first=st.booleans(),
    limit=st.none() | st.integers(0, 20),
)
@settings(max_examples=120, deadline=None)
def test_the_log_gives_what_passes_the_filter_in_order(
    logged: SqliteStore, *, which: Filter, newest_first: bool, limit: int | None
) -> None:
    expected = [Logged(seq, made.data) for seq, made in enumerate(LOG) if passes(which, made)]
    if newest_first:
        expected.reverse()
    with logged.read() as reader:
        found = list(reader.log(which, newest_first=newest_first, limit=limit))
    assert found == expected[:limit]


def test_the_log_is_read_in_each_of_its_forms(logged: SqliteStore) -> None:
    with logged.read() as reader:
        assert (
            list(reader.scan(890))
            == [
                StoredRecord(seq, made.case, made.cseq, made.leaf, made.data)
                for seq, made in enumerate(LOG)
            ][890:]
        )
        assert list(reader.entries()) == list(enumerate(LOG))
        assert list(reader.leaves(5, 9)) == [made.leaf for made in LOG[5:9]]
        assert list(reader.leaves(895)) == [made.leaf for made in LOG[895:]]
        ours = [made for made in LOG if made.case == "LOG"]
        assert list(reader.case_records("LOG", 3)) == [made.data for made in ours[3:]]
        assert reader.case_head("LOG") == CaseHead(cseq=len(ours), leaf=ours[-1].leaf)
        assert reader.head() == Head(size=900, root=root_of(made.leaf for made in LOG))


def test_an_empty_store_has_an_empty_log(store: SqliteStore) -> None:
    with store.read() as reader:
        assert reader.head() == Head(size=0, root=EMPTY_ROOT)
        assert reader.case_head("LOG") == CaseHead(cseq=0, leaf=None)
        assert list(everything(reader)) == [reader.head(), 0]


def test_a_writer_sees_its_own_changes(store: SqliteStore) -> None:
    first, second = entry("LOG", 0), entry("LOG", 1)
    with store.write() as writer:
        assert (writer.append(first), writer.append(second)) == (0, 1)
        assert writer.head() == Head(size=2, root=root_of([first.leaf, second.leaf]))
        assert writer.case_head("LOG") == CaseHead(cseq=2, leaf=second.leaf)
        fill(writer, 1)
        inside = list(everything(writer))
    with store.read() as reader:
        assert list(everything(reader)) == inside


def fill_and_fail(writer: Writer) -> None:
    fill(writer, 1)
    raise ZeroDivisionError


def test_an_exception_leaves_nothing_behind(store: SqliteStore) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as writer:
        fill_and_fail(writer)
    with store.read() as reader:
        assert len(list(everything(reader))) == 2
    with store.write() as writer:
        assert writer.append(entry("LOG", 0)) == 0


def test_a_transaction_within_another_is_a_mistake_of_ours(store: SqliteStore) -> None:
    with store.read(), pytest.raises(RuntimeError, match="one transaction"), store.write():
        pass
    with store.write() as writer:  # the store goes on
        writer.append(entry("LOG", 0))


INCIDENTS = [
    incident(1),
    incident(2, status="closed", closed=at(99), phase="after", outcome="false-alarm"),
    incident(3, drill=True, people=("anna", "bram")),
    incident(4, protocol="bomb-threat", people=()),
    incident(5, people=('"anna"', "bra"), phase=None, title="digest"),
]


@pytest.mark.parametrize(
    ("which", "numbers"),
    [
        (IncidentFilter(), [5, 4, 3, 2, 1]),
        (IncidentFilter(open=True), [5, 4, 3, 1]),
        (IncidentFilter(open=False), [2]),
        (IncidentFilter(phase="after"), [2]),
        (IncidentFilter(protocol="bomb-threat"), [4]),
        (IncidentFilter(mine="anna"), [3, 2, 1]),
        (IncidentFilter(mine="bram"), [3]),
        (IncidentFilter(mine='"anna"'), [5]),
        (IncidentFilter(mine="nn"), []),
        (IncidentFilter(overdue_at=at(30)), [3, 1]),
        (IncidentFilter(overdue_at=at(29)), [1]),
        (IncidentFilter(drill=True), [3]),
        (IncidentFilter(drill=False, open=True, mine="anna"), [1]),
        (IncidentFilter(phase="nowhere"), []),
    ],
)
def test_incidents_are_listed_by_filter_newest_first(
    store: SqliteStore, which: IncidentFilter, numbers: list[int]
) -> None:
    with store.write() as writer:
        for row in INCIDENTS:
            writer.put_incident(row)
        writer.put_deadlines(INCIDENTS[0].id, [deadline(INCIDENTS[0].id, "contact", at(10))])
        writer.put_deadlines(INCIDENTS[2].id, [deadline(INCIDENTS[2].id, "contact", at(30))])
    rows = [INCIDENTS[number - 1] for number in numbers]
    with store.read() as reader:
        assert reader.incidents(which) == rows
        assert reader.incidents(which, newest_first=False) == rows[::-1]
        assert reader.incidents(which, limit=2) == rows[:2]


CHANGES: list[dict[str, Any]] = [
    {"version": 2, "phase": "after", "people": ("anna", "bram"), "title": "digest"},
    {"status": "closed", "closed": at(9), "outcome": "threat"},
    {"drill": True},
    {"opened": at(4000)},
    {"protocol": "bomb-threat"},
]


@pytest.mark.parametrize("change", CHANGES)
def test_an_incident_is_kept_as_it_was_put_last(store: SqliteStore, change: dict[str, Any]) -> None:
    row: IncidentRow = incident(1)._replace(**change)
    with store.write() as writer:
        writer.put_incident(incident(1))
        writer.put_incident(row)
    with store.read() as reader:
        assert reader.incident(row.id) == row
        assert reader.incidents(IncidentFilter()) == [row]
        assert reader.incidents(IncidentFilter(open=True)) == [row] * (row.status == "open")


def test_the_last_number_counts_past_four_digits(store: SqliteStore) -> None:
    with store.write() as writer:
        for name in ("INC-2026-9999", "INC-2026-10000", "INC-2025-70000", "INC-2026-0002"):
            writer.put_incident(incident(1, id=name))
    with store.read() as reader:
        assert reader.last_number("INC-2026-") == 10000
        assert reader.last_number("INC-2027-") == 0


def test_deadlines_replace_those_of_their_case_only(store: SqliteStore) -> None:
    one, other = "INC-2026-0001", "INC-2026-0002"
    kept = deadline(other, "contact", at(5))
    later = deadline(one, "tell", at(9), kind="task")
    with store.write() as writer:
        writer.put_deadlines(one, [deadline(one, "contact", at(1))])
        writer.put_deadlines(other, [kept])
        writer.put_deadlines(one, [later, deadline(one, "search", at(3))])
        writer.put_deadlines(one, [deadline(one, "search", at(3)), later])
    with store.read() as reader:
        assert reader.deadlines(one) == [deadline(one, "search", at(3)), later]
        assert reader.deadlines(other) == [kept]
        assert [row.owner for row in reader.due(at(5))] == ["search", "contact"]


def test_what_passed_or_was_closed_is_no_longer_due(store: SqliteStore) -> None:
    with store.write() as writer:
        writer.put_incident(incident(1, status="closed"))
        writer.put_incident(incident(2))
        writer.put_deadlines(incident(1).id, [deadline(incident(1).id, "contact", at(1))])
        writer.put_deadlines(
            incident(2).id,
            [
                deadline(incident(2).id, "contact", at(1), passed=True),
                deadline(incident(2).id, "search", at(1)),
            ],
        )
        writer.put_deadlines("DOC-x", [deadline("DOC-x", "advice", at(1))])
    with store.read() as reader:
        assert [row.owner for row in reader.due(at(1))] == ["advice", "search"]
        assert reader.due(at(0)) == []
        assert [row.passed for row in reader.deadlines(incident(2).id)] == [True, False]


def test_documents_are_kept_once_and_put_in_force(store: SqliteStore) -> None:
    old, new, other = document("ping"), document("ping", 2), document("pong")._replace(kind="site")
    force = InForce(id="ping", kind="protocol", sha256=old.sha256, revision=1, since=at(1), cseq=1)
    with store.write() as writer:
        for row in (new, old, other, old._replace(source=b"written again")):
            writer.put_document(row)
        writer.put_in_force(force)
        writer.put_in_force(force._replace(sha256=new.sha256, revision=2, cseq=3))
        writer.put_in_force(force._replace(id="pong", sha256=other.sha256, kind="site"))
    with store.read() as reader:
        assert reader.document(old.sha256) == old
        assert reader.document("nothing") is None
        assert reader.documents() == [old, new, other]
        assert reader.documents("ping") == [old, new]
        assert reader.in_force("ping") == force._replace(sha256=new.sha256, revision=2, cseq=3)
        assert [row.id for row in reader.all_in_force()] == ["ping", "pong"]
        assert [row.id for row in reader.all_in_force("site")] == ["pong"]
    with store.write() as writer:
        writer.drop_in_force("ping")
        assert writer.in_force("ping") is None


def test_disclosures_and_evidence_come_and_go(store: SqliteStore) -> None:
    with store.write() as writer:
        writer.put_disclosures({"a": "one", "b": "two"}, "LOG")
        writer.put_disclosures({"a": "other case"}, "DOC-x")
        writer.put_evidence("e", b"first")
        writer.put_evidence("e", b"second")
    with store.read() as reader:
        assert reader.disclosures(["a", "b", "c"], "LOG") == {"a": "one", "b": "two"}
        assert reader.disclosures(["a"], "DOC-x") == {"a": "other case"}
        assert reader.disclosures([], "LOG") == {}
        assert reader.evidence("e") == b"first"
    with store.write() as writer:
        writer.drop_disclosures(["a", "c"], "LOG")
        writer.drop_evidence("e")
    with store.read() as reader:
        assert reader.disclosures(["a", "b"], "LOG") == {"b": "two"}
        assert reader.disclosures(["a"], "DOC-x") == {"a": "other case"}
        assert reader.evidence("e") is None


def test_checkpoints_are_kept_in_order_and_once(store: SqliteStore) -> None:
    rows = [CheckpointRow(size=n, root=bytes(32), note=f"note {n}", recorded=at(n)) for n in (2, 1)]
    with store.write() as writer:
        for row in (*rows, rows[0]):
            writer.put_checkpoint(row)
    with store.read() as reader:
        assert reader.checkpoints() == rows


def test_the_outbox_keeps_what_failed_and_forgets_what_was_sent(store: SqliteStore) -> None:
    first = OutboxRow(case="INC-2026-0002", cseq=4, run="r", to=("a", "b"), text="Come")
    second = OutboxRow(case="INC-2026-0001", cseq=1, run=None, to=(), text="Naïve")
    with store.write() as writer:
        writer.put_outbox(first)
        writer.put_outbox(second)
        writer.take_outbox(first.case, first.cseq, sent=False)
    with store.read() as reader:
        assert reader.outbox() == [first._replace(tries=1), second]
    with store.write() as writer:
        writer.take_outbox(first.case, first.cseq, sent=True)
        assert writer.outbox() == [second]


def test_projections_are_cleared_and_nothing_else(store: SqliteStore) -> None:
    with store.write() as writer:
        fill(writer, 1)
        before = writer.head()
        writer.clear_projections()
    with store.read() as reader:
        assert reader.incidents(IncidentFilter()) == []
        assert reader.deadlines(incident(1).id) == []
        assert reader.all_in_force() == []
        assert reader.head() == before
        assert reader.documents()
        assert reader.checkpoints()
        assert reader.evidence("evidence-1")
        assert reader.outbox()
        assert reader.disclosures(["digest-1"], incident(1).id)
