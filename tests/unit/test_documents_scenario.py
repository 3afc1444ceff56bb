"""Playing scenarios: what goes as written passes, and the first difference is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from documents_around import FOLDER, around

from handrail.engine.documents.check import check_bytes
from handrail.engine.documents.coverage import coverage
from handrail.engine.documents.scenario import Played, play
from handrail.engine.machine.build import build
from handrail.engine.machine.site import build_site

if TYPE_CHECKING:
    from handrail.engine.machine.definition import Definition

PROTOCOL = """\
handrail: 1
kind: protocol
id: tried
revision: 1
title: Tried
deviate: {by: [shift-lead]}
facts:
  linked: {type: yes-no}
  what: {type: text}
  people: {type: number, max: 9}
start: observe
states:
  observe:
    by: [guard]
    within: 5m
    overdue: {step: late}
    tasks:
      look: {do: Look.}
      rest: {do: Rest., optional: true, within: 1m}
      photo: {do: Photo., evidence: true, optional: true}
    steps:
      assess:
        ask: [linked, what]
        needs: [tasks]
        to: [{state: helped, when: {linked: true}}, {state: gone}]
      late: {to: gone}
      both: {second: shift-lead, to: gone}
  helped:
    run: shift-lead-assessment
    done: [{state: observe, when: {outcome: threat}}, {state: gone}]
  gone: {final: left}
