"""Attacks on the database with plain SQL, and what a verification makes of them.

The log here is written straight into a store: cases of notes, which need no protocol.
``test_audit_attacks.py`` attacks a log that the engine wrote.
"""

from __future__ import annotations

import json
import sqlite3
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.engine.audit import chains
from handrail.engine.audit.findings import TEXTS, Depth, Verdict
from handrail.engine.audit.verify import verify
from handrail.engine.ledger.checkpoint import Checkpoint, LogKey, NoteError
from handrail.engine.ledger.disclosure import seal
from handrail.engine.ledger.merkle import CompactRange, root_of
from handrail.engine.ledger.record import canonical, leaf_hash
from handrail.engine.store.base import CheckpointRow, Entry, IncidentRow
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from handrail.engine.audit.findings import Result

ORIGIN = "handrail.example/log"
KEY = LogKey.generate(ORIGIN)
TIME = "2026-11-21T10:00:{:02d}.000000Z"


class Book:
    """Writes records as the engine does, and forges them as it would not."""

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self.store = SqliteStore.create(self.path, ORIGIN)
        self.count = 0

    def record(self, case: str, cseq: int, prev: bytes | None, **members: Any) -> bytes:
        self.count += 1
        time = TIME.format(self.count % 60)
        common = {
            "v": 1,
            "log": ORIGIN,
            "case": case,
            "cseq": cseq,
            "prev": prev.hex() if prev else None,
            "type": "noted" if cseq else "incident-opened",
            "recorded": time,
            "occurred": time,
            "actor": {"id": "anna", "roles": ["guard"], "how": "claimed", "host": "desk"},
            "drill": False,
        }
        return canonical({**common, **members})

    def add(self, case: str, **members: Any) -> None:
        evidence = members.pop("bytes", None)
        with self.store.write() as writer:
            head = writer.case_head(case)
            data = self.record(case, head.cseq, head.leaf, **members)
            writer.append(entry(data))
            version = head.cseq + 1
            writer.put_incident(incident(case, version, writer.incident(case), data))
            if evidence is not None:
                writer.put_evidence(sha256(evidence).hexdigest(), evidence)

    def seal(self, case: str, text: str) -> str:
        digest, disclosure = seal("note", text)
        with self.store.write() as writer:
            writer.put_disclosures({digest: disclosure}, case)
        self.add(case, text={"sd": digest})
        return digest

    def sign(self, key: LogKey = KEY) -> str:
        with self.store.write() as writer:
            size, root = writer.head()
            note = key.sign(Checkpoint(origin=ORIGIN, size=size, root=root))
            writer.put_checkpoint(CheckpointRow(size, root, note, TIME.format(0)))
        return note

    def verify(self, *against: str, depth: Depth = Depth.CONSISTENT) -> Result:
        with SqliteStore.open(self.path) as store:
            return verify(store, [KEY.verifier], against=against, depth=depth)

    def sql(self, *statements: str, **values: object) -> None:
        """Do to the database what its triggers forbid."""
        self.store.close()
        connection = sqlite3.connect(self.path)
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement, values)
        connection.commit()
        connection.close()

    def rewrite(self, change: Callable[[int, dict[str, Any]], dict[str, Any]]) -> None:
        """Change records and mend everything that can be mended without the key."""
        with self.store.read() as reader:
            records = [json.loads(row.data) for row in reader.scan()]
        tree, heads = CompactRange(), {}
        self.sql()
        connection = sqlite3.connect(self.path)
        for seq, record in enumerate(records):
            changed = change(seq, record)
            changed["prev"] = heads.get(changed["case"])
            data = canonical(changed)
            heads[changed["case"]] = leaf_hash(data).hex()
            tree.append(leaf_hash(data))
            connection.execute(
                "UPDATE record SET data = ?, leaf = ?, actor = ? WHERE seq = ?",
                (data, leaf_hash(data), changed["actor"]["id"], seq),
            )
        connection.execute("UPDATE head SET hashes = ?", (tree.state,))
        connection.commit()
        connection.close()


