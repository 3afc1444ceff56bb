"""``protocol effort`` and ``protocol simulate``: what is shown, and what is typed wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from cli_play import Desk

STUCK = """\
handrail: 1
kind: protocol
id: stuck
revision: 1
title: Stuck
start: first
states:
  first: {steps: {on: {second: guard, by: [director], to: last}}}
  last: {final: done}
"""


def protocol(desk: Desk, text: str) -> Path:
    file = desk.home / "tried.yaml"
    file.write_text(text)
    return file


def test_effort_shows_both_ways_to_each_outcome(desk: Desk) -> None:
    said = desk("protocol", "effort", "suspicious-person")
    assert said.code == 0
    assert "acted     shortest  0          0      3" in said.out
    assert "the shortest way to acted\n  danger → secured → police-informed\n" in said.out
    assert "the usual way to released" in said.out


def test_effort_beyond_the_budget_is_found(desk: Desk) -> None:
    text = (desk.home / "museum" / "protocols" / "lesson.yaml").read_text()
    file = protocol(desk, text.replace("\nowner:", "\nbudget: {questions: 3}\nowner:", 1))
    said = desk("protocol", "effort", file, "--json")
    assert said.code == 0
    assert said.json["budget"] == {"questions": 3}
    assert said.json["within"]
    file.write_text(text.replace("\nowner:", "\nbudget: {questions: 2}\nowner:", 1))
    said = desk("protocol", "check", file)
    assert said.code == 3
    assert "HR360" in said.out


@pytest.mark.parametrize("words", [["effort"], ["simulate"], ["simulate", "--to", "done"]])
def test_what_does_not_check_is_told_as_check_does(desk: Desk, words: list[str]) -> None:
    file = protocol(desk, STUCK.replace("to: last", "to: lost"))
    said = desk("protocol", *words, file)
    assert said.code == 3
    assert said.out == ""
    assert "HR210" in said.err
    assert "did you mean “last”?" in said.err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("suspicious-persn", "did you mean suspicious-person"),
        ("nowhere.yaml", "there is no file “nowhere.yaml”"),
        ("museum/site.yaml", "no protocol, lifecycle or agreement"),
        ("museum/protocols", "more than one document"),
    ],
)
def test_what_is_no_protocol(desk: Desk, name: str, text: str) -> None:
    for command in ("effort", "simulate"):
        said = desk("protocol", command, name)
        assert said.code in {2, 10}
        assert text in said.err


def test_simulate_says_how_often_and_who(desk: Desk) -> None:
    said = desk("protocol", "simulate", "suspicious-person", "--runs", "40", "--seed", "3")
    assert said.code == 0
    for part in ("40 random walks, seed 3", "released", "guard", "observe 40"):
        assert part in said.out
    again = desk("protocol", "simulate", "suspicious-person", "--runs", "40", "--seed", "3")
    assert again.out == said.out


def test_simulate_tells_where_walks_get_stuck(desk: Desk) -> None:
    """A document of a kind that nobody has: the question has no legal answer."""
    text = STUCK.replace("second: guard, by: [director]", "ask: [where]").replace(
        "start: first", "facts: {where: {type: adversary, ask: Who?}}\nstart: first"
    )
    site = desk.home / "museum" / "site.yaml"
    plan = re.sub(r"(?ms)^adversaries:\n.*?^(?=\S)", "", site.read_text())
    site.write_text(plan)
    said = desk("protocol", "simulate", protocol(desk, text), site, "--runs", "3")
    assert said.code == 2  # one document at a time
    said = desk("protocol", "simulate", protocol(desk, text), "--runs", "3")
    assert said.code == 3
    assert "stuck in first: 3 walks" in said.out
    assert "on: first find out: where" in said.out


def test_simulate_goes_the_shortest_way(desk: Desk) -> None:
    said = desk("protocol", "simulate", "suspicious-person", "--to", "acted")
    assert said.code == 0
    assert "the shortest way to acted  questions 0, tasks 0, steps 3" in said.out
    assert "1  step danger  guard  → securing, calling" in said.out
    assert "released" not in said.out
    both = desk("protocol", "simulate", "suspicious-person", "--shortest", "--json").json
    assert [way["outcome"] for way in both["ways"]] == ["acted", "released"]
    wrong = desk("protocol", "simulate", "suspicious-person", "--to", "acte")
    assert wrong.code == 10
    assert "did you mean acted?" in wrong.err


def test_a_file_is_read_from_the_input_and_an_id_from_the_library(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDRAIL_WORKSPACE")
    said = desk("protocol", "effort", "lesson", "--json")
    assert said.code == 0
    assert said.json["protocol"] == "lesson"