"""
HEAD = """\
handrail: 1
kind: scenario
protocol: tried
title: A play
cast: {anna: [guard], carla: [shift-lead]}
starts: [observe]
play:
"""


def definition() -> Definition:
    site, others = around()
    checked = check_bytes(PROTOCOL.encode(), "tried.yaml", site=site, others=others)
    assert checked.ok, checked.findings
    assert checked.data is not None
    return build(checked.data, checked.sha256)


def played(*moves: str, ends: str = "") -> Played:
    site, others = around()
    text = (
        HEAD + "".join(f"  - {{{move}}}\n" for move in moves) + (f"ends: {ends}\n" if ends else "")
    )
    tried = definition()
    known = {**others, "tried": tried.data}
    checked = check_bytes(text.encode(), "play.yaml", site=site, others=known)  # type: ignore[arg-type]
    assert checked.ok, checked.findings
    assert checked.source is not None
    assert checked.data is not None
    return play(checked.source, checked.data, tried, build_site(site))


LOOK = "task: look, by: anna"
ASSESS = "step: assess, by: anna, with: {linked: true, what: a man}"


@pytest.mark.parametrize(
    ("moves", "ends"),
    [
        ([LOOK, f"{ASSESS}, in: [helped]"], ""),
        ([LOOK, ASSESS, "outcome: {shift-lead-assessment: no-threat}, in: [gone]"], "left"),
        ([LOOK, ASSESS, "outcome: {shift-lead-assessment: threat}, in: [observe]"], ""),
        (["wait: 4m59s, in: [observe]", "wait: 1s, in: [gone]"], "left"),
        ([f"{ASSESS}, refused: tasks", f"{ASSESS}, refused: true"], ""),
        (["step: assess, by: carla, refused: role"], ""),
        ([LOOK, "step: assess, by: anna, with: {linked: true}, refused: facts"], ""),
        (["step: both, by: anna, pending: true", "confirm: both, by: carla, in: [gone]"], "left"),
        (["step: both, by: anna, pending: true", "confirm: both, by: anna, refused: second"], ""),
        (["step: both, by: anna, pending: true", "confirm: both, by: carla, no: true"], ""),
        (
            ["task: rest, by: anna, skip: Busy", "task: look, by: anna, skip: Busy, refused: skip"],
            "",
        ),
        (["task: photo, by: anna, refused: evidence"], ""),
        (["attach: a.jpg, by: anna, task: photo", "task: photo, by: anna"], ""),
        (["fact: {people: 4}, by: anna", "fact: {people: 10}, by: anna, refused: value"], ""),
        (["deviate: helped, by: carla, why: Now, in: [helped]"], ""),
        (["deviate: helped, by: anna, why: Now, refused: role"], ""),
        (["note: Quiet, by: anna", "start: model, by: anna", "outcome: {model: acted}"], ""),
    ],
)
def test_what_goes_as_written(moves: list[str], ends: str) -> None:
    one = played(*moves, ends=ends)
    assert one.ok, one.findings


@pytest.mark.parametrize(
    ("moves", "ends", "place", "message"),
    [
        (
            [f"{ASSESS}, in: [helped]"],
            "",
            (8, 12),
            "this was refused (tasks): still to be done: look",
        ),
        ([LOOK, f"{ASSESS}, refused: tasks"], "", (9, 74), "this was not refused"),
        (
            [f"{ASSESS}, refused: task"],
            "",
            (8, 74),
            "refused otherwise: tasks: still to be done: look",
        ),
        ([LOOK, f"{ASSESS}, in: [gone]"], "", (9, 65), "the run is in helped, not in gone"),
        (["step: both, by: anna"], "", (8, 12), "this waits for a second person"),
        (
            ["step: late, by: anna, pending: true"],
            "",
            (8, 37),
            "this does not wait for a second person",
        ),
        (["wait: 1m"], "left", (9, 7), "the run has not ended: it is in observe"),
        (["outcome: {model: acted}"], "", (8, 23), "no run of model goes on now"),
        (
            ["fact: {people: 10}, by: anna"],
            "",
            (8, 6),
            "this was refused (value): people: at most 9",
        ),
    ],
)
def test_the_first_difference_is_shown(
    moves: list[str], ends: str, place: tuple[int, int], message: str
) -> None:
    (finding,) = played(*moves, ends=ends).findings
    assert finding.code == "HR401"
    assert finding.file == "play.yaml"
    assert str(finding.message) == message
    assert (finding.line, finding.column) == place


def test_the_beginning_is_looked_at() -> None:
    one = played("wait: 1m")
    assert one.ok
    site, _ = around()
    text = f"{HEAD}  - {{wait: 1m}}\n".replace("starts: [observe]", "starts: [gone]")
    checked = check_bytes(text.encode(), "play.yaml")
    assert checked.source is not None
    assert checked.data is not None
    (finding,) = play(checked.source, checked.data, definition(), build_site(site)).findings
    assert (finding.line, str(finding.message)) == (6, "the run is in observe, not in gone")


def test_coverage_counts_what_was_visited_and_names_what_was_not() -> None:
    tried = definition()
    first = played(LOOK, ASSESS, "outcome: {shift-lead-assessment: no-threat}")
    found = coverage(tried, [first])
    assert found.counts() == {
        "states": (3, 3),
        "steps": (1, 3),
        "deadlines": (0, 2),
        "branches": (2, 4),
    }
    assert [part.name for part in found.missed("steps")] == ["observe/late", "observe/both"]
    assert [part.name for part in found.missed("branches")] == ["observe/assess/1", "helped/done/0"]
    late = coverage(tried, [first, played("wait: 5m")])
    assert [part.name for part in late.missed()] == [
        "observe/both",
        "observe/assess/1",
        "helped/done/0",
    ]


def test_a_missed_part_can_be_pointed_at() -> None:
    site, others = around()
    checked = check_bytes(PROTOCOL.encode(), "tried.yaml", site=site, others=others)
    assert checked.source is not None
    part = coverage(definition(), []).missed("deadlines")[0]
    assert checked.source.mark(part.path).line == PROTOCOL.splitlines().index("    within: 5m") + 1


def test_the_example_of_every_move_plays_as_far_as_it_is_true() -> None:
    text = (FOLDER / "right" / "scenario-all-moves.yaml").read_bytes()
    everything = (FOLDER / "right" / "everything.yaml").read_bytes()
    site, others = around()
    protocol = check_bytes(everything, "everything.yaml", site=site, others=others)
    checked = check_bytes(text, "all.yaml", site=site, others=others)
    assert protocol.definition is not None
    assert checked.source is not None
    assert checked.data is not None
    one = play(checked.source, checked.data, protocol.definition, build_site(site))
    assert [str(found.message) for found in one.findings] in (
        [],
        ["the run has not ended: it is in upstairs"],
    )
