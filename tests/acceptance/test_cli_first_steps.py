"""What somebody types first: each answer names what comes next, and that works as it stands."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from cli_play import COMMAND, Hand, Said

if TYPE_CHECKING:
    from pathlib import Path


def types(hand: Hand, line: str) -> Said:
    """Let a shell run what the program proposed."""
    done = subprocess.run(
        ["sh", "-c", line],
        env=hand.env | {"PATH": f"{COMMAND.parent}:/usr/bin:/bin"},
        cwd=hand.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("pack", ["museum", "north-museum"])
def test_what_init_proposes_can_be_typed_as_it_stands(tmp_path: Path, pack: str) -> None:
    hand = Hand(tmp_path)
    said = hand.does("init", "my museum", "--pack", pack)
    proposed = re.search(r"next: (.*)", said.err)
    assert proposed is not None, said
    agreed = types(hand, proposed[1])
    assert agreed.code == 0, agreed
    assert "suspicious-person r1: in force" in agreed.out


def test_an_incident_before_anything_is_agreed_says_what_to_agree(tmp_path: Path) -> None:
    hand = Hand(tmp_path, tmp_path / "mine")
    hand.does("init", "mine", "-q")
    said = hand("open", "suspicious-person")
    assert said.code == 5
    assert said.err.endswith("try: handrail agree incident suspicious-person\n")
    hand.does("agree", "incident", "suspicious-person")
    hand.does("open", "suspicious-person")


def test_where_nothing_is_open_the_next_command_opens(tmp_path: Path) -> None:
    hand = Hand(tmp_path, tmp_path / "mine")
    hand.does("init", "mine", "-q")
    for command in ("next", "walk"):
        said = hand(command)
        assert said.code == 10
        assert said.err == "handrail: no incident is open\n  try: handrail open PROTOCOL\n"
    assert hand("next", "--json").json == {
        "error": {"code": "not-found", "text": "no incident is open"}
    }


def test_a_message_says_what_is_not_yet_known(museum: Hand) -> None:
    museum.does("open", "suspicious-object", "--as", "anna", "-q")
    said = museum.does("step", "1", "danger", "--as", "anna")
    assert "suspicious object at [where: not yet known]" in said.out
    dutch = museum.does("next", "1", "--as", "anna", "--lang", "nl")
    assert "[where: nog niet bekend]" in dutch.out


def test_who_began_a_step_for_two_is_told_how_to_take_it_back(museum: Hand) -> None:
    museum.does("open", "suspicious-object", "--as", "anna", "-q")
    museum.does("step", "1", "danger", "--as", "anna", "-q")
    begun = museum.does("step", "1", "stand-down", "why-safe=the owner came", "--as", "esra")
    assert "confirm INC-2026-0001 stand-down --no --as esra" in begun.out
    theirs = museum.does("next", "1", "--as", "david")
    assert "confirm INC-2026-0001 stand-down --as david" in theirs.out