def entry(data: bytes) -> Entry:
    record = json.loads(data)
    return Entry(
        case=record["case"],
        cseq=record["cseq"],
        type=record["type"],
        recorded=record["recorded"],
        occurred=record["occurred"],
        actor=record["actor"]["id"],
        run=None,
        protocol=None,
        drill=record["drill"],
        data=data,
        leaf=leaf_hash(data),
    )


def incident(case: str, version: int, before: IncidentRow | None, data: bytes) -> IncidentRow:
    if before is not None:
        return before._replace(version=version)
    return IncidentRow(
        id=case,
        title=None,
        protocol="",
        drill=False,
        status="open",
        phase=None,
        opened=json.loads(data)["occurred"],
        closed=None,
        version=version,
        people=("anna",),
    )


def codes(result: Result) -> set[str]:
    return {finding.code for finding in result.findings}


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """Two cases, five records each, taking turns; a checkpoint after six; 0 to 9."""
    book = Book(tmp_path / "store.db")
    for turn in range(5):
        book.add("INC-2026-0001")
        book.add("INC-2026-0002")
        if turn == 2:
            book.sign()
    yield book
    book.store.close()


@pytest.fixture
def anchor(book: Book) -> str:
    return book.sign()


def test_without_anything_from_outside_a_clean_log_is_unanchored(book: Book) -> None:
    result = book.verify()
    assert result.row() == {
        "verdict": "UNANCHORED",
        "records": 10,
        "from": 0,
        "depth": "consistent",
        "anchored": 0,
        "findings": [],
        "more": 0,
        "redacted": 0,
        "unchecked": 0,
        "anchors": [],
    }


def test_with_an_outside_checkpoint_it_is_ok(book: Book, anchor: str) -> None:
    result = book.verify(anchor)
    assert (result.verdict, result.anchored, result.findings) == (Verdict.OK, 10, ())


def test_an_older_anchor_proves_as_much_as_it_counts(book: Book) -> None:
    with book.store.read() as reader:
        early = reader.checkpoints()[0].note
    result = book.verify(early)
    assert (result.verdict, result.anchored) == (Verdict.OK, 6)


def test_an_anchor_of_an_empty_log_proves_nothing(book: Book) -> None:
    nothing = KEY.sign(Checkpoint(origin=ORIGIN, size=0, root=root_of([])))
    assert book.verify(nothing).verdict is Verdict.UNANCHORED


def test_an_empty_log_is_clean(tmp_path: Path) -> None:
    result = Book(tmp_path / "s.db").verify()
    assert (result.verdict, result.records) == (Verdict.UNANCHORED, 0)


