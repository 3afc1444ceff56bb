"""A site that one person has just begun: what needs two is said at once, and there is a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli_play import Hand

if TYPE_CHECKING:
    from pathlib import Path

ZONES = ("entrance-hall", "galleries", "storage", "offices", "grounds")


@pytest.fixture
def alone(tmp_path: Path) -> Hand:
    """A hand in a fresh workspace, whose library its one person has agreed to."""
    hand = Hand(tmp_path, tmp_path / "mine")
    hand.does("init", tmp_path / "mine", "-q")
    hand.does("agree", "--all", "-q")
    return hand


def test_one_person_comes_to_the_end_of_a_protocol_that_needs_two(alone: Hand) -> None:
    alone.does("open", "suspicious-object", "-q")
    for step in ("danger", "cleared", "cordoned", "police-informed", "evacuate"):
        alone.does("step", "1", step, "-q")
    for zone in ZONES:
        alone.does("task", "1", "count-heads", "--item", zone, "-q")
    alone.does("step", "1", "emptied", "-q")
    alone.does("task", "1", "save-images", "-q")

    said = alone("step", "1", "declared-safe")
    assert said.code == 5
    assert "too few others are shift-lead to confirm this (0 of 1)" in said.err
    assert alone.does("show", "1", "--json").json["pending"] == []
    screen = alone.does("next", "1").out
    assert "too few others" in screen
    assert "handrail deviate" in screen

    alone.does("deviate", "1", "--to", "followed-up", "--why", "the police cleared it", "-q")
    ended = alone.does("show", "1", "--json").json
    assert [run["outcome"] for run in ended["runs"]] == ["acted"]
    assert ended["phase"] == "after"
    assert alone.does("audit", "verify", "--depth", "legal").out.startswith("OK")


def test_a_new_site_of_one_person_gets_one_warning_with_the_count_and_the_mend(
    alone: Hand,
) -> None:
    said = alone.does("protocol", "check")
    assert said.out.count("HR341") == 1
    assert "9 steps of 4 protocols need a second person" in said.out
    assert "site.yaml:" in said.out
    assert "mend: add people who have the role" in said.out
    assert "0 errors, 1 warning" in said.out + said.err
    together = alone.does("protocol", "check", "suspicious-object", "suspicious-person")
    assert together.out.count("warning HR341") == 2
    same = alone.does("protocol", "check", "bomb-threat-telephone").out
    assert "3 steps need a second person" in same
    assert "none: search-first, all-clear (2)" in same


def test_the_checker_tells_one_person_before_it_happens(alone: Hand) -> None:
    said = alone.does("protocol", "check", "suspicious-object")
    assert "warning HR341" in said.out
    assert "0 errors" in said.out + said.err
