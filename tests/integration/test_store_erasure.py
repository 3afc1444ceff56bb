"""What was erased is in none of the store's files, wherever SQLite had put it before."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from store_play import ORIGIN, entry, fill, incident

from handrail.engine.store.rows import OutboxRow
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from pathlib import Path

    from handrail.engine.store.base import Writer

LENGTHS = (20, 90, 300, 2_000, 9_000)  # within a page, and over several


class Secrets:
    """Puts secrets into a store at random, and has some of them erased again."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - the test's secrets are no secrets
        self.kept: dict[str, tuple[str, str]] = {}  # secret: its case, and where it is
        self.gone: set[str] = set()
        self.count = 0

    def put(self, writer: Writer) -> None:
        for _ in range(self.rng.randrange(1, 30)):
            self.count += 1
            secret = f"<{self.count}-{self.rng.randbytes(8).hex()}>"
            text, case = self.long(secret), f"INC-2026-{self.rng.randrange(20):04}"
            where = self.rng.choice(("disclosure", "disclosure", "evidence", "outbox"))
            if where == "disclosure":
                writer.put_disclosures({f"of {secret[1:-1]}"[:9]: text}, case)
            elif where == "evidence":
                writer.put_evidence(f"of {secret[1:-1]}"[:9], text.encode())
            else:
                row = OutboxRow(case=case, cseq=self.count, run=None, to=("anna",), text=text)
                writer.put_outbox(row)
            self.kept[secret] = (case, where)

    def long(self, secret: str) -> str:
        return secret + "x" * self.rng.choice(LENGTHS)

    def erase(self, writer: Writer) -> None:
        most = min(len(self.kept), 20)
        for secret in self.rng.sample(sorted(self.kept), self.rng.randrange(most + 1)):
            case, where = self.kept.pop(secret)
            digest = f"of {secret[1:-1]}"[:9]
            if where == "disclosure":
                writer.drop_disclosures([digest], case)
            elif where == "evidence":
                writer.drop_evidence(digest)
            else:
                writer.take_outbox(case, int(secret[1:].partition("-")[0]), sent=True)
            self.gone.add(secret)


def bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


@pytest.mark.parametrize("seed", range(6))
def test_no_byte_of_what_was_erased_is_left(tmp_path: Path, seed: int) -> None:
    secrets = Secrets(seed)
    with SqliteStore.create(tmp_path / "store.db", ORIGIN) as store:
        for cseq in range(secrets.rng.randrange(3, 60)):
            with store.write() as writer:
                writer.append(entry("LOG", cseq))
                secrets.put(writer)
            with store.write() as writer:
                secrets.erase(writer)
        assert store.scrub()
        there = bytes_in(tmp_path)
    assert secrets.gone
    assert [secret for secret in secrets.gone if secret.encode() in there] == []
    assert [secret for secret in secrets.kept if secret.encode() not in there] == []


def test_it_is_gone_as_soon_as_its_transaction_is_done(tmp_path: Path) -> None:
    with SqliteStore.create(tmp_path / "store.db", ORIGIN) as store:
        with store.write() as writer:
            fill(writer, 1)
        assert b"disclosure of INC-2026-0001" in bytes_in(tmp_path)
        with store.write() as writer:
            writer.drop_disclosures(["digest-1"], incident(1).id)
        assert b"disclosure of INC-2026-0001" not in bytes_in(tmp_path)


def test_a_reader_in_the_way_is_told_of_and_outlived(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with (
        SqliteStore.create(path, ORIGIN, patience=0.05) as store,
        SqliteStore.open(path) as other,
    ):
        with store.write() as writer:
            fill(writer, 1)
        with other.read() as reader:
            assert reader.disclosures(["digest-1"], incident(1).id)
            with store.write() as writer:
                writer.drop_disclosures(["digest-1"], incident(1).id)
            assert not store.scrub()
        assert store.scrub()
        assert b"disclosure of INC-2026-0001" not in bytes_in(tmp_path)


def test_what_was_erased_may_be_put_again(tmp_path: Path) -> None:
    with SqliteStore.create(tmp_path / "store.db", ORIGIN) as store, store.write() as writer:
        fill(writer, 1)
        writer.drop_evidence("evidence-1")
        assert writer.evidence("evidence-1") is None
        writer.put_evidence("evidence-1", b"again")
        assert writer.evidence("evidence-1") == b"again"