# -- plain SQL, without the key ------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            "UPDATE record SET data = replace(data, 'anna', 'bert') WHERE seq = 4",
            "record-unreadable",
        ),
        (
            "UPDATE record SET data = CAST(replace(data, 'anna', 'bert') AS BLOB) WHERE seq = 4",
            "record-altered",
        ),
        ("UPDATE record SET leaf = zeroblob(32) WHERE seq = 4", "record-altered"),
        ("UPDATE record SET data = CAST('{' AS BLOB) WHERE seq = 4", "record-unreadable"),
        ("UPDATE record SET data = 7 WHERE seq = 4", "record-unreadable"),
        ("UPDATE record SET data = CAST(data AS TEXT) WHERE seq = 4", "record-unreadable"),
        ("UPDATE record SET leaf = 'x' WHERE seq = 4", "record-unreadable"),
        ("DELETE FROM record WHERE seq = 4", "record-missing"),
        ("DELETE FROM record WHERE seq = 4", "case-gap"),
        ("DELETE FROM record WHERE seq = 9", "tail-cut"),
        ("DELETE FROM record", "tail-cut"),
        ("UPDATE record SET seq = 99 WHERE seq = 4", "record-missing"),
        ("UPDATE record SET cseq = 7 WHERE seq = 9", "column-differs"),
        ("UPDATE record SET cseq = 'x' WHERE seq = 9", "record-unreadable"),
        ("UPDATE record SET case_id = 'INC-2026-0003' WHERE seq = 9", "column-differs"),
        ("UPDATE record SET type = 'step-taken' WHERE seq = 4", "column-differs"),
        ("UPDATE record SET actor = 'bert' WHERE seq = 4", "column-differs"),
        ("UPDATE record SET recorded = '2020' WHERE seq = 4", "column-differs"),
        ("UPDATE record SET occurred = '2020' WHERE seq = 4", "column-differs"),
        ("UPDATE record SET run = 'a-1' WHERE seq = 4", "column-differs"),
        ("UPDATE record SET protocol = 'a' WHERE seq = 4", "column-differs"),
        ("UPDATE record SET drill = 1 WHERE seq = 4", "column-differs"),
        ("UPDATE head SET size = 9, hashes = zeroblob(64)", "tail-added"),
        ("UPDATE head SET hashes = zeroblob(64)", "head-differs"),
        ("UPDATE head SET hashes = x'00'", "head-unreadable"),
        ("UPDATE checkpoint SET note = replace(note, '6', '7')", "checkpoint-forged"),
        ("UPDATE checkpoint SET note = 'nonsense' WHERE size = 6", "checkpoint-forged"),
        ("UPDATE checkpoint SET size = 5", "checkpoint-row"),
        ("UPDATE checkpoint SET root = zeroblob(32)", "checkpoint-row"),
        ("UPDATE incident SET status = 'closed' WHERE id LIKE '%1'", "projection-differs"),
        ("UPDATE incident SET people = '[]' WHERE id LIKE '%1'", "projection-differs"),
        ("UPDATE incident SET people = 'x' WHERE id LIKE '%1'", "projection-unreadable"),
        ("DELETE FROM incident WHERE id LIKE '%1'", "projection-missing"),
        ("UPDATE incident SET id = 'INC-2026-0000' WHERE id LIKE '%1'", "projection-extra"),
        ("UPDATE incident SET id = 'INC-2026-0009' WHERE id LIKE '%2'", "projection-extra"),
        (
            "INSERT INTO document VALUES ('00', 'p', 'protocol', 1, '', 'anna', '{}', '')",
            "document-altered",
        ),
    ],
)
def test_an_alteration_by_plain_sql_is_found(
    book: Book, anchor: str, statement: str, found: str
) -> None:
    book.sql(statement)
    result = book.verify(anchor)
    assert found in codes(result)
    assert result.verdict is Verdict.FAIL


def test_records_that_changed_places_are_found(book: Book, anchor: str) -> None:
    book.sql(
        "UPDATE record SET seq = -1 WHERE seq = 4",
        "UPDATE record SET seq = 4 WHERE seq = 6",
        "UPDATE record SET seq = 6 WHERE seq = -1",
    )
    result = book.verify(anchor)
    assert {"case-gap", "case-repeat", "case-order", "head-differs"} <= codes(result)


def test_records_of_two_cases_that_changed_places_are_found(book: Book, anchor: str) -> None:
    book.sql(
        "UPDATE record SET seq = -1 WHERE seq = 8",
        "UPDATE record SET seq = 8 WHERE seq = 9",
        "UPDATE record SET seq = 9 WHERE seq = -1",
    )
    found = codes(book.verify(anchor))
    assert {"head-differs", "checkpoint-differs", "anchor-differs", "time-backwards"} == found


def test_a_record_inserted_at_the_end_is_found(book: Book, anchor: str) -> None:
    forged = book.record("INC-2026-0001", 5, None)
    insert(book, 10, forged)
    assert {"tail-added", "chain-broken", "projection-differs"} <= codes(book.verify(anchor))


def test_a_record_brought_in_from_another_log_is_found(book: Book, anchor: str) -> None:
    insert(book, 10, book.record("INC-2026-0003", 0, None, log="elsewhere"))
    assert {"record-foreign", "tail-added"} <= codes(book.verify(anchor))


def test_a_copy_of_a_record_is_found(book: Book, anchor: str) -> None:
    book.sql(
        "CREATE TABLE loose AS SELECT * FROM record",
        "DROP TABLE record",
        "ALTER TABLE loose RENAME TO record",
        "INSERT INTO record SELECT 10, case_id, cseq, type, recorded, occurred, actor, run,"
        " protocol, drill, leaf, data FROM record WHERE seq = 9",
    )
    assert {"case-repeat", "tail-added"} <= codes(book.verify(anchor))


