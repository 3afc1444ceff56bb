"""Who may do what: by the site plan in force, from when to when, as they are known."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from agreement_play import does, key_of, plan_with, put_plan_in_force, records, revised

from handrail.engine.clock import FixedClock
from handrail.engine.documents.source import read_source
from handrail.engine.engine import Engine
from handrail.engine.people import account
from handrail.engine.refused import RefusedError
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from cli_play import Desk

PERSON = "suspicious-person"
CASE = f"DOC-{PERSON}"
ME = account()

AGREE = "agree:\n        title: {en: Agree, nl: Ga akkoord}\n"
TWO = (f"{AGREE}        to:", f"{AGREE}        second: management\n        to:")

needs_keys = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")


def code(desk: Desk, *words: str) -> tuple[int, str]:
    """The exit code of what is refused, and the refusal's code."""
    said = desk(*words, "--json")
    found = said.json.get("refused") or said.json.get("error")
    return said.code, found["code"]


# -- authors and second persons ---------------------------------------------------------


def test_the_author_cannot_agree_their_own_revision(desk: Desk) -> None:
    does(desk, "register", revised(desk, PERSON, 2), "--as", "helena")
    does(desk, "agreement", "start", PERSON, "--as", "greta")
    does(desk, "agreement", "step", PERSON, "no-objection", "--as", "julia")
    assert code(desk, "agree", PERSON, "--as", "helena") == (4, "author")
    assert code(desk, "agreement", "step", PERSON, "agree", "--as", "helena") == (4, "author")
    assert records(desk, CASE, "agree-refused")[-1]["refused"]["code"] == "author"  # type: ignore[index]
    assert records(desk, CASE, "step-refused")[-1]["refused"]["code"] == "author"  # type: ignore[index]
    assert does(desk, "agreement", "show", PERSON, "--json").json["in_force"]["revision"] == 1


def test_nobody_counts_twice_as_second_person(desk: Desk) -> None:
    """The site replaces its agreement: two people of management must say yes."""
    does(desk, "register", revised(desk, "agreement", 2, TWO), "--as", "greta")
    does(desk, "agreement", "start", "agreement", "--as", "greta")
    does(desk, "agreement", "step", "agreement", "no-objection", "--as", "julia")
    does(desk, "agree", "agreement", "--as", "helena")
    esra = (
        "account: esra, roles: [duty-manager]",
        "account: esra, roles: [duty-manager, director]",
    )
    does(desk, "register", plan_with(desk, 2, esra), "--as", "greta")
    assert "others must confirm" in does(desk, "agree", "north-museum", "--as", "helena").out
    assert desk("agree", "north-museum", "--as", "esra").code == 4  # not by the plan in force
    revise_alone(desk)


def revise_alone(desk: Desk) -> None:
    confirm = ("agreement", "confirm", "north-museum", "agree")
    assert code(desk, *confirm, "--as", "helena") == (5, "second")
    assert code(desk, *confirm, "--as", "greta") == (4, "role")
    assert len(records(desk, "DOC-north-museum", "confirm-refused")) == 2
    assert len(records(desk, "DOC-north-museum", "document-agreed")) == 1


def test_two_people_of_management_agree(desk: Desk) -> None:
    esra = (
        "account: esra, roles: [duty-manager]",
        "account: esra, roles: [duty-manager, director]",
    )
    put_plan_in_force(desk, 2, esra)
    does(desk, "register", revised(desk, "agreement", 2, TWO), "--as", "greta")
    does(desk, "agreement", "start", "agreement", "--as", "greta")
    does(desk, "agreement", "step", "agreement", "no-objection", "--as", "julia")
    does(desk, "agree", "agreement", "--as", "helena")
    does(desk, "register", revised(desk, PERSON, 2), "--as", "greta")
    does(desk, "agreement", "start", PERSON, "--as", "greta")
    does(desk, "agreement", "step", PERSON, "no-objection", "--as", "julia")
    assert "others must confirm" in does(desk, "agree", PERSON, "--as", "helena").out
    assert does(desk, "agree", PERSON, "--as", "helena", "--json").json["agreed"][0]["waits"]
    does(desk, "agree", PERSON, "--as", "esra")
    now = does(desk, "agreement", "show", PERSON, "--json").json["in_force"]
    assert (now["revision"], now["by"]) == (2, ["helena", "esra"])


# -- roles from one day to another --------------------------------------------------------


@needs_keys
def test_a_role_that_ended_yesterday_is_refused_and_its_signature_still_verifies(
    desk: Desk,
) -> None:
    now = datetime.now(UTC)
    ends = f"{now + timedelta(days=1):%Y-%m-%d}"
    put_plan_in_force(
        desk, 2, ("roles: [director]", f"roles: [{{role: director, to: {ends}}}]"),
        keys=("helena",),
    )  # fmt: skip
    sign(desk, now)
    with pytest.raises(RefusedError) as refused:
        agree_later(desk, now + timedelta(days=2))
    assert refused.value.reasons[0].code == "role"
    assert records(desk, CASE, "agree-refused")[-1]["refused"]["code"] == "role"  # type: ignore[index]
    page = does(desk, "agreement", "show", "security-policy", "--verify")
    assert "the signature is right" in page.out


