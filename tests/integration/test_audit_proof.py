"""Proofs: made from the store, checked with the verifier key alone."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.audit.proof import (
    BadProofError,
    inclusion_proofs,
    prove,
    prove_growth,
    verify_proof,
)
from handrail.engine.engine import Engine
from handrail.engine.errors import NotFoundError
from handrail.engine.founding import found
from handrail.engine.ledger.checkpoint import LogKey, UnsignedError, VerifierKey
from handrail.engine.ledger.merkle import inclusion_proof
from handrail.engine.ledger.record import leaf_hash
from handrail.engine.sign import sign_head
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

LEAVES = [leaf_hash(str(number).encode()) for number in range(70)]


@given(size=st.integers(1, 70), data=st.data())
def test_many_proofs_in_one_pass_are_those_of_rfc_9162(size: int, data: st.DataObject) -> None:
    indices = data.draw(st.lists(st.integers(0, size - 1), min_size=1, unique=True))
    proofs = inclusion_proofs(LEAVES[:size], indices, size)
    for index in indices:
        assert proofs[index] == inclusion_proof(LEAVES, index, size)


class Log:
    """A workspace with an incident in it."""

    def __init__(self, folder: Path) -> None:
        made = found(folder / "work")
        self.workspace = Workspace(folder / "work")
        self.keys = [VerifierKey.parse(made["vkey"])]
        with self.engine() as engine:
            engine.agree("all")
            self.case = engine.open("suspicious-person", title="A man at the dock")["id"]
            self.earlier = sign_head(engine).note
            engine.note(self.case, "He has gone")
            self.note = sign_head(engine).note

    def engine(self) -> Engine:
        return Engine.at(self.workspace, person=None)

    def proof(self, which: str | None = None, *, disclose: bool = False) -> dict[str, Any]:
        with self.engine() as engine, engine.reading() as reader:
            key = self.keys[0]
            return prove(reader, self.note, key, which or self.case, disclose=disclose)

    def growth(self) -> dict[str, Any]:
        with self.engine() as engine, engine.reading() as reader:
            return prove_growth(reader, self.earlier, self.note, self.keys[0])


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    folder = tmp_path_factory.mktemp("proof")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        return Log(folder)


def test_a_whole_case_is_shown_from_its_first_record(log: Log) -> None:
    shown = verify_proof(log.proof(), log.keys)
    assert shown["whole"] is True
    assert shown["records"][0]["type"] == "incident-opened"
    assert shown["records"][-1]["type"] == "noted"
    assert set(shown["records"][-1]["text"]) == {"sd"}


def test_what_is_disclosed_is_shown_in_clear(log: Log) -> None:
    shown = verify_proof(log.proof(disclose=True), log.keys)
    assert shown["records"][0]["title"] == "A man at the dock"
    assert shown["records"][-1]["text"] == "He has gone"


def test_a_case_with_a_record_left_out_is_not_whole(log: Log) -> None:
    data = log.proof()
    del data["records"][1]
    assert verify_proof(data, log.keys)["whole"] is False


def test_a_later_log_goes_on_from_an_earlier_one(log: Log) -> None:
    assert verify_proof(log.growth(), log.keys)["earlier"] > 0


def test_any_changed_byte_of_a_record_or_a_proof_is_found(log: Log) -> None:
    data = log.proof()
    for at, part in enumerate(data["records"]):
        for where in range(0, len(part["record"]), 7):
            altered = copy.deepcopy(data)
            text = part["record"]
            flipped = chr(ord(text[where]) ^ 1)
            altered["records"][at]["record"] = text[:where] + flipped + text[where + 1 :]
            with pytest.raises(BadProofError):
                verify_proof(altered, log.keys)
        altered = copy.deepcopy(data)
        altered["records"][at]["seq"] += 1
        with pytest.raises(BadProofError):
            verify_proof(altered, log.keys)


def test_a_growth_that_was_altered_is_found(log: Log) -> None:
    data = log.growth()
    data["consistency"] = data["consistency"][::-1] + data["consistency"][:1]
    with pytest.raises(BadProofError):
        verify_proof(data, log.keys)


def test_another_key_verifies_nothing(log: Log) -> None:
    other = LogKey.generate(log.keys[0].name).verifier
    with pytest.raises(UnsignedError):
        verify_proof(log.proof(), [other])


@pytest.mark.parametrize("wrong", [None, [], {}, {"handrail-proof": 2}, {"handrail-proof": 1}])
def test_what_is_no_proof_is_said_to_be_none(log: Log, wrong: Any) -> None:
    with pytest.raises(BadProofError):
        verify_proof(wrong, log.keys)


def test_there_is_no_proof_of_what_is_not_there(log: Log) -> None:
    with pytest.raises(NotFoundError):
        log.proof("INC-2026-0999")


def test_the_command_checks_a_proof_far_from_the_store(log: Log, tmp_path: Path) -> None:
    file, key = tmp_path / "proof.json", tmp_path / "key"
    file.write_text(json.dumps(log.proof()))
    key.write_text(str(log.keys[0]))
    command = [sys.executable, "-m", "handrail.cli.main", "audit", "verify-proof", str(file)]
    done = subprocess.run(
        [*command, "--key", str(key), "--json"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["whole"] is True
    file.write_text(file.read_text().replace("incident-opened", "incident-openee"))
    done = subprocess.run(
        [*command, "--key", str(key)], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 3
