"""What the report of an incident says of refusals and removals, in words that are true."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli_play import Hand


def report(hand: Hand, *words: str) -> str:
    return hand.does("audit", "report", "1", "--out", "-", "--as", "helena", *words).out


def test_who_was_turned_away_is_told_in_the_readers_language(contact: Hand) -> None:
    assert contact("note", "1", "x").code == 4  # nobody of the site plan has this account
    english = "somebody is not who they say, or is not known here"
    assert english in report(contact)
    assert english not in report(contact, "--lang", "nl")
    assert english not in contact.does("audit", "show", "1", "--lang", "nl").out


def test_a_removal_by_a_recorded_decision_is_not_outside_the_protocol(contact: Hand) -> None:
    ground = ("--why", "asked", "--basis", "GDPR art. 17", "--yes", "--as", "helena")
    contact.does("audit", "redact", "1", "--title", *ground)
    page = report(contact)
    assert "removed personal data" in page
    assert "outside the protocol" not in page