def sign(desk: Desk, then: datetime) -> None:
    """What happened in the same workspace while helena still was director."""
    text = revised(desk, "security-policy", 2).read_bytes()
    with as_of(desk, "greta", then) as greta:
        greta.register([read_source(text, "policy")])
        greta.charter.start("security-policy")
    with as_of(desk, "julia", then) as julia:
        julia.charter.step("security-policy", "no-objection")
    with as_of(desk, "helena", then) as helena:
        helena.charter.agree(["security-policy"], key=key_of(desk.home, "helena"))


def agree_later(desk: Desk, then: datetime) -> None:
    with as_of(desk, "greta", then) as greta:
        greta.register([read_source(revised(desk, PERSON, 2).read_bytes(), "person")])
    with as_of(desk, "helena", then) as helena:
        helena.charter.agree([PERSON], key=key_of(desk.home, "helena"))


def as_of(desk: Desk, person: str, then: datetime) -> Engine:
    return Engine.at(Workspace(desk.home / "museum"), person=person, clock=FixedClock(then))


def test_a_role_that_has_not_begun_is_refused(desk: Desk) -> None:
    later = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    held = "anna: {name: Anna Berg, account: anna, roles: "
    put_plan_in_force(desk, 2, (f"{held}[guard]", f"{held}[{{role: guard, from: {later}}}]"))
    assert code(desk, "task", "1", "tell-control-room", "--as", "anna") == (4, "role")
    assert records(desk, "1", "task-refused")[-1]["refused"]["code"] == "role"  # type: ignore[index]


# -- what is in force is in the store -----------------------------------------------------


def test_a_document_altered_by_one_byte_is_not_in_force(desk: Desk) -> None:
    connection = sqlite3.connect(desk.home / "museum" / "store.db")
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(
        "UPDATE document SET data = CAST(replace(CAST(data AS TEXT), '5m', '6m') AS BLOB) "
        "WHERE id = ?",
        (PERSON,),
    )
    connection.commit()
    connection.close()
    assert code(desk, "open", PERSON, "--as", "anna") == (5, "altered")
    assert records(desk, CASE, "open-refused")[-1]["refused"]["code"] == "altered"  # type: ignore[index]
    assert desk("step", "1", "danger", "--as", "anna").code == 1  # nothing runs on it
    assert desk("audit", "verify").code == 3


def test_editing_files_changes_nothing_that_is_in_force(desk: Desk) -> None:
    room = desk.home / "museum"
    for path in [room / "site.yaml", *(room / "protocols").glob("*.yaml")]:
        path.write_text("kind: nothing\n", encoding="utf-8")
    config = room / "handrail.yaml"
    text = config.read_text("utf-8")
    config.write_text(f"{text}identify: claimed\none-person: true\n", encoding="utf-8")
    shown = desk("open", PERSON, "--as", "anna", "--json")
    if shown.code == 0:
        assert shown.json["runs"][0]["revision"] == 1
    config.write_text(text, encoding="utf-8")
    before = does(desk, "protocol", "list", "--json").json
    does(desk, "open", PERSON, "--as", "anna")
    assert does(desk, "protocol", "list", "--json").json == before
    assert code(desk, "agree", PERSON, "--as", "anna") == (4, "role")


def test_what_is_not_in_force_runs_in_drills_alone(desk: Desk) -> None:
    other = revised(desk, PERSON, 1, ("id: suspicious-person", "id: suspicious-bird"))
    does(desk, "register", other, "--as", "greta")
    assert code(desk, "open", "suspicious-bird", "--as", "anna") == (5, "not-in-force")
    assert len(records(desk, "DOC-suspicious-bird", "open-refused")) == 1
    drill = does(desk, "open", "suspicious-bird", "--drill", "--as", "anna", "--json").json
    assert (drill["drill"], drill["runs"][0]["agreed"]) == (True, None)
    assert code(desk, "start", "1", "suspicious-bird", "--as", "anna") == (5, "not-in-force")


# -- who is who ------------------------------------------------------------------------------


def test_by_account_nobody_is_somebody_else(desk: Desk) -> None:
    put_plan_in_force(
        desk, 2, ("identify: claimed", "identify: os-user"), ("account: anna", f"account: {ME}")
    )
    assert desk("task", "1", "tell-control-room", "--as", "carla").code == 4
    (record,) = records(desk, "1", "identify-refused")
    assert (record["actor"]["id"], record["claimed"]) == ("unknown", "carla")  # type: ignore[index]
    assert ME not in str(record)
    does(desk, "task", "1", "tell-control-room")
    does(desk, "note", "1", "as myself", "--as", "anna")
    assert desk("agree", PERSON, "--as", "helena").code == 4
    assert len(records(desk, CASE, "identify-refused")) == 1
    assert "unknown" not in does(desk, "show", "1", "--json").json["people"]
    assert desk("audit", "verify", "--json").json["findings"] == []