def insert(book: Book, seq: int, data: bytes) -> None:
    book.sql()
    connection = sqlite3.connect(book.path)
    row = entry(data)
    connection.execute(
        "INSERT INTO record (seq, case_id, cseq, type, recorded, occurred, actor, run, protocol,"
        " drill, data, leaf) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (seq, *row),
    )
    connection.commit()
    connection.close()


@pytest.mark.parametrize("member", ["facts", "case", "run", "type", "protocol", "recorded"])
@pytest.mark.parametrize("levels", [300, 960, 1_010, 100_000])
def test_a_record_nested_deeper_than_any_is_none(book: Book, member: str, levels: int) -> None:
    with book.store.read() as reader:
        data = list(reader.scan())[9].data
    deep = b'{"%s":%s%s,' % (member.encode(), b"[" * levels, b"]" * levels)
    data = data.replace(b'"%s":' % member.encode(), b'"else":').replace(b"{", deep, 1)
    book.sql(
        "UPDATE record SET data = :data, leaf = :leaf WHERE seq = 9",
        data=data,
        leaf=leaf_hash(data),
    )
    for depth in (Depth.CONSISTENT, Depth.LEGAL):
        assert "record-unreadable" in codes(book.verify(depth=depth))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_record_in_another_encoding_is_none(book: Book, encoding: str) -> None:
    with book.store.read() as reader:
        data = list(reader.scan())[9].data.decode().encode(encoding)
    book.sql(
        "UPDATE record SET data = :data, leaf = :leaf WHERE seq = 9",
        data=data,
        leaf=leaf_hash(data),
    )
    assert "record-unreadable" in codes(book.verify())


def test_bytes_that_mean_the_same_but_are_written_otherwise_are_found(book: Book) -> None:
    with book.store.read() as reader:
        data = list(reader.scan())[9].data
    data = data.replace(b'"drill":false', b'"drill": false')
    book.sql(
        "UPDATE record SET data = :data, leaf = :leaf WHERE seq = 9",
        data=data,
        leaf=leaf_hash(data),
    )
    assert "record-form" in codes(book.verify())
    assert "head-differs" in codes(book.verify(depth=Depth.INTACT))


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_byte_flipped_anywhere_in_the_log_is_found(data: st.DataObject) -> None:
    with SqliteStore.create(":memory:", ORIGIN) as store:
        book = Book.__new__(Book)
        book.store, book.count = store, 0
        for turn in range(4):
            book.add(f"INC-2026-000{turn % 2}")
        connection = store._connection
        connection.execute("DROP TRIGGER record_no_update")
        seq = data.draw(st.integers(0, 3))
        column = data.draw(st.sampled_from(["data", "leaf"]))
        (row,) = connection.execute("SELECT data, leaf FROM record WHERE seq = ?", (seq,))
        blob = row[column == "leaf"]
        at = data.draw(st.integers(0, len(blob) - 1))
        flipped = bytearray(blob)
        flipped[at] ^= 1 << data.draw(st.integers(0, 7))
        change = {"data": "UPDATE record SET data = ?", "leaf": "UPDATE record SET leaf = ?"}
        connection.execute(f"{change[column]} WHERE seq = ?", (bytes(flipped), seq))
        result = verify(store, [KEY.verifier], depth=Depth.INTACT)
    assert "record-altered" in codes(result)
    assert seq in {finding.seq for finding in result.findings}


# -- with everything mended, and with the key ----------------------------------------


def to_bert(seq: int, record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "actor": {**record["actor"], "id": "bert"}} if seq == 3 else record


def test_a_log_rewritten_without_the_key_contradicts_its_checkpoints(book: Book) -> None:
    book.rewrite(to_bert)
    result = book.verify(depth=Depth.INTACT)
    assert codes(result) == {"checkpoint-differs"}


def test_one_rewritten_after_the_last_checkpoint_needs_an_anchor(book: Book, anchor: str) -> None:
    book.rewrite(lambda seq, record: to_bert(3 if seq == 8 else 0, record))
    book.sql("DELETE FROM checkpoint WHERE size > 6")
    assert book.verify(depth=Depth.INTACT).verdict is Verdict.UNANCHORED
    result = book.verify(anchor, depth=Depth.INTACT)
    assert codes(result) == {"anchor-differs"}
    assert "(the first 6 do)" in result.findings[0].text()


