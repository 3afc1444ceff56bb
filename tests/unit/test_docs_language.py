"""docs/language.md: each example in it is a document, or a part of one, that checks.

A comment above a block says what the part is put into: ``<!-- frame: steps -->``.
Scenarios whose protocol is an example too are played.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

import pytest
from documents_around import around

from handrail.engine.documents.check import Checked, check_bytes
from handrail.engine.documents.codes import CODES
from handrail.engine.documents.finding import Severity
from handrail.engine.documents.render import full
from handrail.engine.documents.scenario import play
from handrail.engine.machine.site import build_site

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
TEXT = PAGE.read_text("utf-8")
BLOCK = re.compile(r"(?:<!-- frame: ([a-z]+) -->\n)?```yaml\n(.*?)```\n", re.DOTALL)
HEAD = """\
handrail: 1
kind: protocol
id: example
revision: 1
title: Example
"""
FACTS = """\
facts:
  clear: {type: yes-no}
  answer: {type: choice, of: {plausible: Plausible, refused: Refused, other: Other}}
  people: {type: number}
  signs: {type: indicator, many: true}
  took: {type: duration}
  where: {type: place}
settings:
  answer-within: {type: duration, default: 5m}
"""
REST = """
  elsewhere: {steps: {on: {to: over}}}
  over: {final: over}
"""
ONE = "start: here\nstates:\n  here:\n"
# What a part is put into, and how far it is indented there.
FRAMES = {
    "states": (HEAD + FACTS + "start: {first}\nstates:\n", 2, REST.replace("  elsewhere", "  #")),
    "state": (HEAD + FACTS + ONE, 4, REST.replace("  elsewhere", "  #")),
    "steps": (HEAD + FACTS + ONE + "    steps:\n", 6, REST),
    "guard": (
        HEAD + FACTS + ONE + "    steps:\n      go:\n        to:\n          - state: elsewhere\n"
        "            when:\n",
        14,
        "\n          - {state: over}" + REST,
    ),
    "facts": (
        HEAD + "facts:\n",
        2,
        "\n" + ONE + "    steps: {go: {to: over}}\n  over: {final: over}",
    ),
    "settings": (
        HEAD + "settings:\n",
        2,
        "\n" + ONE + "    steps: {go: {to: over}}\n  over: {final: over}",
    ),
}


class Example(NamedTuple):
    """One block of the page."""

    line: int
    frame: str  # "": a whole document
    text: str

    @property
    def data(self) -> bytes:
        if not self.frame:
            return self.text.encode()
        before, depth, after = FRAMES[self.frame]
        first = self.text.partition(":")[0]
        return (before.replace("{first}", first) + indent(self.text, " " * depth) + after).encode()


def line_of(match: re.Match[str]) -> int:
    return TEXT.count("\n", 0, match.start()) + 1


BLOCKS = [Example(line_of(m), m[1] or "", m[2]) for m in BLOCK.finditer(TEXT)]
EXAMPLES = [one for one in BLOCKS if one.frame != "none"]
SCENARIOS = [one for one in EXAMPLES if "kind: scenario" in one.text]


@cache
def checked(example: Example) -> Checked:
    site, others = around()
    data = {**others, **{one.data["id"]: one.data for one in whole() if one.data is not None}}
    return check_bytes(example.data, f"language.md:{example.line}", site=site, others=data)


@cache
def whole() -> tuple[Checked, ...]:
    """The whole documents of the page that others may refer to."""
    texts = (one for one in EXAMPLES if not one.frame and one not in SCENARIOS)
    return tuple(check_bytes(one.data, str(one.line)) for one in texts)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"line-{one.line}")
def test_an_example_checks(example: Example) -> None:
    found = checked(example).findings
    expected = set(re.findall(r"# (HR[0-9]{3})\b", example.text))
    told = {one.code for one in found if one.severity is not Severity.NOTE}
    assert told == expected, full(found)


@pytest.mark.parametrize("example", SCENARIOS, ids=lambda one: f"line-{one.line}")
def test_a_scenario_goes_as_written(example: Example) -> None:
    shown = checked(example)
    assert shown.source is not None
    assert shown.data is not None
    by_id = {one.definition.id: one.definition for one in whole() if one.definition is not None}
    site, _ = around()
    played = play(shown.source, shown.data, by_id[shown.data["protocol"]], build_site(site))
    assert played.ok, full(played.findings)


def test_the_table_of_codes_is_that_of_the_checker() -> None:
    rows = dict(re.findall(r"^\| (HR[0-9]{3}) \| (.*) \|$", TEXT, re.MULTILINE))
    assert rows == dict(CODES)


def test_each_fence_is_an_example_or_says_that_it_is_none() -> None:
    assert TEXT.count("```yaml") == len(BLOCKS)
    assert TEXT.count("```") == 2 * len(BLOCKS)
    assert {one.frame for one in BLOCKS} <= {"", "none", *FRAMES}


def test_each_link_within_the_page_leads_somewhere() -> None:
    heads = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    known = {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in heads}
    assert set(re.findall(r"\]\(#([^)]*)\)", TEXT)) == known
