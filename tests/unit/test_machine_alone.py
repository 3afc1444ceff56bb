"""A step that needs a second person is not begun where there is nobody to be it."""

from __future__ import annotations

from typing import Any

import pytest
from machine_play import Play

PLAN = """
by: [guard]
deviate: {by: [director]}
start: a
states:
  a: {steps: {fire: {second: {role: director, count: 2}, to: b}}}
  b: {final: fired}
"""
ANNA = {"name": "Anna", "roles": ["guard", "director"]}
BERT = {"name": "Bert", "roles": ["director"]}
LATE = {"name": "Late", "roles": [{"role": "director", "from": "2026-01-02"}]}


def at_site(document: str = PLAN, **people: dict[str, Any]) -> Play:
    return Play(document, site={"people": people, "roles": {"guard": {}, "director": {}}})


@pytest.mark.parametrize(
    ("people", "have"),
    [
        ({"anna": ANNA}, "0 of 2"),
        ({"anna": ANNA, "bert": BERT}, "1 of 2"),
        ({"anna": ANNA, "bert": BERT, "late": LATE}, "1 of 2"),
    ],
    ids=["alone", "too few", "not yet"],
)
def test_a_step_that_too_few_could_confirm_is_refused_at_once(people: Any, have: str) -> None:
    play = at_site(**people)
    decision = play.step("fire", "anna", "guard", "director")
    assert play.codes() == ["second"]
    assert play.run().pending == {}
    text = decision.refusal[0].words("en")
    assert have in text
    assert "add people to the site plan" in text
    assert "director" in text
    assert "handrail deviate" in text


def test_who_takes_it_does_not_count_and_the_others_do() -> None:
    both = {"name": "Carl", "roles": ["director", "guard"]}
    play = at_site(anna={"name": "Anna", "roles": ["guard"]}, bert=BERT, carl=both)
    play.step("fire", "carl", "guard", "director")
    assert play.codes() == ["second"]
    play.step("fire", "anna", "guard")
    assert play.types() == ["step-pending"]


def test_where_nobody_may_leave_the_protocol_that_is_not_proposed() -> None:
    play = at_site(PLAN.replace("deviate: {by: [director]}\n", ""), anna=ANNA)
    decision = play.step("fire", "anna", "guard")
    assert "deviate" not in decision.refusal[0].words("en")


def test_in_time_the_same_step_can_be_taken() -> None:
    play = at_site(anna=ANNA, bert=BERT, late=LATE)
    play.wait("2d")
    play.step("fire", "anna", "guard")
    assert play.types() == ["step-pending"]
