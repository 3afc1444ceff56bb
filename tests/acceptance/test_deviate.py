"""Leaving the protocol at a terminal: the question comes where leaving is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from terminal_play import Terminal

if TYPE_CHECKING:
    from cli_play import Hand

QUESTION = "Leave the protocol and go to"


@pytest.fixture
def found(museum: Hand) -> Hand:
    """An object was found; a duty manager may leave its protocol."""
    museum.does("open", "suspicious-object", "--as", "anna", "-q")
    return museum


def leave(hand: Hand, state: str, person: str) -> Terminal:
    return Terminal(hand, "deviate", "1", "--to", state, "--why", "they ran", "--as", person)


def told(hand: Hand) -> list[str]:
    """The types of the incident's records."""
    return [row["type"] for row in hand.does("audit", "show", "1", "--json").lines]


@pytest.mark.parametrize(("state", "person", "code"), [("act", "anna", 4), ("flow-up", "esra", 10)])
def test_a_refusal_comes_without_a_question(
    found: Hand, state: str, person: str, code: int
) -> None:
    terminal = leave(found, state, person)
    assert terminal.end() == code
    assert QUESTION not in terminal.shown
    assert told(found).count("deviate-refused") == (code == 4)


def test_a_state_that_is_not_there_is_answered_with_those_that_are(found: Hand) -> None:
    said = found("deviate", "1", "--to", "zzz", "--why", "x", "--as", "esra")
    assert said.code == 10
    assert "followed-up" in said.err


def test_who_may_leave_is_asked(found: Hand) -> None:
    before = told(found)
    terminal = leave(found, "act", "esra")
    terminal.see(QUESTION)
    terminal.type("no\n")
    assert terminal.end() == 1
    assert told(found) == before
    terminal = leave(found, "act", "esra")
    terminal.see(QUESTION)
    terminal.type("yes\n")
    assert terminal.end() == 0
    assert "deviated" in told(found)
