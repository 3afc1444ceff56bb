"""``audit verify --incremental``: what it takes up after, what it finds, and what it leaves."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cli_play import Hand, copied
from tamper_play import Log

from handrail.engine.ledger.checkpoint import VerifierKey

if TYPE_CHECKING:
    from pathlib import Path

LEGAL = ("--depth", "legal")


class Auditor(NamedTuple):
    """Who verifies a museum's log, on the same computer."""

    hand: Hand

    @property
    def log(self) -> Log:
        store, keys = self.hand.home / "museum/store.db", self.hand.home / "museum/keys"
        key = VerifierKey.parse((keys / "log.vkey").read_text("utf-8"))
        return Log(store, self.hand.home / "backup.db", key, keys / "log.pem", "")

    @property
    def memory(self) -> Path:
        (file,) = (self.hand.home / "state/handrail/verified").glob("*.json")
        return file

    def verify(self, *words: str) -> dict[str, Any]:
        row: dict[str, Any] = self.hand("audit", "verify", *words, "--json").json
        return row

    def found(self, *words: str) -> set[str]:
        return {one["code"] for one in self.verify("--incremental", *words)["findings"]}

    def goes_on(self) -> None:
        """Incident 1 goes on; 2 does not."""
        self.hand.does("note", "1", "he left", "--as", "anna", "-q")


@pytest.fixture(scope="module")
def made(contact_made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Two incidents, all verified, and a record more; with how many were verified."""
    auditor = Auditor(copied(contact_made, tmp_path_factory.mktemp("verified")))
    auditor.hand.does("open", "suspicious-person", "--title", "again", "--as", "anna", "-q")
    auditor.hand.does("audit", "checkpoint", "-q")
    shutil.copy(auditor.log.path, auditor.log.backup)
    row = auditor.verify(*LEGAL)
    assert (row["verdict"], row["from"]) == ("OK", 0)
    auditor.goes_on()
    return auditor.hand.home, int(row["records"])


@pytest.fixture
def auditor(made: tuple[Path, int], tmp_path: Path) -> Auditor:
    return Auditor(copied(made[0], tmp_path))


def test_it_takes_up_where_the_last_one_ended(auditor: Auditor, made: tuple[Path, int]) -> None:
    row = auditor.verify("--incremental", *LEGAL)
    assert (row["verdict"], row["findings"]) == ("OK", [])
    assert (row["from"], row["records"], row["anchored"]) == (made[1], made[1] + 1, made[1])
    assert auditor.verify("--incremental", *LEGAL)["from"] == made[1] + 1
    said = auditor.hand.does("audit", "verify", "--incremental", "--record", "--as", "helena")
    assert f"taken up at record {made[1] + 1}" in said.out
    assert (
        auditor.log.records()[-1] | {"since": made[1] + 1, "depth": "consistent"}
        == (auditor.log.records()[-1])
    )


def test_without_the_option_everything_is_read(auditor: Auditor) -> None:
    auditor.log.sql("UPDATE incident SET phase = 'after' WHERE id LIKE '%2'")
    assert auditor.found() == set()  # it did not go on
    row = auditor.verify()
    assert (row["from"], {one["code"] for one in row["findings"]}) == (0, {"projection-differs"})


def test_a_deeper_verification_counts_for_a_shallower_not_the_other_way_round(
    auditor: Auditor, made: tuple[Path, int]
) -> None:
    assert auditor.verify("--incremental")["from"] == made[1]
    assert auditor.verify("--incremental", "--depth", "intact")["from"] == 0
    auditor.memory.unlink()
    assert auditor.verify("--incremental")["from"] == 0
    assert auditor.verify("--incremental", *LEGAL)["from"] == 0
    assert auditor.verify("--incremental", *LEGAL)["from"] == made[1] + 1


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE record SET data = CAST(data || ' ' AS BLOB) WHERE seq = 1", "record-altered"),
        ("DELETE FROM record WHERE seq = 1", "record-missing"),
        ("UPDATE incident SET phase = 'after' WHERE id LIKE '%1'", "projection-differs"),
        ("DELETE FROM incident WHERE id LIKE '%1'", "projection-missing"),
        ("UPDATE incident SET id = 'INC-2020-0001' WHERE id LIKE '%2'", "projection-extra"),
        ("UPDATE record SET actor = 'bram' WHERE type = 'noted'", "column-differs"),
        ("UPDATE document SET data = x'00' WHERE kind = 'site'", "document-altered"),
        ("DELETE FROM disclosure", "disclosure-missing"),
    ],
)  # fmt: skip
def test_what_it_still_finds(auditor: Auditor, statement: str, code: str) -> None:
    auditor.log.sql(statement)
    assert code in auditor.found()


def test_a_decision_forged_since_is_found(auditor: Auditor) -> None:
    records = auditor.log.records()
    records[-1]["actor"] |= {"id": "nobody"}
    auditor.log.rewrite(records)
    assert "forged-person" in auditor.found(*LEGAL)


def test_a_log_that_does_not_go_on_from_what_was_verified_is_told_of(auditor: Auditor) -> None:
    shutil.rmtree(auditor.hand.home / "state/handrail/anchors")
    honest = auditor.log.records()
    shutil.copy(auditor.log.backup, auditor.log.path)
    assert auditor.found() == set()  # so far it was verified
    auditor.log.rewrite(honest[:-2])
    row = auditor.verify("--incremental")
    assert (row["verdict"], row["from"]) == ("FAIL", 0)
    (finding,) = auditor.verify("--depth", "intact")["findings"]
    assert finding["code"] == "anchor-beyond"
    assert str(auditor.memory) in finding["text"]
    honest[5]["actor"]["host"] = "elsewhere"
    auditor.log.rewrite(honest)
    assert "anchor-differs" in auditor.found("--depth", "intact")


def test_a_note_of_another_log_does_not_count(auditor: Auditor) -> None:
    noted = json.loads(auditor.memory.read_text("utf-8"))
    auditor.memory.write_text(json.dumps(noted | {"origin": "elsewhere"}), "utf-8")
    assert auditor.found() == {"anchor-forged"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"origin": "x", "verified": {"deep": 1}}'])
def test_a_note_that_cannot_be_read_is_written_anew(auditor: Auditor, text: str) -> None:
    auditor.memory.write_text(text, "utf-8")
    assert auditor.verify("--incremental")["from"] == 0
    assert auditor.verify("--incremental")["from"] > 0


def test_where_it_cannot_be_noted_it_is_verified_all_the_same(auditor: Auditor) -> None:
    folder = auditor.memory.parent
    shutil.rmtree(folder)
    folder.write_text("in the way", "utf-8")
    said = auditor.hand.does("audit", "verify")
    assert "cannot be noted" in said.err
    assert "OK" in said.out
