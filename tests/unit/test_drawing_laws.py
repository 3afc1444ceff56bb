"""Nothing in a drawing overlaps or is crossed, whatever the machine."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from drawing_laws import violations
from drawing_machines import machines
from hypothesis import given, settings
from hypothesis import strategies as st
from machine_play import document
from machine_random import random_protocol

from handrail.engine.documents.check import check_bytes
from handrail.engine.documents.drawing.fit import fit
from handrail.engine.documents.drawing.layout import lay_out
from handrail.engine.documents.drawing.letters import measure, wrap
from handrail.engine.documents.drawing.marks import Marks
from handrail.engine.documents.drawing.place import spaced
from handrail.engine.documents.drawing.sketch import sketch
from handrail.engine.documents.drawing.words import Wording
from handrail.engine.documents.library import shipped
from handrail.engine.machine.build import build

if TYPE_CHECKING:
    from handrail.engine.documents.drawing.cards import Sketch
    from handrail.engine.documents.drawing.shapes import Box, Drawing
    from handrail.engine.machine.definition import Definition

SHIPPED = {
    one.path: one.data for one in shipped("north-museum") if one.path.startswith("protocols/")
}


def drawn(definition: Definition, lang: str = "en", **marks: Any) -> tuple[Sketch, Drawing]:
    made = sketch(definition, Wording(definition, lang), Marks(**marks) if marks else None)
    return made, lay_out(made)


def box(drawing: Drawing, key: str) -> Box:
    return next(box for box in drawing.boxes if box.card.key == key)


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("path", SHIPPED)
def test_every_shipped_protocol_is_drawn_by_the_laws(path: str, lang: str) -> None:
    definition = check_bytes(SHIPPED[path], path).definition
    assert definition is not None
    assert violations(*drawn(definition, lang)) == []


@pytest.mark.parametrize("path", SHIPPED)
def test_marks_change_no_law(path: str) -> None:
    definition = check_bytes(SHIPPED[path], path).definition
    assert definition is not None
    moves = {
        (state.id, f"step {step.id}", target.index): (1, 12, 103)
        for state in definition.states.values()
        for step in state.steps.values()
        for target in step.to
    }
    everywhere = dict.fromkeys(definition.states, (1, 12, 103))
    marked = drawn(definition, moves=moves, states=everywhere, now=frozenset(definition.states))
    assert violations(*marked) == []


@settings(max_examples=80, deadline=None)
@given(machines())
def test_any_machine_is_drawn_by_the_laws(definition: Definition) -> None:
    assert violations(*drawn(definition)) == []


@pytest.mark.parametrize("seed", range(6))
def test_dense_machines_are_drawn_by_the_laws(seed: int) -> None:
    definition = build(random_protocol(Random(seed)), "0" * 64)  # noqa: S311 - a reproducible one
    assert violations(*drawn(definition)) == []


def test_a_jump_between_tracks_runs_around_the_outside() -> None:
    definition = document(
        """
        start: both
        states:
          both:
            tracks:
              one: {start: a, states: {a: {steps: {jump: {to: d}}}, b: {}}}
              two: {start: c, states: {c: {}, d: {}}}
            join: all
        """
    )
    made, drawing = drawn(definition)
    assert violations(made, drawing) == []
    whole = box(drawing, "state both").rect
    jump = next(line for line in drawing.lines if line.link.head == "state d")
    assert max(spot.y for spot in jump.points) > whole.y + whole.height


def test_steps_of_a_state_that_lead_into_it_lie_inside() -> None:
    definition = document(
        """
        start: big
        states:
          big:
            start: a
            states: {a: {}, b: {steps: {again: {to: big}}}}
            steps: {in: {to: b}}
        """
    )
    made, drawing = drawn(definition)
    assert violations(made, drawing) == []
    big, chip = box(drawing, "state big").rect, box(drawing, "step big in").rect
    assert big.y < chip.y < big.y + big.height
    into = next(line for line in drawing.lines if line.link.head == "step big in")
    assert into.points[0].y == big.y
    again = next(
        line
        for line in drawing.lines
        if line.link.head == "state big" and line.link.tail != "start "
    )
    assert again.points[-1].y == pytest.approx(big.y + big.height)


def test_what_comes_later_stands_lower() -> None:
    definition = document(
        "start: a\nstates: {a: {steps: {on: {to: b}, off: {to: c}}},"
        " b: {steps: {back: {to: a}, on: {to: c}}}, c: {final: done}}"
    )
    _, drawing = drawn(definition)
    tops = [box(drawing, f"state {name}").rect.y for name in "abc"]
    assert tops == sorted(tops)
    assert len(set(tops)) == 3


def test_tracks_stand_side_by_side() -> None:
    definition = document(
        "start: p\nstates: {p: {tracks: {x: {start: a, states: {a: {}}},"
        " y: {start: b, states: {b: {}}}}, join: all}}"
    )
    _, drawing = drawn(definition)
    left, right = box(drawing, "state a").rect, box(drawing, "state b").rect
    divider = box(drawing, "state p").dividers[0]
    assert left.x + left.width < divider.x < right.x


@given(st.text(max_size=60), st.floats(40, 200))
def test_lines_are_no_wider_than_the_limit(text: str, limit: float) -> None:
    lines = wrap(text, 12, limit)
    assert all(measure(line, 12) <= limit or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_text_that_is_cut_says_so() -> None:
    lines = wrap("one two three four five six seven", 12, 60, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert measure(lines[-1], 12) <= 60


@given(
    st.lists(
        st.tuples(st.floats(-500, 500), st.floats(0, 80), st.floats(0.1, 9)), min_size=1, max_size=8
    )
)
def test_places_keep_their_distances_and_nothing_moves_without_need(
    parts: list[tuple[float, float, float]],
) -> None:
    wanted, distances, weights = [list(column) for column in zip(*parts, strict=True)]
    distances.pop()
    found = spaced(wanted, distances, weights)
    apart = [two - one for one, two in pairwise(found)]
    assert all(gap >= least - 1e-6 for gap, least in zip(apart, distances, strict=True))
    free = [two - one for one, two in pairwise(wanted)]
    if all(gap >= least for gap, least in zip(free, distances, strict=True)):
        assert found == pytest.approx(wanted)


def test_a_card_has_room_for_its_words() -> None:
    definition = document(
        "start: a\nstates: {a: {title: Wherever somebody waits for the police, within: 10m,"
        " steps: {go: {to: b}}}, b: {final: over}}"
    )
    made, _ = drawn(definition)
    for card in made.cards.values():
        fitted = fit(card)
        for row in fitted.rows:
            left = row.x - row.width / 2 if row.centred else row.x
            assert left >= 0
            assert left + row.width <= fitted.width
            assert row.y <= fitted.height
