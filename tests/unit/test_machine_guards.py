"""Guards: data, three-valued, and said in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine_play import Play

from handrail.engine.machine.guards import UNKNOWN, read_guard


class Facts:
    """A scope of facts alone; dotted names are looked up as they stand."""

    def __init__(self, facts: dict[str, object]) -> None:
        self.facts = facts

    def special(self, name: str) -> object:
        return self.facts.get(name, UNKNOWN)


def value_of(when: dict[str, Any], facts: dict[str, object]) -> bool | None:
    return read_guard(when).evaluate(Facts(facts))


# -- one name ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "value", "holds"),
    [
        (True, True, True),
        (True, False, False),
        (False, False, True),
        (True, 1, False),
        (1, True, False),
        ("plausible", "plausible", True),
        ("plausible", "refused", False),
        (["plausible", "refused"], "refused", True),
        (["plausible", "refused"], "implausible", False),
        ("a", ["b", "a"], True),
        ("a", ["b"], False),
        ("a", [], False),
        (["a", "b"], ["c", "b"], True),
        ({"not": "refused"}, "plausible", True),
        ({"not": "refused"}, "refused", False),
        ({"not": ["a", "b"]}, "b", False),
        ({"not": "a"}, ["b", "c"], True),
        ({"not": "a"}, ["b", "a"], False),
        (3, 3, True),
        (3, "3.00", True),
        ("1.5", "1.50", True),
        (Decimal("1.5"), "1.5", True),
        ("1.5", "1.51", False),
        ({"at-least": 3}, 3, True),
        ({"at-least": 3}, 2, False),
        ({"at-most": 3}, 3, True),
        ({"at-most": 3}, 4, False),
        ({"above": 3}, 3, False),
        ({"above": 3}, "3.01", True),
        ({"below": 3}, 3, False),
        ({"below": 3}, 2, True),
        ({"above": 9}, 10, True),
        ({"below": "-1.5"}, -2, True),
        ({"at-least": 2, "at-most": 4}, 3, True),
        ({"at-least": 2, "at-most": 4}, 5, False),
        ({"at-least": 2}, ["a", "b"], True),
        ({"at-least": 2}, ["a"], False),
        ("90m", "1h30m", True),
        ({"above": "90m"}, "1h31m", True),
        ({"below": "1d"}, "25h", False),
        ({"at-least": "1w"}, "7d", True),
        ("2026-01-01T12:00:00+02:00", "2026-01-01T10:00:00.000000Z", True),
        ({"above": "2026-01-01T10:00"}, "2026-01-01T10:00:00.000001Z", True),
        ({"below": "2026-01-01T10:00Z"}, "2026-01-01T10:00:00.000000Z", False),
        ("12:30:45", "12:30:45", True),
        ("5th-floor", "5th-floor", True),
        ("snan1", "snan1", True),
        ("", "", True),
    ],
)
def test_a_value_is_compared_by_what_it_means(expected: Any, value: object, *, holds: bool) -> None:
    assert value_of({"x": expected}, {"x": value}) is holds


@pytest.mark.parametrize(
    ("expected", "value"),
    [({"at-least": 3}, "many"), ({"above": "10m"}, 5), ({"below": "a"}, True)],
)
def test_what_cannot_be_compared_is_unknown_and_never_true(expected: Any, value: object) -> None:
    assert value_of({"x": expected}, {"x": value}) is None
    assert value_of({"not": {"x": expected}}, {"x": value}) is None


def test_known_is_never_unknown() -> None:
    assert value_of({"x": {"known": True}}, {}) is False
    assert value_of({"x": {"known": False}}, {}) is True
    assert value_of({"x": {"known": True}}, {"x": {"sd": "…"}}) is True
    assert value_of({"x": {"known": False}}, {"x": []}) is False


# -- three values -----------------------------------------------------------------------

TRUTH = {"t": True, "f": False}
NAMES = st.sampled_from(["t", "f", "u"])


def three(name: str) -> bool | None:
    return TRUTH.get(name)


def when(name: str) -> dict[str, Any]:
    return {name: True}


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_all_and_any_follow_kleene(names: list[str]) -> None:
    values = [three(name) for name in names]
    expected = False if False in values else (None if None in values else True)
    assert value_of({"all": [when(name) for name in names]}, TRUTH) is expected
    expected = True if True in values else (None if None in values else False)
    assert value_of({"any": [when(name) for name in names]}, TRUTH) is expected


def test_not_keeps_the_unknown() -> None:
    assert [value_of({"not": when(name)}, TRUTH) for name in "tfu"] == [False, True, None]


def test_all_names_of_a_guard_must_hold() -> None:
    assert value_of({"t": True, "f": False}, TRUTH) is True
    assert value_of({"t": True, "f": True}, TRUTH) is False
    assert value_of({"t": True, "u": True}, TRUTH) is None


def test_what_is_unknown_is_named_and_only_what_is_needed() -> None:
    guard = read_guard({"any": [{"t": False}, {"u": True}], "v": 1})
    assert guard.unknown(Facts(TRUTH)) == ("u", "v")
    assert guard.unknown(Facts({**TRUTH, "v": 2})) == ()
    assert read_guard({"not": {"u": 1}}).unknown(Facts({})) == ("u",)


def test_a_guard_tells_what_it_reads() -> None:
    guard = read_guard({"a": 1, "any": [{"b": 1}, {"a": 2}], "not": {"tasks.c": "done"}})
    assert guard.reads == ("a", "b", "tasks.c")


@pytest.mark.parametrize("data", [{"any": "x"}, {"not": 3}, {"x": {"like": "y"}}])
def test_a_guard_of_another_shape_is_an_error(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_guard(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"linked": True}, "linked is yes"),
        ({"runs": "finished"}, "all protocols have ended"),
        ({"runs": {"not": "active"}}, "not (a protocol is under way)"),
        ({"runs.search": "none"}, "search was not started"),
        ({"tasks": "done"}, "all tasks are done"),
        ({"tasks.count": ["done"]}, "the task count is done"),
        ({"tracks.inform": "told"}, "the track inform ended as told"),
        ({"tracks.inform": ["told", "lost"]}, "the outcome of the track inform is told or lost"),
        ({"outcome": "threat"}, "the outcome is threat"),
        ({"setting.limit": 3}, "the setting limit is 3"),
        ({"incident.severity": {"above": 1}}, "severity of the incident is above 1"),
        ({"linked": {"known": True}}, "linked is known"),
        ({"linked": {"known": False}}, "not (linked is known)"),
        ({"answer": {"not": ["plausible", "refused"]}}, "answer is not plausible or refused"),
        ({"any": [{"a": 1}, {"b": {"at-least": 2}}]}, "(a is 1 or b is at least 2)"),
        ({"any": [{"a": 1}]}, "a is 1"),
        ({"not": {"a": False}, "b": {"below": 3}}, "not (a is no) and b is below 3"),
    ],
)
def test_a_guard_can_be_said_in_words(data: dict[str, Any], words: str) -> None:
    assert read_guard(data).words("en") == words


# -- what a guard of a run may look at ------------------------------------------------


def goes(when: str, play: Play) -> bool | None:
    """Whether the guard holds for the run as it is, asked of a step that it guards."""
    verdict = play.judged("go")
    if not verdict.reasons:
        return True
    assert [reason.code for reason in verdict.reasons] == ["guard"], when
    return None if "not yet known" in verdict.reasons[0].template else False


def guarded(when: str, more: str = "", **options: Any) -> Play:
    return Play(
        f"""
        facts: {{zones: {{type: text, many: true, personal: false}}}}
        settings: {{limit: {{type: number, default: 3}}, wait: {{type: duration, default: 90m}}}}
        start: outer
        states:
          outer:
            start: a
            states:
              a: {{steps: {{go: {{to: [{{state: b, when: {when}}}]}}, side: {{}}}}, {more}}}
              b: {{}}
            tasks: {{above: {{do: Above}}}}
        """,
        **options,
    )


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("{setting.limit: {at-least: 3}}", True),
        ("{setting.limit: {above: 3}}", False),
        ("{setting.wait: 1h30m}", True),
        ("{setting.other: 1}", None),
        ("{site.one-person: false}", True),
        ("{site.size: large}", None),
        ("{site.assets: large}", None),
        ("{incident.severity: 2}", None),
        ("{outcome: x}", None),
        ("{runs: active}", True),
        ("{runs.other: none}", True),
        ("{runs.plan: active}", True),
        ("{tracks.one: none}", True),
        ("{tasks.nothing: open}", None),
        ("{nonsense.x: y}", None),
        ("{tasks: done}", True),
        ("{tasks.above: open}", True),
    ],
)
def test_names_that_are_not_facts(when: str, *, holds: bool | None) -> None:
    assert goes(when, guarded(when)) is holds


def test_tasks_are_those_of_the_state_that_declares_the_guard_and_inside_it() -> None:
    play = guarded("{tasks: done}", "tasks: {own: {do: Own}, extra: {do: Extra, optional: true}}")
    assert goes("", play) is False
    play.task("own")
    assert goes("", play) is True  # the task of the state around it is not asked for here


def test_a_task_is_open_done_or_skipped() -> None:
    play = guarded("{tasks.extra: skipped}", "tasks: {extra: {do: Extra, optional: true}}")
    assert goes("", play) is False
    play.task("extra", skip={"sd": "why"})
    assert goes("", play) is True


def test_a_fact_of_the_lifecycle_is_read_through_incident() -> None:
    lifecycle = """
    kind: lifecycle
    id: incident
    facts: {severity: {type: number}}
    start: during
    states: {during: {}, closed: {final: closed}}
    """
    play = guarded("{incident.severity: {above: 1}}", lifecycle=lifecycle)
    assert goes("", play) is None
    play.fact(run="incident-1", severity=2)
    assert goes("", play) is True


def test_the_outcome_of_a_track_and_of_another_run() -> None:
    play = Play(
        """
        start: both
        states:
          both:
            join: any
            tracks:
              one: {start: a, states: {a: {steps: {end: {to: b}}}, b: {final: told}}}
              two:
                start: c
                states:
                  c:
                    steps:
                      go: {to: [{state: d, when: {tracks.one: told, runs.side: released}}]}
                  d: {}
        """,
        "{id: side, start: s, states: {s: {steps: {out: {to: t}}}, t: {final: released}}}",
    )
    assert goes("", play) is False
    play.step("end")
    assert goes("", play) is False
    play.start("side")
    assert goes("", play) is False
    play.step("out", run="side-1")
    assert goes("", play) is True


def test_given_facts_count_for_the_guard_and_stay_out_of_the_run_when_refused() -> None:
    play = Play(
        """
        facts: {sure: {type: yes-no}, name: {type: text}}
        start: a
        states: {a: {steps: {go: {ask: [name], to: [{state: b, when: {sure: true}}]}}}, b: {}}
        """
    )
    play.step("go", sure=True)
    assert play.codes() == ["facts"]
    assert play.needs() == ["name"]
    assert play.run().facts == {}
    play.step("go", name={"sd": "x"})
    assert play.needs() == ["sure"]
    play.step("go", name={"sd": "x"}, sure=False)
    assert play.codes() == ["guard"]
    assert play.last is not None
    assert play.last.refusal[0].words("en") == "only when sure is yes"
    assert play.last.drafts[0]["refused"]["params"] == {"condition": "sure is yes"}


def test_an_unknown_earlier_branch_is_asked_for_even_if_a_later_one_holds() -> None:
    play = Play(
        """
        facts: {sure: {type: yes-no}}
        start: a
        states: {a: {steps: {go: {to: [{state: b, when: {sure: true}}, {state: c}]}}}, b: {}, c: {}}
        """
    )
    play.step("go")
    assert play.needs() == ["sure"]
    play.step("go", sure=False)
    assert play.where() == ["c"]


def test_an_unknown_name_that_nobody_can_give_is_said() -> None:
    play = guarded("{incident.severity: 2}")
    play.step("go")
    assert play.codes() == ["guard"]
    assert play.needs() == ["incident.severity"]
