"""Every byte counts: a log that holds each type of record, with bits flipped in all of them."""

from __future__ import annotations

import json
import os
from functools import cache
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from audit_play import Site
from honest_play import LIBRARIES, House, founded

from handrail.engine.audit.findings import Depth, Verdict
from handrail.engine.audit.verify import verify
from handrail.engine.casebook import entry_of
from handrail.engine.ledger.checkpoint import Checkpoint, LogKey
from handrail.engine.ledger.record import canonical, leaf_hash
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    Record = dict[str, Any]

EVERY: Final = bool(os.environ.get("HANDRAIL_EVERY_BYTE"))  # all of them: some minutes
SAMPLE: Final = 3  # bytes of each record
KEY: Final = LogKey.generate("handrail.example/bytes")


@cache
def types() -> tuple[str, ...]:
    schema = json.loads((files("handrail.schemas") / "record.schema.json").read_text("utf-8"))
    return tuple(schema["properties"]["type"]["enum"])


def played(folder: Path) -> Iterator[Record]:
    """What a site wrote in some hours; with ``EVERY`` what several did in weeks."""
    site = Site(folder / "site")
    site.play(Random(0), 40)  # noqa: S311 - a play, not a secret
    yield from records_of(site)
    for seed, library in enumerate(LIBRARIES if EVERY else ()):
        house = House(founded(folder / f"made{seed}", library), folder / f"house{seed}")
        house.play(Random(seed), 400)  # noqa: S311 - as above
        yield from records_of(house)


def records_of(site: Site) -> Iterator[Record]:
    with site.engine.reading() as reader:
        yield from [json.loads(row.data) for row in reader.scan()]
    site.engine.close()


def one_of_each(found: Iterable[Record]) -> Iterator[Record]:
    """The longest record of each type; another's members stand in for one that was not seen."""
    seen: dict[str, Record] = {}
    for record in found:
        kind = record["type"]
        if kind not in seen or len(canonical(record)) > len(canonical(seen[kind])):
            seen[kind] = record
    for kind in types():
        yield seen.get(kind) or {**seen["incident-opened"], "type": kind}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """A log of one record of each type, in the cases that they are of."""
    folder: Path = tmp_path_factory.mktemp("bytes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        records = list(one_of_each(played(folder)))
    assert {record["type"] for record in records} == set(types())
    with SqliteStore.create(":memory:", KEY.verifier.name) as store:
        with store.write() as writer:
            for record in records:
                cseq, leaf = writer.case_head(record["case"])
                whole = record | {"cseq": cseq, "prev": leaf and leaf.hex()}
                writer.append(entry_of(whole, canonical(whole)))
        store._connection.execute("DROP TRIGGER record_no_update")
        yield store


def codes(store: SqliteStore, note: str) -> set[tuple[str, int | None]]:
    result = verify(store, [KEY.verifier], against=[note], depth=Depth.INTACT)
    assert (result.verdict is Verdict.OK) == (not result.findings)
    return {(one.code, one.seq) for one in result.findings}


def put(store: SqliteStore, seq: int, data: bytes, leaf: bytes) -> None:
    change = "UPDATE record SET data = ?, leaf = ? WHERE seq = ?"
    store._connection.execute(change, (data, leaf, seq))


@pytest.mark.parametrize("seq", range(len(types())), ids=types())
def test_no_flipped_byte_survives(store: SqliteStore, seq: int) -> None:
    """Neither with the stored hash as it was, nor with one that fits the altered bytes."""
    random = Random(seq)  # noqa: S311 - a sample, not a secret
    with store.read() as reader:
        size, root = reader.head()
        row = next(reader.scan(seq))
    note = KEY.sign(Checkpoint(origin=KEY.verifier.name, size=size, root=root))
    assert codes(store, note) == set()
    length = len(row.data)
    for place in range(length) if EVERY else random.sample(range(length), SAMPLE):
        altered = bytearray(row.data)
        altered[place] ^= 1 << random.randrange(8)
        put(store, seq, bytes(altered), row.leaf)
        assert {("record-altered", seq), ("anchor-differs", None)} <= codes(store, note), place
        put(store, seq, bytes(altered), leaf_hash(altered))
        assert {("head-differs", None), ("anchor-differs", None)} <= codes(store, note), place
    put(store, seq, row.data, row.leaf)
    assert codes(store, note) == set()
