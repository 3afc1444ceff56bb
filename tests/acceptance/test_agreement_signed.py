"""Signatures of approvers: what counts, what does not, and what outsiders can verify."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from agreement_play import does, key_of, plan_with, put_plan_in_force, records, revised

if TYPE_CHECKING:
    from pathlib import Path

    from cli_play import Desk

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")

PERSON = "suspicious-person"
CASE = f"DOC-{PERSON}"
SPACE = "handrail-agreement@north-museum"


@pytest.fixture
def signing(desk: Desk) -> Desk:
    """Helena has a key in the site plan; revision 2 was heard and waits for her."""
    put_plan_in_force(desk, 2, keys=("helena",))
    does(desk, "register", revised(desk, PERSON, 2), "--as", "greta")
    does(desk, "agreement", "start", PERSON, "--as", "greta")
    does(desk, "agreement", "step", PERSON, "no-objection", "--as", "julia")
    return desk


def agree(desk: Desk, *words: str | Path) -> Any:
    return desk("agree", PERSON, "--as", "helena", "--json", *words)


def refused(desk: Desk, said: Any, code: str) -> None:
    """It was refused with this code, that is recorded, and nothing came into force."""
    assert (said.code, said.json["refused"]["code"]) == (5, code), said
    last = records(desk, CASE, "agree-refused")[-1]
    assert last["refused"]["code"] == code  # type: ignore[index]
    assert len(records(desk, CASE, "document-agreed")) == 1
    assert desk("agreement", "show", PERSON, "--json").json["in_force"]["revision"] == 1


def sign(key: Path, space: str, path: Path) -> Path:
    """Sign a file as its owner would on another computer."""
    path.with_name(f"{path.name}.sig").unlink(missing_ok=True)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", space, str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def statement(desk: Desk, **changes: Any) -> Path:
    """What helena would sign, with members changed."""
    said = does(desk, "agreement", "statement", PERSON, "--as", "helena")
    text = json.dumps(
        json.loads(said.out) | changes, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    path = desk.home / "statement.json"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_approver_signs_with_the_key_that_they_have(signing: Desk) -> None:
    said = agree(signing, "--key", key_of(signing.home, "helena"))
    assert said.code == 0, said
    assert said.json["agreed"][0]["in_force"]["signed"] is True
    record = records(signing, CASE, "document-agreed")[-1]
    (approval,) = record["approvals"]  # type: ignore[misc]
    assert set(approval["signature"]) == {"sd"}
    stated = json.loads(approval["statement"])
    assert stated["settings"] == record["settings"]
    assert stated["conditions"]["owner"] == "head-of-security"
    assert stated["document"] == record["protocol"]
    page = does(signing, "agreement", "show", PERSON, "--verify")
    assert "the signature is right" in page.out
    assert "unsigned" not in page.out.partition("Who agreed")[2]
    assert signing("audit", "verify", "--json").json["findings"] == []


def test_the_key_may_lie_in_the_users_own_folder(signing: Desk) -> None:
    own = signing.home / ".ssh"
    own.mkdir()
    for path in (
        key_of(signing.home, "helena"),
        key_of(signing.home, "helena").with_suffix(".pub"),
    ):
        shutil.copy(path, own / path.name.replace("key-helena", "id_ed25519"))
    assert agree(signing).code == 0


def test_without_a_signature_a_person_with_a_key_agrees_to_nothing(
    signing: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    refused(signing, agree(signing), "signature")


def test_a_key_that_is_not_the_persons_is_refused(signing: Desk) -> None:
    refused(signing, agree(signing, "--key", key_of(signing.home, "mallory")), "signature")


def test_a_key_that_the_site_plan_does_not_hold_proves_nothing(desk: Desk) -> None:
    does(desk, "register", revised(desk, PERSON, 2), "--as", "greta")
    does(desk, "agreement", "start", PERSON, "--as", "greta")
    does(desk, "agreement", "step", PERSON, "no-objection", "--as", "julia")
    refused(desk, agree(desk, "--key", key_of(desk.home, "helena")), "signature")


def test_signed_elsewhere_counts(signing: Desk) -> None:
    path = sign(key_of(signing.home, "helena"), SPACE, statement(signing))
    assert agree(signing, "--signed", path).code == 0
    shown = does(signing, "agreement", "show", PERSON, "--verify", "--json").json
    assert shown["verified"] == [
        {"person": "helena", "verified": True, "code": "signed", "text": ""}
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"site": "south-museum"},
        {"log": "handrail.local/other/00000000"},
        {"document": {"id": PERSON, "revision": 1, "sha256": "0" * 64}},
        {"settings": {"answer-within": "9h"}},
        {"conditions": {}},
        {"person": "esra"},
        {"time": "2020-01-01T00:00:00.000000Z"},
        {"time": "2999-01-01T00:00:00.000000Z"},
        {"more": "than that"},
    ],
    ids="+".join,
)
def test_a_signature_over_anything_else_is_refused(
    signing: Desk, changes: dict[str, object]
) -> None:
    path = sign(key_of(signing.home, "helena"), SPACE, statement(signing, **changes))
    refused(signing, agree(signing, "--signed", path), "statement")


@pytest.mark.parametrize("space", ["handrail-agreement@south-museum", "git", "file"])
def test_a_signature_in_another_namespace_is_refused(signing: Desk, space: str) -> None:
    path = sign(key_of(signing.home, "helena"), space, statement(signing))
    refused(signing, agree(signing, "--signed", path), "signature")


def test_a_statement_of_before_the_settings_changed_is_refused(signing: Desk) -> None:
    path = sign(key_of(signing.home, "helena"), SPACE, statement(signing))
    before = ("suspicious-person: {answer-within: 3m}", "suspicious-person: {answer-within: 4m}")
    changed = plan_with(signing, 3, before, keys=("helena",))
    does(signing, "register", changed, "--as", "greta")
    helena = key_of(signing.home, "helena")
    does(signing, "agree", "north-museum", "--as", "helena", "--key", helena)
    refused(signing, agree(signing, "--signed", path), "statement")


def test_a_statement_counts_once(signing: Desk) -> None:
    path = sign(key_of(signing.home, "helena"), SPACE, statement(signing))
    assert agree(signing, "--signed", path).code == 0
    helena = ("--as", "helena", "--key", key_of(signing.home, "helena"))
    does(signing, "agreement", "step", PERSON, "retire", *helena)
    does(signing, "agreement", "start", PERSON, "--as", "greta")
    does(signing, "agreement", "step", PERSON, "no-objection", "--as", "julia")
    again = agree(signing, "--signed", path)
    assert (again.code, again.json["refused"]["code"]) == (5, "statement")


def test_nonsense_is_no_statement(signing: Desk) -> None:
    path = signing.home / "statement.json"
    path.write_text("[1, 2", encoding="utf-8")
    sign(key_of(signing.home, "helena"), SPACE, path)
    refused(signing, agree(signing, "--signed", path), "statement")
    assert agree(signing, "--signed", signing.home / "nowhere.json").code == 10


def test_a_signature_that_was_exchanged_in_the_store_is_seen(signing: Desk) -> None:
    from handrail.engine.ledger.disclosure import seal  # noqa: PLC0415 - to forge with

    assert agree(signing, "--key", key_of(signing.home, "helena")).code == 0
    _, forged = seal("signature", "-----BEGIN SSH SIGNATURE-----")
    tamper(signing, "UPDATE disclosure SET disclosure = ? WHERE case_id = ?", forged, CASE)
    page = signing("agreement", "show", PERSON, "--verify")
    assert page.code == 3
    assert "the signature is not right" in page.out


def tamper(desk: Desk, statement: str, *values: object) -> None:
    import sqlite3  # noqa: PLC0415 - to tamper with

    connection = sqlite3.connect(desk.home / "museum" / "store.db")
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_a_package_is_verified_by_ssh_keygen_alone(signing: Desk) -> None:
    helena = key_of(signing.home, "helena")
    assert agree(signing, "--key", helena).code == 0
    folder = signing.home / "package"
    does(signing, "agreement", "export", PERSON, folder, "--as", "helena", "--key", helena)
    assert len(records(signing, CASE, "exported")) == 1
    text = (folder / "VERIFY.txt").read_text("utf-8")
    commands = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    typed = [line for line in commands if line.startswith(("sha256sum", "TZ=UTC ssh-keygen"))]
    assert len(typed) == 3
    for line in typed:
        done = subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, (line, done)
    stated = folder / "statement-helena.json"
    stated.write_text(stated.read_text("utf-8").replace("north-museum", "south-museum", 1))
    done = subprocess.run(["sh", "-c", typed[-1]], cwd=folder, capture_output=True, check=False)
    assert done.returncode != 0


def test_a_package_without_a_signature_says_so(desk: Desk) -> None:
    folder = desk.home / "package"
    said = does(desk, "agreement", "export", PERSON, folder, "--as", "greta")
    assert "unsigned" in said.out
    assert "UNSIGNED" in (folder / "VERIFY.txt").read_text("utf-8")
    assert not (folder / "allowed_signers").exists()
    assert desk("agreement", "export", PERSON, folder, "--as", "greta").code == 2