def test_one_rewritten_and_signed_anew_with_the_key_needs_an_anchor(
    book: Book, anchor: str
) -> None:
    book.rewrite(to_bert)
    book.sql("DELETE FROM checkpoint")
    book.store = SqliteStore.open(book.path)
    book.sign()
    assert book.verify(depth=Depth.INTACT).verdict is Verdict.UNANCHORED
    assert codes(book.verify(anchor, depth=Depth.INTACT)) == {"anchor-differs"}


CUT = (
    "DELETE FROM record WHERE seq >= 8",
    "UPDATE head SET size = 8, hashes = :hashes",
    "UPDATE incident SET version = 4",
)


def hashes_at(book: Book, size: int) -> bytes:
    tree = CompactRange()
    with book.store.read() as reader:
        for leaf in reader.leaves(0, size):
            tree.append(leaf)
    return tree.state


def test_a_tail_cut_off_cleanly_contradicts_its_checkpoint(book: Book, anchor: str) -> None:
    book.sql(*CUT, hashes=hashes_at(book, 8))
    assert codes(book.verify()) == {"checkpoint-beyond"}
    assert codes(book.verify(anchor)) == {"checkpoint-beyond", "anchor-beyond"}


def test_a_tail_cut_off_with_its_checkpoint_needs_an_anchor(book: Book, anchor: str) -> None:
    book.sql(*CUT, "DELETE FROM checkpoint WHERE size > 8", hashes=hashes_at(book, 8))
    assert book.verify().verdict is Verdict.UNANCHORED
    assert codes(book.verify(anchor)) == {"anchor-beyond"}


def test_an_anchor_by_another_key_fails(book: Book) -> None:
    with book.store.read() as reader:
        size, root = reader.head()
    other = LogKey.generate(ORIGIN).sign(Checkpoint(origin=ORIGIN, size=size, root=root))
    result = book.verify(other)
    assert (result.verdict, codes(result)) == (Verdict.FAIL, {"anchor-forged"})


def test_an_anchor_that_is_none_is_an_error(book: Book) -> None:
    with pytest.raises(NoteError, match="not a signed note"):
        book.verify("not a note")


def test_of_two_anchors_that_contradict_each_other_one_is_told(book: Book, anchor: str) -> None:
    forked = KEY.sign(Checkpoint(origin=ORIGIN, size=7, root=bytes(32)))
    assert codes(book.verify(forked, anchor)) == {"anchor-differs"}


# -- what hangs on the records -------------------------------------------------------


def test_a_sealed_value_that_was_changed_or_removed_is_found(book: Book) -> None:
    book.seal("INC-2026-0001", "Anna saw it")
    digest = book.seal("INC-2026-0001", "Bert saw it")
    assert book.verify().findings == ()
    other = seal("note", "nobody saw it")[1]
    book.sql("UPDATE disclosure SET disclosure = :other WHERE digest = :d", other=other, d=digest)
    result = book.verify()
    assert [(one.code, one.seq) for one in result.findings] == [("disclosure-altered", 11)]
    book.sql("UPDATE disclosure SET disclosure = 7 WHERE digest = :d", d=digest)
    assert codes(book.verify()) == {"disclosure-altered"}
    book.sql("DELETE FROM disclosure WHERE digest = :d", d=digest)
    result = book.verify()
    assert [(one.code, one.seq) for one in result.findings] == [("disclosure-missing", 11)]
    book.sql("UPDATE disclosure SET case_id = 'INC-2026-0002'")
    assert [one.seq for one in book.verify().findings] == [10, 11]


def test_a_redaction_explains_what_is_gone_and_convicts_what_is_back(book: Book) -> None:
    digest = book.seal("INC-2026-0001", "Bert saw it")
    with book.store.read() as reader:
        disclosure = reader.disclosures([digest], "INC-2026-0001")[digest]
    book.add("INC-2026-0001", type="redacted", digests=[digest])
    with book.store.write() as writer:
        writer.drop_disclosures([digest], "INC-2026-0001")
    assert book.verify().findings == ()
    with book.store.write() as writer:
        writer.put_disclosures({digest: disclosure}, "INC-2026-0001")
    assert codes(book.verify()) == {"redaction-undone"}


