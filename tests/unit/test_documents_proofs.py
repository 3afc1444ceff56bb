"""What the checker proves, where one example a file does not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from documents_around import around
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.documents.check import check_bytes
from handrail.engine.documents.rules.cells import CellScope, values_of
from handrail.engine.machine.definition import Fact, FactType
from handrail.engine.machine.guards import Test as Comparison

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD = """\
handrail: 1
kind: protocol
id: tried
revision: 1
title: Tried
facts:
  clear: {type: yes-no, ask: Is it clear?}
  signs: {type: indicator, many: true}
"""


def codes(body: str, site: dict[str, Any] | None = None) -> list[str]:
    plan, others = around()
    checked = check_bytes((HEAD + body).encode(), "tried.yaml", site=site or plan, others=others)
    return [finding.code for finding in checked.findings]


def test_what_every_track_asks_is_known_when_all_have_ended() -> None:
    assert not codes("""\
start: both
states:
  both:
    tracks:
      one: {start: a, states: {a: {steps: {on: {ask: [clear], to: a-end}}}, a-end: {final: well}}}
      two: {start: b, states: {b: {steps: {off: {to: b-end}}}, b-end: {final: well}}}
    join: all
    done: [{state: last, when: {clear: true}}, {state: other}]
  other: {final: other}
  last: {final: done}
""")


def test_a_fact_set_on_the_way_is_known() -> None:
    assert not codes("""\
start: first
states:
  first: {steps: {go: {then: [{set: {clear: true}}], to: choose}}}
  choose: {next: [{state: last, when: {clear: true}}, {state: other}]}
  other: {final: other}
  last: {final: done}
""")


def test_a_ring_that_some_facts_leave_is_still_endless_for_others() -> None:
    assert "HR330" in codes("""\
start: first
states:
  first: {steps: {go: {ask: [clear], to: here}}}
  here: {next: [{state: last, when: {clear: true}}, {state: there}]}
  there: {next: [{state: here}]}
  last: {final: done}
""")


def test_what_a_deep_start_enters_knows_nothing_yet() -> None:
    """The run begins in b, so in a as well; the step that comes back to a asks first."""
    assert codes("""\
start: b
states:
  a:
    start: b
    states: {b: {steps: {go: {to: out}}}}
    next: [{state: last, when: {clear: true}}]
  out: {steps: {back: {ask: [clear], to: a}}}
  last: {final: done}
""") == ["HR320"]


# “next” leads on whatever clear is; “done” leads back while nobody has asked for it.
WAITING = """\
start: a
states:
  a: {steps: {go: {ask: [ASKED], to: p}}}
  p:
    tracks: {t: {start: i, states: {i: {final: i}}}}
    next: [{state: out, when: {clear: false}}, {state: out, when: {clear: true}}]
    done: [{state: p}]
  out: {final: out}
"""


def test_a_ring_of_facts_that_nobody_has_asked_for() -> None:
    assert "HR330" in codes(WAITING.replace("ask: [ASKED], ", ""))
    assert "HR330" not in codes(WAITING.replace("ASKED", "clear"))


def test_a_ring_that_sets_what_leads_out_comes_to_rest() -> None:
    assert not codes("""\
start: first
states:
  first: {steps: {go: {ask: [clear], to: here}}}
  here: {next: [{state: last, when: {clear: true}}, {state: there}]}
  there: {enter: [{set: {clear: true}}], next: [{state: here}]}
  last: {final: done}
""")


def test_a_list_is_complete_when_the_situation_can_still_change() -> None:
    assert not codes("""\
start: first
states:
  first:
    tasks: {look: {do: Look.}}
    steps: {go: {to: [{state: last, when: {tasks: done}}]}}
  last: {final: done}
""")


TWO = """\
start: first
states:
  first: {steps: {go: {by: [guard], to: second}}}
  second: {steps: {%s}}
  last: {final: done}
"""


@pytest.mark.parametrize(
    ("step", "alone"),
    [
        ("end: {by: [guard], to: last}", True),
        ("end: {by: [shift-lead], to: last}", False),
        ("end: {by: [guard], second: shift-lead, to: last}", False),
    ],
)
def test_nobody_ends_a_run_alone_where_the_site_asks_for_two(step: str, *, alone: bool) -> None:
    plan = {**around()[0], "two-person": True}
    assert ("HR342" in codes(TWO % step, plan)) is alone


def test_a_site_of_one_person_is_told_that_it_has_no_second_one() -> None:
    plan, others = around()
    alone = plan | {"one-person": True, "people": {"anna": plan["people"]["anna"]}}
    body = """\
start: first
states:
  first: {steps: {go: {second: guard, to: last}}}
  last: {final: done}
"""
    checked = check_bytes((HEAD + body).encode(), "tried.yaml", site=alone, others=others)
    told = [one for one in checked.findings if one.code == "HR341"]
    assert [one.severity for one in told] == ["warning"]
    assert checked.ok


def test_all_that_a_site_of_one_person_lacks_is_one_finding_of_a_protocol() -> None:
    plan, others = around()
    alone = plan | {"one-person": True, "people": {"anna": plan["people"]["anna"]}}
    body = """\
start: first
states:
  first: {steps: {go: {second: guard, to: last}, stay: {second: guard, to: first}}}
  last: {final: done}
"""
    checked = check_bytes((HEAD + body).encode(), "tried.yaml", site=alone, others=others)
    (told,) = [one for one in checked.findings if one.code == "HR341"]
    assert str(told.message).startswith("2 steps need a second person")
    assert str(told.message).endswith("go, stay")
    assert (told.severity, checked.ok) == ("warning", True)
    many = plan | {"one-person": False, "people": alone["people"]}
    checked = check_bytes((HEAD + body).encode(), "tried.yaml", site=many, others=others)
    assert [one.severity for one in checked.findings if one.code == "HR341"] == ["error", "error"]


BOUNDS = st.lists(st.integers(-20, 20), min_size=1, max_size=4)
OPERATORS = st.sampled_from(["is", "not", "at-least", "at-most", "above", "below"])


@given(bounds=BOUNDS, operators=st.lists(OPERATORS, min_size=4, max_size=4), value=st.integers())
def test_every_number_is_in_a_cell(bounds: list[int], operators: list[str], value: int) -> None:
    fact = Fact(id="n", type=FactType.NUMBER)
    tests = [Comparison("n", op, bound) for op, bound in zip(operators, bounds, strict=False)]
    assert signature(tests, value) in {
        signature(tests, one) for one in values_of(fact, tests, None)
    }


ITEMS = [f"i{n}" for n in range(6)]


@given(
    named=st.lists(st.sampled_from(ITEMS), max_size=3),
    counts=st.lists(st.integers(0, 4), max_size=2),
    value=st.lists(st.sampled_from([*ITEMS, "other", "more", "most"]), unique=True),
)
def test_every_list_is_in_a_cell(named: list[str], counts: list[int], value: list[str]) -> None:
    fact = Fact(id="l", type=FactType.INDICATOR, many=True)
    tests = [Comparison("l", "is", item) for item in named]
    tests += [Comparison("l", "at-least", count) for count in counts]
    assert signature(tests, value) in {
        signature(tests, one) for one in values_of(fact, tests, None)
    }


def signature(tests: Sequence[Comparison], value: object) -> tuple[bool | None, ...]:
    scope = CellScope({tests[0].name: value} if tests else {})
    return tuple(test.evaluate(scope) for test in tests)
