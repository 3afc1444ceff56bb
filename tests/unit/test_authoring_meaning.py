"""Two revisions compared: what means the same is the same, what differs is told once."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from documents_around import around
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.engine.documents.authoring.meaning import compare
from handrail.engine.documents.library import shipped
from handrail.engine.documents.source import read_source
from handrail.engine.machine.build import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.machine.definition import Definition

TEXT = """\
handrail: 1
kind: protocol
id: tried
revision: 1
title: {en: Tried, nl: Geprobeerd}
owner: head-of-security
addresses: {assets: [visitors], methods: [dry-run]}
impact: {level: low, text: Ten minutes.}
by: [guard]
settings: {answer-within: {type: duration, default: 5m}}
facts:
  linked: {type: yes-no, ask: Does it fit?}
  colour: {type: choice, ask: Which colour?, of: {red: Red, green: Green}}
  people: {type: number, min: 0, max: 9}
start: observe
states:
  observe:
    title: Observe
    guide: {en: Look., nl: Kijk.}
    within: {setting: answer-within}
    overdue: {step: late}
    tasks:
      look: {do: Look around.}
      tell: {do: Tell them., optional: true, within: 3m}
    enter: [{notify: {to: [guard], text: Go.}}]
    steps:
      assess:
        title: Assess
        ask: [linked, colour]
        needs: [tasks]
        to:
          - {state: act, when: {linked: true, colour: red}}
          - {state: gone, when: {people: {above: 3}}}
          - {state: act, when: {people: {below: 2}}}
          - {state: observe}
      late: {to: gone}
  act:
    tracks:
      secure: {start: securing, states: {securing: {steps: {secured: {to: safe}}}, safe: {final: safe}}}
      inform: {start: calling, states: {calling: {steps: {called: {to: told}}}, told: {final: told}}}
    done: [{state: helped, when: {tracks.secure: safe}}, {state: gone}]
    steps:
      stand-down: {by: [duty-manager], second: shift-lead, to: gone}
  helped: {run: other, done: {state: gone}}
  gone: {final: left}
