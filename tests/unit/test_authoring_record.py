"""Recording scenarios: what happens is written down, and then the scenario passes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from handrail.engine.documents.authoring.junit import junit
from handrail.engine.documents.authoring.record import record
from handrail.engine.documents.check import check_all
from handrail.engine.documents.library import shipped
from handrail.engine.documents.scenario import Played, play
from handrail.engine.documents.source import read_source
from handrail.engine.machine.site import Site, build_site

if TYPE_CHECKING:
    from handrail.engine.documents.check import Checked

HEAD = """\
handrail: 1
kind: scenario
protocol: suspicious-person
title: A play
cast: {anna: [guard], carla: [shift-lead]}
"""
# What the author writes, and what is recorded.
BARE = """\
play:
  # Anna sees somebody.
  - {step: assess, by: anna, with: {deviation: films, linked: true, indicators: []}}
  - step: conclude  # too early
    by: anna
    with: {explanation: plausible}
  - {task: tell-control-room, by: anna}
  - {step: conclude, by: anna, with: {explanation: plausible}, refused: tasks, in: [act]}  # now
"""
RECORDED = """\
play:
  # Anna sees somebody.
  - {step: assess, by: anna, with: {deviation: films, linked: true, indicators: []}, in: [contact]}
  - step: conclude  # too early
    by: anna
    with: {explanation: plausible}
    refused: tasks
  - {task: tell-control-room, by: anna}
  - {step: conclude, by: anna, with: {explanation: plausible}, in: [let-go]}  # now
ends: released
"""


@cache
def library() -> tuple[dict[str, Checked], list[Checked], Site]:
    checked = check_all([(one.path, one.data) for one in shipped("north-museum")])
    machines = {one.definition.id: one for one in checked if one.definition}
    scenarios = [one for one in checked if one.data and one.data["kind"] == "scenario"]
    site = next(one.data for one in checked if one.data and one.data["kind"] == "site")
    return machines, scenarios, build_site(site)


def recorded(text: str) -> str:
    machines, _, site = library()
    source = read_source(text.encode(), "play.yaml")
    definition = machines[source.data["protocol"]].definition
    assert definition is not None
    return record(source, source.data, definition, site)


def played(text: str) -> Played:
    machines, _, site = library()
    source = read_source(text.encode(), "play.yaml")
    definition = machines[source.data["protocol"]].definition
    assert definition is not None
    return play(source, source.data, definition, site)


def test_what_happens_is_written_beside_what_is_done() -> None:
    assert recorded(HEAD + BARE) == HEAD + RECORDED


def test_what_is_recorded_passes_and_stays() -> None:
    text = recorded(HEAD + BARE)
    assert played(text).ok
    assert recorded(text) == text


def test_a_second_person_is_recorded() -> None:
    text = HEAD.replace("carla: [shift-lead]", "carla: [shift-lead], esra: [duty-manager]") + (
        "play:\n"
        "  - {step: danger, by: anna, pending: true}\n"
        "  - {step: stand-down, by: esra, with: {deviation: a mistake}}\n"
        "  - {confirm: stand-down, by: carla}\n"
    )
    after = recorded(text)
    assert "{step: danger, by: anna, in: [securing, calling]}" in after
    assert "with: {deviation: a mistake}, pending: true}" in after
    assert "{confirm: stand-down, by: carla, in: [let-go]}" in after
    assert played(after).ok


def test_an_outcome_that_cannot_come_ends_the_recording_and_is_told() -> None:
    text = f"{HEAD}play:\n  - {{step: danger, by: anna}}\n  - {{outcome: {{lesson: assigned}}}}\n"
    after = recorded(text)
    assert "{step: danger, by: anna, in: [securing, calling]}" in after
    assert "no run of lesson goes on now" in str(played(after).findings[0].message)


@pytest.mark.parametrize(
    "name", [one.path for one in shipped("north-museum") if "scen" in one.path]
)
def test_a_shipped_scenario_without_its_expectations_gets_them_back(name: str) -> None:
    machines, scenarios, site = library()
    one = next(one for one in scenarios if one.name == name)
    assert one.source is not None
    assert one.data is not None
    definition = machines[one.data["protocol"]].definition
    assert definition is not None
    text = record(one.source, one.data, definition, site)
    source = read_source(text.encode(), name)
    assert play(source, source.data, definition, site).ok
    assert record(source, source.data, definition, site) == text
    assert text.count("\n#") == one.source.text.count("\n#")


def rows(*, ok: bool) -> list[dict[str, Any]]:
    finding = {"code": "HR401", "file": "a.yaml", "line": 3, "column": 5}
    finding |= {"message": "the run is in <act>", "quoted": 'x: "\x01"'}
    found = [] if ok else [finding]
    row = {"protocol": "lesson", "file": "a.yaml", "title": 'It "holds"', "ok": ok}
    return [{**row, "findings": found, "seconds": 0.25}]


def test_junit_is_xml_with_a_suite_for_each_protocol() -> None:
    from xml.etree.ElementTree import fromstring  # noqa: PLC0415 - our own output

    counts = [{"protocol": "lesson", "counts": {"states": [3, 4]}, "missed": []}]
    tree = fromstring(junit([*rows(ok=True), *rows(ok=False)], counts))  # noqa: S314 - the same
    suite = tree.find("testsuite")
    assert suite is not None
    assert (tree.tag, suite.attrib["tests"], suite.attrib["failures"]) == ("testsuites", "2", "1")
    assert [one.attrib for one in suite.iter("property")] == [
        {"name": "coverage.states", "value": "3/4"}
    ]
    assert suite.attrib["time"] == "0.500"
    (failure,) = suite.iter("failure")
    assert failure.attrib == {"type": "HR401", "message": "the run is in <act>"}
    assert failure.text == 'a.yaml:3:5: the run is in <act>\nx: "\ufffd"'
