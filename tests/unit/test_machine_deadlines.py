"""Deadlines: every anchor, in the order in which they are due, each recorded once."""

from __future__ import annotations

from typing import Any

import pytest
from machine_play import PLAN, Play

from handrail.engine.machine.site import build_site
from handrail.engine.projection import deadline_rows


def passed(play: Play) -> list[dict[str, Any]]:
    assert play.last is not None
    return [draft for draft in play.last.drafts if draft["type"] == "deadline-passed"]


PLAIN = """
facts: {alarm: {type: time}, sure: {type: yes-no}}
settings: {answer-within: {type: duration, default: 5m}}
start: a
states:
  a:
    within: WITHIN
    overdue: {step: call, notify: {to: [lead], text: Late}}
    steps:
      call: {by: [lead], to: b}
      on: {to: c}
      stay: {}
      again: {to: a}
  b: {}
  c: {}
"""


def timed(within: str, **options: Any) -> Play:
    return Play(PLAIN.replace("WITHIN", within), **options)


@pytest.mark.parametrize(
    ("within", "minutes"),
    [
        ("10m", 10),
        ("1h30m", 90),
        ("{time: 10m}", 10),
        ("{setting: answer-within}", 5),
        ("{time: {setting: answer-within}}", 5),
        ("{time: 7m, since: incident.opened}", 7),
        ("{time: 7m, since: states.a}", 7),
        ("{setting: answer-within, since: incident.opened}", 5),
    ],
)
def test_a_deadline_by_any_length_and_anchor(within: str, minutes: float) -> None:
    play = timed(within)
    assert play.due() == [("a", play.time(minutes), False)]
    play.wait(f"{int(minutes)}m")
    play.now -= play.now.resolution
    assert play.tick().drafts == ()
    play.now += play.now.resolution
    play.tick()
    assert play.types() == ["deadline-passed", "notified", "step-taken"]
    assert play.where() == ["b"]


def test_the_site_sets_a_setting_and_the_run_keeps_it() -> None:
    site = {"settings": {"plan": {"answer-within": "180s"}}}
    play = timed("{setting: answer-within}", site=site)
    assert play.run().settings == {"answer-within": "3m"}
    assert play.due() == [("a", play.time(3), False)]


@pytest.mark.parametrize("value", ["soon", None, 5, True])
def test_a_protocol_does_not_start_on_a_setting_without_a_value(value: object) -> None:
    play = timed("{setting: answer-within}", site={"settings": {"plan": {"answer-within": value}}})
    assert play.case is None
    assert play.codes() == ["setting"]


def test_a_deadline_since_a_fact_runs_once_the_fact_is_known() -> None:
    play = timed("{time: 30m, since: alarm}")
    assert play.due() == []
    play.fact(alarm=play.time(-5))
    assert play.due() == [("a", play.time(25), False)]
    play.fact(alarm=play.time(5))
    assert play.due() == [("a", play.time(35), False)]


def test_a_deadline_that_passed_passes_again_when_its_fact_is_corrected() -> None:
    play = Play(PLAIN.replace("WITHIN", "{time: 5m, since: alarm}").replace("step: call, ", ""))
    play.fact(alarm=play.time(0))
    play.wait("6m").tick()
    assert play.types() == ["deadline-passed", "notified"]
    assert play.tick().drafts == ()
    play.fact(alarm=play.time(10))
    assert play.due() == [("a", play.time(15), False)]
    play.wait("10m").tick()
    assert play.types() == ["deadline-passed", "notified"]


@pytest.mark.parametrize("value", ["9999-12-31T23:59:59.000000Z", "not a time", 5])
def test_an_anchor_that_is_no_usable_time_makes_no_deadline(value: object) -> None:
    play = timed("{time: 30m, since: alarm}")
    play.fact(alarm=value)
    assert play.due() == []


def test_since_another_state_counts_from_its_last_entry() -> None:
    play = Play(
        """
        start: a
        states:
          a: {steps: {on: {to: b}}}
          b: {within: {time: 10m, since: states.a}, steps: {back: {to: a}}}
        """
    )
    play.wait("3m").step("on")
    assert play.due() == [("b", play.time(10), False)]
    play.step("back")
    play.wait("1m").step("on")
    assert play.due() == [("b", play.time(13), False)]