def test_evidence_that_was_changed_or_removed_is_found(book: Book) -> None:
    photo = b"a photograph"
    digest = sha256(photo).hexdigest()
    book.add("INC-2026-0001", type="evidence-attached", sha256=digest, size=len(photo), bytes=photo)
    assert book.verify().findings == ()
    book.sql("UPDATE evidence SET data = CAST('another' AS BLOB)")
    assert codes(book.verify()) == {"evidence-altered"}
    book.sql("DELETE FROM evidence")
    result = book.verify()
    assert codes(result) == {"evidence-missing"}
    assert digest in result.findings[0].text()


def test_a_document_that_a_record_runs_on_and_is_gone_is_found(book: Book) -> None:
    book.add("LOG", type="noted", protocol={"id": "p", "revision": 1, "sha256": "ab" * 32})
    book.sql(
        "UPDATE record SET protocol = 'p' WHERE seq = 10", "DELETE FROM incident WHERE id = 'LOG'"
    )
    assert codes(book.verify()) == {"document-missing"}


def test_a_document_that_was_slipped_in_is_found(book: Book) -> None:
    data = canonical({"id": "p", "kind": "protocol", "revision": 1})
    book.sql(
        "INSERT INTO document (sha256, id, kind, revision, registered, author, data, source)"
        " VALUES (:sha256, 'p', 'protocol', 1, '', 'anna', :data, :data)",
        sha256=sha256(data).hexdigest(),
        data=data,
    )
    assert codes(book.verify()) == {"document-unrecorded"}


def test_a_case_that_cannot_have_happened_is_found(book: Book) -> None:
    book.add("INC-2026-0001", type="step-taken", run="none-1", step="assess", moves=[])
    assert "case-illegal" in codes(book.verify())


# -- how it goes about it --------------------------------------------------------------


def test_cases_set_aside_are_taken_up_again(
    book: Book, anchor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "CASES", 1)
    assert book.verify(anchor).verdict is Verdict.OK
    book.sql("DELETE FROM record WHERE seq = 4")
    assert {"record-missing", "chain-broken"} <= codes(book.verify(anchor))


def test_an_index_that_hides_records_is_found(book: Book) -> None:
    with book.store.read() as reader:
        kept = [row for row in reader.by_case() if row[0] != 7]

    class Hiding:
        def __getattr__(self, name: str) -> Any:
            return getattr(self.reader, name)

        def __enter__(self) -> Any:
            self.reader = book.store.read().__enter__()
            return self

        def __exit__(self, *raised: object) -> None:
            self.reader.__exit__(*raised)

        def by_case(self) -> Any:
            return iter(kept)

    class Store:
        read = Hiding

    assert "case-hidden" in codes(verify(Store(), [KEY.verifier]))  # type: ignore[arg-type]


def test_findings_are_told_in_words_and_counted_beyond_the_first_thousand(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handrail.engine.audit.findings.MOST", 3)
    book.sql("UPDATE record SET leaf = zeroblob(32)")
    result = book.verify(depth=Depth.INTACT)
    row = result.row()
    assert len(row["findings"]) == 3
    assert row["more"] > 0
    assert row["findings"][0] == {
        "seq": 0,
        "case": "INC-2026-0001",
        "code": "record-altered",
        "text": TEXTS["record-altered"],
    }


def test_writers_do_not_disturb_a_verification(book: Book, anchor: str) -> None:
    with SqliteStore.open(book.path) as other:
        scan = type(book.store.read()).scan
        assert scan
        with book.store.read() as reader:
            before = reader.head()
            with other.write() as writer:
                head = writer.case_head("INC-2026-0001")
                writer.append(entry(book.record("INC-2026-0001", head.cseq, head.leaf)))
            assert reader.head() == before
    result = book.verify(anchor, depth=Depth.INTACT)
    assert (result.verdict, result.records) == (Verdict.OK, 11)
