"""``protocol fmt``: in place, as a check, as a filter."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from cli_play import Desk

UGLY = "handrail:   1\nroles: { guard: {title: Guard } } # who\n"
NEAT = "handrail: 1\nroles: {guard: {title: Guard}}  # who\n"


def ugly(desk: Desk) -> Path:
    file = desk.home / "ugly.yaml"
    file.write_text(UGLY)
    return file


def test_a_file_is_written_once(desk: Desk) -> None:
    file = ugly(desk)
    said = desk("protocol", "fmt", file)
    assert (said.code, said.out) == (0, "")
    assert f"formatted: {file}" in said.err
    assert file.read_text() == NEAT
    again = desk("protocol", "fmt", file, "--check")
    assert again.code == 0
    assert "nothing to change" in again.err


def test_check_writes_nothing(desk: Desk) -> None:
    file = ugly(desk)
    said = desk("protocol", "fmt", file, "--check", "--json")
    assert said.code == 3
    assert said.json == {"files": [{"file": str(file), "changed": True, "written": False}]}
    assert file.read_text() == UGLY


def test_diff_shows_it(desk: Desk) -> None:
    file = ugly(desk)
    said = desk("protocol", "fmt", file, "--diff")
    assert said.code == 0
    assert "-handrail:   1\n" in said.out
    assert "+handrail: 1\n" in said.out
    assert file.read_text() == UGLY


def test_the_input_goes_to_the_output(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(UGLY.encode())))
    said = desk("protocol", "fmt", "-")
    assert (said.code, said.out, said.err) == (0, NEAT, "")


def test_what_cannot_be_read_leaves_every_file_as_it_is(desk: Desk) -> None:
    file = ugly(desk)
    wrong = desk.home / "wrong.yaml"
    wrong.write_text("a: [\n")
    said = desk("protocol", "fmt", file, wrong)
    assert said.code == 3
    assert "HR005" in said.err
    assert file.read_text() == UGLY


def test_a_whole_workspace_is_in_our_style(desk: Desk) -> None:
    said = desk("protocol", "fmt", "--check", "--json")
    assert said.code == 0
    assert len(said.json["files"]) > 20
