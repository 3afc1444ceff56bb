"""What administrators type: check, test, register; and what they are told."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cli_play import Desk

PERSON = Path("museum/protocols/suspicious-person.yaml")


def changed(old: str, new: str, path: Path = PERSON) -> Path:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_the_library_checks(desk: Desk) -> None:
    said = desk("protocol", "check")
    assert said.code == 0
    assert said.out == ""
    assert "0 errors" in said.err


def test_a_finding_shows_the_place_and_what_was_meant(desk: Desk) -> None:
    path = changed("state: contact,", "state: contcat,")
    said = desk("protocol", "check", path)
    assert said.code == 3
    assert "{state: contcat, when" in said.out
    assert "did you mean “contact”?" in said.out
    assert f"{path}:92:21" in said.out


def test_one_line_a_finding_for_editors(desk: Desk) -> None:
    said = desk(
        "protocol", "check", changed("state: contact,", "state: contcat,"), "--format", "concise"
    )
    assert len(said.out.splitlines()) == 1
    assert said.out.startswith(f"{PERSON}:92:21: HR210 error: ")


def test_an_id_or_the_input_can_be_checked_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    changed("state: contact,", "state: contcat,")
    assert desk("protocol", "check", "suspicious-person").code == 3
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PERSON.read_bytes())))
    assert desk("protocol", "check", "-").code == 3
    assert desk("protocol", "check", "suspicious-persn").code == 10
    assert desk("protocol", "check", "nowhere.yaml").code == 10


def test_what_lies_elsewhere_is_not_this_checks_matter(desk: Desk) -> None:
    changed("state: contact,", "state: contcat,")
    assert desk("protocol", "check", "lesson").code == 0


def test_without_a_workspace_a_file_is_checked_beside_the_library(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HANDRAIL_WORKSPACE")
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "mine.yaml").write_bytes(PERSON.read_bytes())
    monkeypatch.chdir(alone)
    said = desk("protocol", "check", "mine.yaml")
    assert said.code == 0, said
    assert desk("protocol", "check").code == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01",
        "titel: Verdächtig".encode("latin-1"),
        b"a: &a [*a]",
        b"[" * 200_000,
        b"id: one\nid: two\n",
        b"on: NO\n",
        b"x" * 10_000_000,
        b"\x1b]0;owned\x07: 1\n",
    ],
    ids=["empty", "binary", "latin-1", "alias", "deep", "twice", "on", "10-MB", "escape"],
)
def test_whatever_a_file_holds_it_is_findings(desk: Desk, data: bytes) -> None:
    Path("wrong.yaml").write_bytes(data)
    said = desk("protocol", "check", "wrong.yaml")
    assert said.code == 3, said
    assert "wrong.yaml" in said.out
    assert "\x1b" not in said.out
    assert desk("register", "wrong.yaml", "--as", "greta").code == 3


def test_scenarios_are_played_and_coverage_is_shown(desk: Desk) -> None:
    said = desk("protocol", "test", "suspicious-person")
    assert said.code == 0
    assert "suspicious-person  states 10/10, steps 12/12" in said.out
    assert "FAIL" not in said.out


def test_a_scenario_that_goes_otherwise_says_where(desk: Desk) -> None:
    path = Path("museum/scenarios/suspicious-person-plausible.yaml")
    changed("ends: released", "ends: acted", path)
    said = desk("protocol", "test", path)
    assert said.code == 3
    assert "FAIL" in said.out
    assert f"{path}:" in said.out


def test_what_does_not_check_is_not_played(desk: Desk) -> None:
    changed("state: contact,", "state: contcat,")
    said = desk("protocol", "test", "suspicious-person")
    assert said.code == 3
    assert said.err.count("Traceback") == 0


def test_one_error_is_not_errors(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text("handrail: 1\nkind: protocl\n", "utf-8")
    assert desk("protocol", "check", file).err.startswith("1 checked: 1 error, 0 warnings")
    dutch = desk("protocol", "check", file, "--lang", "nl").err
    assert dutch.startswith("1 gecontroleerd: 1 fout, 0 waarschuwingen")


def test_a_changed_document_needs_a_higher_revision(desk: Desk) -> None:
    path = changed("Stay at a distance.", "Keep your distance.")
    refused = desk("register", path, "--as", "greta")
    assert refused.code == 2
    assert "raise its revision to 2" in refused.err
    said = desk("register", changed("revision: 1", "revision: 2"), "--as", "greta")
    assert said.code == 0
    assert "suspicious-person r2" in said.out
    assert "handrail agreement start suspicious-person" in said.err


def test_what_is_in_force_is_what_was_agreed_not_what_is_registered(desk: Desk) -> None:
    changed("Stay at a distance.", "Keep your distance.")
    desk("register", changed("revision: 1", "revision: 2"), "--as", "greta")
    row = next(
        row
        for row in desk("protocol", "list", "--json").json["documents"]
        if row["id"] == "suspicious-person"
    )
    assert (row["revision"], row["in_force"]["revision"]) == (2, 1)
    view = desk("open", "suspicious-person", "--as", "anna", "--json").json
    assert view["runs"][0]["revision"] == 1


def test_a_protocol_can_be_read_in_words(desk: Desk) -> None:
    text = desk("protocol", "show", "suspicious-person").out
    for part in (
        "Observe",
        "within 5m",
        "then call-shift-lead",
        "→ contact",
        "second person: 1 x shift-lead",
    ):
        assert part in text
    assert desk("protocol", "show", "suspicious-person", "--lang", "nl").out.startswith(
        "Verdachte persoon"
    )
    data = json.loads(desk("protocol", "show", "suspicious-person", "--json").out)
    assert data["data"]["start"] == "observe"
