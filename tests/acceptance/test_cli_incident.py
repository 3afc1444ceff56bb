"""A whole incident, as its people type it; and everything that can be typed wrong."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from cli_play import COMMAND

if TYPE_CHECKING:
    from cli_play import Hand


def test_an_incident_from_the_first_sighting_to_the_written_evaluation(contact: Hand) -> None:
    refused = contact("step", "1", "conclude", "explanation=implausible", "--as", "anna")
    assert refused.code == 5
    assert "tell-control-room" in refused.err
    contact.does("task", "1", "tell-control-room", "--as", "anna")
    contact.does("step", "1", "conclude", "explanation=implausible", "--as", "anna")
    begun = contact.does("step", "1", "stand-down", "deviation=press visit", "--as", "esra")
    assert "handrail confirm INC-" in begun.out
    assert contact("confirm", "1", "stand-down", "--as", "esra").code == 5
    contact.does("confirm", "1", "stand-down", "--as", "carla")
    contact.does(
        "step", "1", "evaluate", "went-well=calm", "could-be-better=tell us before",
        "adversary-gave-up=no-adversary", "lessons=some", "--as", "anna",
    )  # fmt: skip
    contact.does("step", "1", "lesson", "--as", "anna")
    contact.does("step", "1", "record", "lesson=tell the guards before", "--as", "anna")
    due = "due=2030-01-31T12:00"
    contact.does("step", "1", "assign", "owner=head-of-security", due, "--as", "carla")
    contact.does("task", "1", "offer-support", "--as", "carla")
    closed = contact.does("step", "1", "close", "--as", "carla")
    assert "closed" in closed.out
    verdict = contact.does("audit", "verify", "--json").json
    assert verdict["verdict"] == "OK"
    types = [row["type"] for row in contact.does("audit", "log", "--case", "1", "--json").lines]
    assert "step-refused" in types
    assert types[-1] == "incident-closed"


def test_one_person_begins_without_any_setting_up(contact: Hand) -> None:
    home = contact.home
    contact.does("init", home / "mine")
    mine = ["--workspace", str(home / "mine")]
    agreed = contact.does("agree", "--all", *mine)
    assert "suspicious-person r1: in force" in agreed.out
    contact.does("open", "suspicious-person", *mine)
    assert "Observe" in contact.does("next", *mine).out


def test_personal_words_can_be_read_but_are_not_in_the_record(contact: Hand) -> None:
    stored = contact.does("audit", "log", "--case", "1", "--json").out
    assert "films the dock" not in stored
    assert "films the dock" in contact.does("audit", "show", "1").out
    assert "films the dock" in contact.does("show", "1").out


def test_next_says_why_not(contact: Hand) -> None:
    said = contact.does("next", "--as", "anna").out
    assert "Not now:" in said
    assert "Conclude (conclude)" in said
    assert "handrail task INC-" in said


def test_a_rehearsed_step_is_not_recorded(contact: Hand) -> None:
    before = contact.does("show", "1", "--json").json["version"]
    contact.does("step", "1", "danger", "--dry-run", "--as", "anna")
    after = contact.does("show", "1", "--json").json
    assert after["version"] == before
    assert after["runs"][0]["in"] == ["contact"]


def test_what_happened_earlier_keeps_both_times(contact: Hand) -> None:
    contact.does("task", "1", "tell-control-room", "--occurred", "00:00", "--as", "anna")
    record = contact.does("audit", "log", "--type", "task-done", "--json").lines[-1]
    assert record["occurred"][11:16] == "00:00"
    assert record["occurred"] < record["recorded"]


def test_notes_files_and_facts(contact: Hand) -> None:
    photo = contact.home / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\x00")
    contact.does("note", "1", "the", "van", "left", "--as", "anna")
    contact.does("note", "1", "-", "--as", "anna", stdin="two lines\nof it\n")
    contact.does("attach", "1", photo, "--as", "anna")
    contact.does("attach", "1", "-", "--name", "radio.txt", "--as", "anna", stdin="over")
    contact.does("fact", "1", "name=not given", "--as", "anna")
    shown = contact.does("audit", "show", "1").out
    for part in ("the van left", "two lines", "photo.jpg", "radio.txt", "not given"):
        assert part in shown


def test_another_protocol_beside_the_first(contact: Hand) -> None:
    view = contact.does("start", "1", "suspicious-object", "--as", "anna", "--json").json
    assert [run["protocol"] for run in view["runs"]] == ["suspicious-person", "suspicious-object"]


def test_outside_the_protocol_only_where_it_allows_that(contact: Hand) -> None:
    said = contact("deviate", "1", "--to", "act", "--why", "no time", "--as", "anna")
    assert said.code == 5
    assert "allows nobody" in said.err
    contact.does("open", "bomb-threat-telephone", "--as", "karin", "-q")
    contact.does("deviate", "2", "--to", "evacuating", "--why", "smoke", "--as", "esra")
    assert "Outside the protocol" in contact.does("show", "2").out


def test_lists_hold_what_was_asked_for(contact: Hand) -> None:
    contact.does("open", "suspicious-object", "--drill", "--as", "bram", "-q")

    def ids(*options: str) -> list[str]:
        rows = contact.does("list", "--json", *options).json["incidents"]
        return [row["id"][-1] for row in rows]

    assert ids() == ["2", "1"]
    assert ids("--open", "--real") == ["1"]
    assert ids("--drill") == ["2"]
    assert ids("--mine", "--as", "bram") == ["2"]
    assert ids("--protocol", "suspicious-person") == ["1"]
    assert ids("--closed") == []
    assert "DRILL" in contact.does("list").out


def test_an_input_that_is_no_text_is_refused(contact: Hand) -> None:
    for words in (["note", "1", "-"], ["fact", "1", "deviation=-"]):
        for locale in ("C", "C.UTF-8"):
            done = subprocess.run(
                [COMMAND, *words, "--as", "anna"],
                input=b"caf\xe9",
                capture_output=True,
                env=contact.env | {"LANG": locale, "LC_ALL": locale},
                timeout=60,
                check=False,
            )
            assert done.returncode == 2, done
            assert b"the input is not UTF-8" in done.stderr


def test_a_list_without_items_says_none(contact: Hand) -> None:
    contact.does("fact", "1", "indicators=none", "--as", "anna", "-q")
    shown = contact.does("show", "1").out
    assert re.search(r"indicators +none", shown), shown


def test_watch_lets_a_deadline_pass_once(contact: Hand) -> None:
    said = contact.does("watch", "--once")
    assert said.out == ""
    assert "nothing was due" in said.err