def test_entering_again_begins_the_clock_afresh_and_staying_does_not() -> None:
    play = timed("10m")
    play.wait("4m").step("stay")
    assert play.due() == [("a", play.time(10), False)]
    play.step("again")
    assert play.due() == [("a", play.time(14), False)]


def test_what_passed_is_recorded_once_and_shows_as_passed() -> None:
    play = Play("start: a\nstates: {a: {within: 5m, overdue: {notify: {to: [x], text: Late}}}}")
    play.wait("9m")
    decision = play.tick()
    assert play.types() == ["deadline-passed", "notified"]
    assert decision.drafts[0]["due"] == play.time(5)
    assert decision.drafts[0]["occurred"] == play.time(5)
    assert decision.drafts[0]["actor"]["how"] == "engine"
    assert decision.drafts[1]["occurred"] == play.time(9)
    assert play.due() == [("a", play.time(5), True)]
    assert play.tick().drafts == ()


def test_a_deadline_without_overdue_is_recorded_too() -> None:
    play = Play("start: a\nstates: {a: {within: 5m}}")
    play.wait("5m").tick()
    assert play.types() == ["deadline-passed"]


def test_deadlines_pass_in_the_order_in_which_they_are_due() -> None:
    play = Play(
        """
        start: both
        states:
          both:
            within: 9m
            tracks:
              one: {start: a, states: {a: {within: 7m}}}
              two: {start: b, states: {b: {within: 3m, tasks: {t: {do: T, within: 5m}}}}}
        """
    )
    play.wait("1h").tick()
    assert [draft.get("task", draft["state"]) for draft in passed(play)] == ["b", "t", "a", "both"]


def test_an_overdue_step_may_take_away_what_would_be_due_later() -> None:
    play = Play(
        """
        start: a
        states:
          a:
            within: 3m
            overdue: {step: out}
            steps: {out: {to: b}}
            tasks: {t: {do: T, within: 5m}}
          b: {within: 4m}
        """
    )
    play.wait("1h").tick()
    # The task's deadline had passed unseen as well when its state was left.
    assert [(draft.get("task"), draft.get("late")) for draft in passed(play)] == [
        (None, None),
        ("t", True),
    ]
    assert play.due() == [("b", play.time(64), False)]


def test_an_overdue_step_runs_to_rest_like_any_other() -> None:
    play = Play(
        """
        start: a
        states:
          a: {within: 3m, overdue: {step: out}, steps: {out: {to: b}}}
          b: {next: c}
          c: {final: late}
        """
    )
    play.wait("3m").tick()
    assert play.types() == ["deadline-passed", "step-taken", "moved", "run-finished"]


def test_an_overdue_step_that_cannot_be_taken_is_recorded_as_refused() -> None:
    play = Play(
        PLAIN.replace("WITHIN", "5m").replace(
            "call: {by: [lead], to: b}", "call: {ask: [sure], to: b}"
        )
    )
    play.wait("5m")
    decision = play.tick()
    assert play.types() == ["deadline-passed", "notified", "step-refused"]
    assert decision.drafts[2]["refused"]["needs"] == ["sure"]
    assert decision.drafts[2]["deadline"] == "a"
    assert play.where() == ["a"]
    assert play.tick().drafts == ()


def test_an_overdue_step_that_starts_what_is_out_of_force_is_refused_and_has_passed() -> None:
    play = Play("""
        start: a
        states:
          a: {within: 5m, overdue: {step: call}, steps: {call: {to: b}}}
          b: {enter: [{start: gone}]}
        """)
    play.wait("5m").tick()
    assert play.types() == ["deadline-passed", "step-refused"]
    assert play.where() == ["a"]
    assert play.tick().drafts == ()


def test_a_step_records_the_deadline_that_nobody_saw_pass() -> None:
    play = timed("5m")
    play.wait("6m").step("on")
    assert play.types() == ["deadline-passed", "step-taken"]
    assert passed(play)[0]["late"] is True
    assert play.where() == ["c"]  # the overdue step is not taken: somebody acted


def test_a_step_in_time_records_no_deadline() -> None:
    play = timed("5m")
    play.wait("4m").step("on")
    assert play.types() == ["step-taken"]


