"""What is written of a drawing: SVG that stands alone, Mermaid, DOT."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machine_play import document

from handrail.engine.documents.drawing.dot import dot
from handrail.engine.documents.drawing.marks import Marks, marks_of
from handrail.engine.documents.drawing.mermaid import mermaid
from handrail.engine.documents.drawing.style import Theme
from handrail.engine.documents.drawing.svg import svg

if TYPE_CHECKING:
    from handrail.engine.machine.definition import Definition

SVG = "{http://www.w3.org/2000/svg}"
TEXT = """
title: {en: Visitor, nl: Bezoeker}
facts: {sure: {type: yes-no}}
settings: {soon: {type: duration, default: 5m}}
by: [guard, clerk]
start: look
states:
  look:
    title: {en: Look, nl: Kijk}
    by: [guard]
    within: {setting: soon}
    overdue: {step: leave}
    tasks: {radio: {do: Take the radio.}}
    steps:
      judge:
        title: {en: Judge, nl: Oordeel}
        to: [{state: both, when: {sure: true}}, {state: ask}]
      leave: {to: gone}
      write: {title: Write it down}
  ask: {run: another, done: [{state: gone, when: {outcome: over}}, {state: fork}]}
  fork: {next: [{state: both, when: {sure: false}}, {state: gone}]}
  both:
    tracks:
      one:
        title: First
        start: a
        states: {a: {steps: {go: {to: a2, second: clerk}}}, a2: {final: x}}
      two: {start: b, states: {b: {steps: {go: {to: b2}}}, b2: {final: y}}}
    join: all
    done: [{state: gone}]
    steps: {back: {to: {resume: look, else: gone}}}
  gone: {title: Gone, final: over}
