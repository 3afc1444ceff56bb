"""``protocol test``: what is played, what is recorded, and what nothing has visited."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from pathlib import Path

    from cli_play import Desk

NAME = "suspicious-person-plausible.yaml"


def scenario(desk: Desk) -> Path:
    return desk.home / "museum" / "scenarios" / NAME


def test_what_none_has_visited_is_named_with_its_place(desk: Desk) -> None:
    said = desk("protocol", "test", scenario(desk))
    assert said.code == 0
    assert "states 3/10" in said.out
    assert "the deadline of observe never passes" in said.out
    assert "the branch conclude/conclude/1 is never taken" not in said.out
    assert "the branch contact/conclude/1 is never taken (otherwise)" in said.out
    assert "the branch observe/assess/0" not in said.out
    result = json.loads(desk("protocol", "test", scenario(desk), "--json").out)
    (row,) = result["coverage"]
    assert row["counts"]["states"] == [3, 10]
    missed = {(part["kind"], part["name"]): part["line"] for part in row["missed"]}
    lines = (desk.home / "museum" / "protocols" / "suspicious-person.yaml").read_text().splitlines()
    assert "within" in lines[missed["deadlines", "observe"] - 1]
    assert "handed-over:" in lines[missed["states", "handed-over"] - 1]


def test_update_writes_what_happens_and_shows_it(desk: Desk) -> None:
    file = scenario(desk)
    before = file.read_text()
    file.write_text(
        before.replace("in: [contact]", "in: [observe]").replace("ends: released\n", "")
    )
    assert desk("protocol", "test", file).code == 3
    said = desk("protocol", "test", file, "--update")
    assert said.code == 0, said
    assert "updated" in said.out
    assert "+ends: released" in said.out
    assert file.read_text() == before
    assert "updated" not in desk("protocol", "test", file, "--update").out


def test_update_of_what_is_no_file_says_so(desk: Desk) -> None:
    said = desk("protocol", "test", "lesson", "--update", "--workspace", desk.home)
    assert said.code != 0
    assert said.out == ""


def test_junit_beside_the_page(desk: Desk) -> None:
    file, report = scenario(desk), desk.home / "report.xml"
    file.write_text(file.read_text().replace("in: [contact]", "in: [observe]"))
    assert desk("protocol", "test", "suspicious-person", "--junit", report).code == 3
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    assert (suite.attrib["name"], suite.attrib["failures"]) == ("suspicious-person", "1")
    (failure,) = suite.iter("failure")
    assert "not in observe" in failure.attrib["message"]