def test_a_passed_deadline_is_not_recorded_again_when_the_state_is_left() -> None:
    play = Play("start: a\nstates: {a: {within: 5m, steps: {on: {to: b}}}, b: {}}")
    play.wait("5m").tick()
    play.step("on")
    assert play.types() == ["step-taken"]


TASK = """
start: a
states:
  a:
    tasks:
      count: {do: Count, each: zones, within: 10m, overdue: {notify: {to: [x], text: Count now}}}
"""


def test_a_tasks_deadline_runs_until_it_is_done() -> None:
    play = Play(TASK, site={"zones": {"north": "N", "south": "S"}})
    play.task("count", item="north")
    assert play.due() == [("count", play.time(10), False)]
    play.wait("10m").tick()
    assert play.told() == ["Count now"]
    play.task("count", item="south")
    assert play.due() == []


def test_the_rows_for_the_clock_follow_the_deadlines_and_the_site() -> None:
    play = Play(TASK, site={"zones": {"north": "N"}})
    assert play.case is not None
    rows = deadline_rows(play.world, play.case)
    assert [(row.run, row.kind, row.owner, row.due) for row in rows] == [
        ("plan-1", "task", "count", play.time(10))
    ]
    play.task("count", item="north")
    assert deadline_rows(play.world, play.case) == []
    larger = build_site({**PLAN, "zones": {"north": "N", "south": "S"}})
    assert deadline_rows(play.world._replace(site=larger), play.case) == rows


def test_after_keeps_a_step_back() -> None:
    play = Play(
        """
        settings: {pause: {type: duration, default: 2m}}
        start: a
        states: {a: {steps: {go: {after: {setting: pause}, to: b}, now: {after: 0s}}}, b: {}}
        """
    )
    play.step("now")
    assert play.codes() == []
    play.step("go")
    assert play.codes() == ["time"]
    assert play.last is not None
    assert play.time(2) in play.last.refusal[0].words("en")
    play.wait("2m").step("go")
    assert play.where() == ["b"]


def test_a_deadline_that_leads_back_to_itself_passes_once_a_tick() -> None:
    # Its anchor is not its own entry, so it is due again as soon as it is entered.
    play = Play(
        """
        start: a
        states:
          a:
            within: {time: 1h, since: incident.opened}
            overdue: {step: remind}
            steps: {remind: {to: a}}
        """
    )
    play.wait("2h").tick()
    assert play.types() == ["deadline-passed", "step-taken"]
    assert play.due() == [("a", play.time(60), True)]
    assert play.tick().drafts == ()


def test_a_deadline_of_no_time_at_all_does_not_go_on_for_ever() -> None:
    play = Play(
        """
        start: b
        states: {b: {within: 0s, overdue: {step: remind}, steps: {remind: {to: b}}}}
        """
    )
    play.wait("1m").tick()
    assert play.types() == ["deadline-passed", "step-taken"]


def test_a_loop_in_one_deadline_is_refused() -> None:
    play = Play(
        """
        start: a
        states:
          a: {within: 5m, overdue: {step: out}, steps: {out: {to: b}}}
          b: {next: c}
          c: {next: b}
        """
    )
    decision = play.wait("5m").tick()
    assert play.types() == ["deadline-passed", "step-refused"]
    assert decision.drafts[1]["refused"]["code"] == "loop"
    assert play.where() == ["a"]


def test_when_the_incident_closes_its_clocks_stop() -> None:
    play = timed("5m")
    play.step("close", run="incident-1")
    assert play.due() == []
    assert play.wait("1h").tick().drafts == ()


def test_the_clocks_of_all_runs_are_looked_at() -> None:
    play = Play(
        "start: a\nstates: {a: {within: 9m}}",
        "{id: side, start: s, states: {s: {within: 3m}}}",
    )
    play.start("side")
    play.wait("10m").tick()
    assert [draft["run"] for draft in passed(play)] == ["side-1", "plan-1"]


def test_what_happened_earlier_counts_from_when_it_happened() -> None:
    play = timed("5m")
    play.wait("2m").step("again")  # typed in later, from a form that says 10:02
    assert play.due() == [("a", play.time(7), False)]
    play.wait("4m").step("on")
    assert play.types() == ["step-taken"]