"""


def visitor() -> Definition:
    return document(TEXT)


def groups(text: str, name: str) -> dict[str, ET.Element]:
    """The boxes of one class, by key."""
    root = ET.fromstring(text)  # noqa: S314 - our own
    found = [one for one in root.iter(f"{SVG}g") if name in one.get("class", "").split()]
    return {one.get("data-key", ""): one for one in found}


def said(group: ET.Element) -> str:
    return " ".join(one.text or "" for one in group.iter(f"{SVG}text"))


def test_every_state_and_step_is_there_once() -> None:
    text = svg(visitor())
    keys = re.findall(r'data-key="([^"]*)"', text)
    states = [key for key in keys if key.startswith("state ")]
    assert sorted(states) == sorted(f"state {name}" for name in visitor().states)
    steps = [key for key in keys if key.startswith("step ")]
    assert len(steps) == len(set(steps)) == 6


def test_it_is_one_picture_with_a_name_and_a_telling() -> None:
    root = ET.fromstring(svg(visitor(), lang="nl"))  # noqa: S314 - our own
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert title is not None
    assert desc is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert title.text == "Bezoeker"
    for words in ("Kijk: Oordeel", "both (sure)", "gone"):
        assert words in (desc.text or "").replace("Gone", "gone")


def test_each_kind_has_its_sign() -> None:
    text = svg(visitor())
    assert len(groups(text, "final")["state gone"].findall(f"{SVG}rect")) == 2
    assert groups(text, "deciding")["state fork"].find(f"{SVG}polygon") is not None
    assert len(groups(text, "running")["state ask"].findall(f"{SVG}path")) == 2
    assert "carries out another" in said(groups(text, "running")["state ask"])
    look = groups(text, "plain")["state look"]
    assert look.find(f"{SVG}circle") is not None
    assert said(look) == "Look guard 5m 1 task"
    assert said(groups(text, "chip")["step look leave"]) == "leave after 5m by itself"
    assert "with clerk" in said(groups(text, "chip")["step a go"])


def test_automatic_moves_are_dashed_and_taken_steps_are_not() -> None:
    text = svg(visitor(), framed=False)
    dashed = text.count('class="way auto"')
    assert dashed == 2 * 2 + 2 * 2 + 1  # two branches of two states with words, one without
    assert ".auto{stroke-dasharray" in text


def test_branches_say_when() -> None:
    branches = [said(group) for group in groups(svg(visitor()), "branch").values()]
    assert sorted(branches) == sorted(
        [
            "sure",
            "otherwise",
            "outcome: over",
            "otherwise",
            "not sure",
            "otherwise",
            "if it never was",
        ]
    )


def test_ids_in_the_place_of_titles() -> None:
    assert "Judge" not in svg(visitor(), ids=True)
    assert said(groups(svg(visitor(), ids=True), "chip")["step look judge"]) == "judge"


def test_nothing_comes_from_elsewhere() -> None:
    text = svg(visitor())
    assert "<script" not in text
    assert re.findall(r"(?:href|src|url)\s*[=(]", text) == []
    assert set(re.findall(r"https?://[^\s\"']+", text)) == {"http://www.w3.org/2000/svg"}


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_titles_cannot_break_out(title: str) -> None:
    definition = document(
        {
            "title": title,
            "start": "a",
            "states": {
                "a": {"title": title, "steps": {"go": {"title": title, "to": "b"}}},
                "b": {"final": "over"},
            },
        }
    )
    ET.fromstring(svg(definition))  # noqa: S314 - our own
    assert dot(definition).count("\n") == dot(document(definition.data | {"title": "x"})).count(
        "\n"
    )


def test_themes() -> None:
    light, dark, auto = (
        svg(visitor(), theme=theme) for theme in (Theme.LIGHT, Theme.DARK, Theme.AUTO)
    )
    assert "#ffffff" in light
    assert "prefers-color-scheme" not in light + dark
    assert "#ffffff" not in dark
    assert "@media screen and (prefers-color-scheme:dark)" in auto


def test_two_drawings_on_a_page_have_their_own_ids() -> None:
    page = svg(visitor(), name="run-1") + svg(visitor(), name="run-2")
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids)) == 4


# -- the path of a run -----------------------------------------------------------------


def moved(cseq: int, before: list[str], after: list[str], *move: object) -> dict[str, object]:
    moves = [list(move)] if move else []
    kind = "step-taken" if move else "deviated"
    return {"cseq": cseq, "type": kind, "run": "v-1", "from": before, "to": after, "moves": moves}


RECORDS = [
    {"cseq": 0, "type": "incident-opened"},
    {"cseq": 1, "type": "run-started", "run": "v-1", "to": ["look"], "settings": {"soon": "7m"}},
    moved(2, ["look"], ["look"], "look", "step write", None),
    {"cseq": 3, "type": "notified", "run": "v-1", "to": ["clerk"]},
    moved(4, ["look"], ["a", "b"], "look", "step judge", 0),
    moved(5, ["x"], ["a2"], "a", "step go", 0) | {"run": "other-1"},
    moved(6, ["a", "b"], ["a2", "b"]),
]


def marked() -> Marks:
    return marks_of(visitor(), RECORDS, run="v-1", now=["both", "a2", "b"])[0]


def test_moves_are_numbered_in_their_order() -> None:
    marks, numbers = marks_of(visitor(), RECORDS, run="v-1")
    assert numbers == {1: 1, 2: 2, 4: 3, 6: 4}
    assert marks.moves == {("look", "step write", None): (2,), ("look", "step judge", 0): (3,)}
    assert marks.states == {"look": (1,), "a": (3,), "both": (3,), "b": (3,), "a2": (4,)}
    assert marks.deviated == {"a2"}


def test_the_path_is_marked() -> None:
    text = svg(visitor(), marks=marked())
    was, here, put = groups(text, "was"), groups(text, "here"), groups(text, "put")
    assert {"state look", "state both", "state a", "step look judge", "step look write"} <= set(was)
    assert "step look leave" not in was
    assert set(here) - {""} == {"state both", "state a2", "state b"}
    assert set(put) == {"state a2"}
    assert said(groups(text, "chip")["step look write"]) == "2 Write it down"
    assert said(groups(text, "branch")["branch step look judge step 0"]) == "3 sure"
    assert "now here" in said(here["state a2"])
    assert "put here outside the protocol" in said(put["state a2"])
    assert "7m" in said(was["state look"])


def test_without_a_run_nothing_is_marked() -> None:
    text = svg(visitor())
    assert groups(text, "was") == groups(text, "here") == {}
    assert '<rect class="plate"' not in text


# -- Mermaid and DOT -------------------------------------------------------------------


def test_mermaid_has_every_state_and_arrow() -> None:
    text = mermaid(visitor(), marks=marked())
    for state in visitor().states:
        assert f" as s_{state}" in text
    assert "    s_look --> s_both : Judge [sure]\n" in text
    assert "    s_both --> s_gone\n" in text  # taken by itself: no name
    assert "    s_look --> s_look : Write it down\n" in text
    assert text.count("{") == text.count("}")
    assert text.index("as t_both__one") < text.index("        --\n") < text.index("as t_both__two")
    assert "    class s_a2 now\n" in text


def test_mermaid_text_cannot_end_a_label() -> None:
    definition = document(
        {
            "title": 'a "b" %% c',
            "start": "a",
            "states": {"a": {"title": 'x"; y\n#z <b>', "steps": {"end": {"to": "a"}}}},
        }
    )
    for line in mermaid(definition).splitlines()[4:]:
        assert line.count('"') in {0, 2}
        assert not set(";#<%") & set(line.replace("-->", ""))


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not here")
def test_graphviz_reads_our_dot() -> None:
    made = subprocess.run(
        ["dot", "-Tplain"],
        input=dot(visitor(), marks=marked()),
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stderr == ""
    for state in visitor().states:
        assert re.search(rf"^node \"?{state}\"? ", made.stdout, re.MULTILINE)


def test_dot_clips_at_the_borders_of_states_with_others_inside() -> None:
    text = dot(visitor())
    assert '"look" -> "both" [label="Judge [sure]", lhead="cluster both"];' in text
    assert '"both" -> "gone" [style=dashed, ltail="cluster both"];' in text