def test_an_account_that_nobody_has_is_turned_away(desk: Desk) -> None:
    put_plan_in_force(desk, 2, ("identify: claimed", "identify: os-user"))
    said = desk("note", "1", "hello")
    assert (said.code, ME in said.err) == (4, True)
    assert len(records(desk, "1", "identify-refused")) == 1


def test_a_site_may_say_who_registers(desk: Desk) -> None:
    only = (
        "identify: claimed",
        "identify: claimed\nmay: {register: [head-of-security], export: [director]}",
    )
    put_plan_in_force(desk, 2, only)
    path = revised(desk, PERSON, 2)
    assert code(desk, "register", str(path), "--as", "anna") == (4, "role")
    assert len(records(desk, "LOG", "register-refused")) == 1
    does(desk, "register", path, "--as", "greta")
    folder = str(desk.home / "package")
    assert code(desk, "agreement", "export", PERSON, folder, "--as", "greta") == (4, "role")
    assert len(records(desk, CASE, "export-refused")) == 1


# -- a site of one person -----------------------------------------------------------------------


def test_a_site_of_one_person_works_and_says_so_everywhere(desk: Desk) -> None:
    mine = ("--workspace", str(desk.home / "mine"))
    does(desk, "init", desk.home / "mine")
    assert does(desk, "agree", "--all", *mine).out.count("self-agreed") == 9
    does(desk, "open", PERSON, *mine)
    for words in (["next"], ["show", "1"], ["protocol", "list"], ["protocol", "show", PERSON],
                  ["agreement", "list"], ["agreement", "show", PERSON]):  # fmt: skip
        assert "self-agreed" in does(desk, *words, *mine).out, words
    shown = does(desk, "show", "1", "--json", *mine).json
    assert shown["runs"][0]["agreed"]["self_agreed"] is True
    assert shown["lifecycle"]["agreed"]["self_agreed"] is True
    found = does(desk, "protocol", "list", "--json", *mine).json["documents"]
    assert {row["in_force"]["self_agreed"] for row in found} == {True}
    source = desk.home / "mine" / "protocols" / "lesson.yaml"
    source.write_text(source.read_text("utf-8").replace("revision: 1", "revision: 2", 1))
    does(desk, "register", source, *mine)
    assert "self-agreed" in does(desk, "agree", "lesson", *mine).out
    assert desk("audit", "verify", "--json", *mine).json["verdict"] == "OK"


# -- a site with keys -----------------------------------------------------------------------------


@pytest.fixture
def keyed(desk: Desk) -> Desk:
    """Everything that anybody does is signed; four people have keys."""
    put_plan_in_force(
        desk, 2, ("identify: claimed", "identify: key"), keys=("anna", "carla", "esra", "helena")
    )
    return desk


@needs_keys
def test_each_step_is_signed_and_verified(keyed: Desk) -> None:
    anna = ("--as", "anna", "--key", str(key_of(keyed.home, "anna")))
    does(keyed, "task", "1", "tell-control-room", *anna)
    does(keyed, "step", "1", "conclude", "explanation=plausible", *anna)
    (record,) = records(keyed, "1", "task-done")
    assert set(record["signature"]) == {"sd"}  # type: ignore[call-overload]
    assert record["actor"]["how"] == "key"  # type: ignore[index]
    assert keyed("audit", "verify", "--json").json["findings"] == []


@needs_keys
def test_with_anothers_key_nobody_is_let_in(keyed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    wrong = ("--as", "anna", "--key", str(key_of(keyed.home, "carla")))
    assert keyed("task", "1", "tell-control-room", *wrong).code == 5
    assert keyed("task", "1", "tell-control-room", "--as", "anna").code == 5
    assert keyed("note", "1", "hello", "--as", "bram").code == 4  # the plan holds no key of his
    assert len(records(keyed, "1", "identify-refused")) == 3
    assert records(keyed, "1", "task-done") == []


@needs_keys
def test_a_second_person_signs_their_own_yes(keyed: Desk) -> None:
    anna = ("--as", "anna", "--key", str(key_of(keyed.home, "anna")))
    does(keyed, "task", "1", "tell-control-room", *anna)
    does(keyed, "step", "1", "conclude", "explanation=implausible", *anna)
    helena = signing_as(keyed, "helena")
    assert keyed("step", "1", "stand-down", "deviation=x", *helena).code == 4
    (refusal,) = records(keyed, "1", "step-refused")
    assert "signature" in refusal
    does(keyed, "step", "1", "stand-down", "deviation=x", *signing_as(keyed, "esra"))
    does(keyed, "confirm", "1", "stand-down", *signing_as(keyed, "carla"))
    assert "signature" in records(keyed, "1", "step-pending")[-1]
    assert "signature" in records(keyed, "1", "step-confirmed")[-1]
    taken = records(keyed, "1", "step-taken")[-1]
    assert (taken["confirmed"], "signature" in taken) == (["carla"], False)
    assert keyed("audit", "verify", "--json").json["findings"] == []


def signing_as(desk: Desk, person: str) -> tuple[str, ...]:
    return ("--as", person, "--key", str(key_of(desk.home, person)))