"""  # noqa: E501 - it is read side by side

CASES = [
    ("title: {en: Tried, nl: Geprobeerd}", "title: {en: Tried, nl: Getest}",
     "changed title : nl: Geprobeerd | nl: Getest"),
    ("owner: head-of-security", "owner: director", "changed owner : head-of-security | director"),
    ("assets: [visitors]", "assets: [visitors, staff]",
     "changed assets : visitors | visitors, staff"),
    ("level: low", "level: high", "changed impact : low | high"),
    ("\nby: [guard]", "\nby: [guard, porter]", "changed roles : guard | guard, porter"),
    ("default: 5m", "default: 6m", "changed default setting answer-within: 5m | 6m"),
    ("ask: Does it fit?", "ask: Does it?", "changed ask fact linked: Does it fit? | Does it?"),
    ("green: Green", "blue: Blue",
     ("removed option fact colour option green: Green | None; "
      "added option fact colour option blue: None | Blue")),
    ("max: 9", "max: 8", "changed max fact people: 9 | 8"),
    ("start: observe", "start: act", "changed start : observe | act"),
    ("nl: Kijk.", "nl: Zie.", "changed guide state observe: nl: Kijk. | nl: Zie."),
    ("within: {setting: answer-within}", "within: 4m",
     "changed deadline state observe: answer-within (5m) | 4m"),
    ("overdue: {step: late}", "overdue: {step: assess}",
     "changed overdue state observe: step late | step assess"),
    (", within: 3m", "", "removed deadline state observe task tell: 3m | None"),
    ("optional: true, ", "", "removed optional state observe task tell: yes | None"),
    ("text: Go.", "text: Run.",
     "changed enter state observe: tell guard: Go. | tell guard: Run."),
    ("ask: [linked, colour]", "ask: [linked]",
     "changed questions state observe step assess: linked, colour | linked"),
    ("needs: [tasks]", "needs: [evidence]",
     "changed needs state observe step assess: tasks | evidence"),
    ("{above: 3}", "{above: 4}",
     "changed guard state observe step assess to gone: people is above 3 | people is above 4"),
    ("{state: gone, when: {people: {above: 3}}}", "{state: helped, when: {people: {above: 3}}}",
     "changed target state observe step assess when people is above 3: gone | helped"),
    ("          - {state: act, when: {people: {below: 2}}}\n", "",
     "removed branch state observe step assess: → act (people is below 2) | None"),
    ("late: {to: gone}", "late: {to: act}",
     "changed target state observe step late: gone | act"),
    ("late: {to: gone}", "late: {to: gone, after: 1m}",
     "added after state observe step late: None | 1m"),
    ("by: [duty-manager], ", "",
     "changed roles state act step stand-down: duty-manager | guard"),
    ("second: shift-lead", "second: {role: shift-lead, count: 2}",
     "changed second state act step stand-down: shift-lead | 2 x shift-lead"),
    ("    done: [", "    join: any\n    done: [", "changed join state act: all | 1"),
    ("run: other", "run: another", "changed runs state helped: other | another"),
    ("final: left", "final: over", "changed outcome state gone: left | over"),
    ("when: {tracks.secure: safe}", "when: {tracks.inform: told}",
     ("changed guard state act done  to helped: the track secure ended as safe"
      " | the track inform ended as told")),
    ("assess:\n        title: Assess", "judge:\n        title: Assess",
     "renamed step state observe step judge: assess | judge"),
    ("look: {do: Look around.}", "watch: {do: Look around.}",
     "renamed task state observe task watch: look | watch"),
    ("      late: {to: gone}\n", "      late: {to: gone}\n      flee: {title: Flee, to: gone}\n",
     "added step state observe step flee: None | Flee"),
    ("  helped: {run: other, done: {state: gone}}\n",
     "  helped: {run: other, done: {state: gone}}\n  new: {title: New, steps: {on: {to: gone}}}\n",
     "added state state new: None | New"),
]  # fmt: skip


def machine(text: str) -> Definition:
    return build(read_source(text.encode(), "tried.yaml").data, "x")


def told(before: str, after: str) -> str:
    changes = compare(machine(before), machine(after))
    return "; ".join(
        f"{one.how} {one.part} {' '.join(one.where)}: {one.before} | {one.after}" for one in changes
    )


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_one_difference_is_told_once(old: str, new: str, expected: str) -> None:
    assert TEXT.count(old) == 1, old
    assert told(TEXT, TEXT.replace(old, new)) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("revision: 1", "revision: 2"),
        ("{linked: true, colour: red}", "{colour: red, linked: true}"),
        ("{linked: true, colour: red}", "{all: [{colour: [red]}, {linked: true}]}"),
        ("ask: [linked, colour]", "ask: [colour, linked]"),
        ("    within: {setting: answer-within}\n", ""),  # and back, below
        ("late: {to: gone}", "late: {to: [{state: gone}], by: [guard]}"),
        ("  people: {type: number, min: 0, max: 9}\n", ""),
    ],
)
def test_what_is_written_otherwise_means_the_same(old: str, new: str) -> None:
    after = TEXT.replace(old, new)
    if not new:  # moved to another place in the same map
        anchor = "    tasks:" if "within" in old else "  linked:"
        after = after.replace(anchor, old + anchor, 1)
    assert after != TEXT
    assert told(TEXT, after) == ""


def test_a_renamed_state_and_fact_are_one_change_each() -> None:
    after = TEXT.replace("observe", "watch").replace("linked", "fits")
    assert told(TEXT, after) == (
        "renamed fact fact fits: linked | fits; renamed state state watch: observe | watch"
    )


def test_a_state_that_moves_is_told_as_moved() -> None:
    moved = TEXT.replace(
        "safe: {final: safe}}}", "safe: {final: safe}, extra: {steps: {on: {to: safe}}}}}"
    )
    after = TEXT.replace(
        "told: {final: told}}}", "told: {final: told}, extra: {steps: {on: {to: told}}}}}"
    )
    assert told(moved, after) == (
        "moved state state extra: act/secure | act/inform; "
        "changed target state extra step on: safe | told"
    )


def test_the_order_of_branches_matters() -> None:
    first, second = (
        "{state: gone, when: {people: {above: 3}}}",
        "{state: act, when: {people: {below: 2}}}",
    )
    after = TEXT.replace(first, "X").replace(second, first).replace("X", second)
    assert told(TEXT, after).startswith("changed order state observe step assess: → act (")


def test_a_step_without_a_title_is_called_by_its_id() -> None:
    after = TEXT.replace("    steps:\n", "    steps:\n      wave: {to: gone}\n", 1)
    assert "wave" in told(TEXT, after)
    assert "wave" in told(after, TEXT)


def test_it_is_said_in_the_readers_language() -> None:
    after = machine(TEXT.replace("{above: 3}", "{above: 4}"))
    (change,) = compare(machine(TEXT), after, "nl")
    assert change.before == "people is boven 3"


@cache
def library() -> list[dict[str, Any]]:
    documents = (read_source(one.data, one.path).data for one in shipped("museum"))
    return [data for data in documents if "states" in data]


SKIPPED = {"handrail", "kind", "id", "revision", "review"}


def leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path and path[0] in SKIPPED:
        return
    if isinstance(data, dict | list):
        for key, item in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(item, (*path, key))
    elif isinstance(data, str) and path[-1] != "join":
        yield path


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_no_change_of_a_shipped_machine_goes_unseen(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - nothing is secret here
    data = chance.choice(library())
    path = chance.choice(list(leaves(data)))
    after = deepcopy(data)
    inside = after
    for key in path[:-1]:
        inside = inside[key]
    value = inside[path[-1]]
    inside[path[-1]] = {"5m": "6m", "low": "high"}.get(
        value, "7m" if value[:1].isdigit() else f"{value}x"
    )
    try:
        changed = build(after, "y")
    except (KeyError, ValueError):
        return  # it is no machine any more: the checker would say so
    assert compare(build(data, "x"), changed), path
    assert not compare(changed, build(deepcopy(after), "z"))


def test_the_model_of_the_examples_is_the_same_as_itself() -> None:
    _, others = around()
    model = build(others["model"], "x")
    assert compare(model, build(deepcopy(others["model"]), "y")) == []
