"""Steps that need a second person: nobody counts twice, and none counts for themselves."""

from __future__ import annotations

from machine_play import Play

TWO = """
by: [guard]
facts: {sure: {type: yes-no}}
start: a
states:
  a:
    steps:
      fire: {ask: [sure], second: {role: director, count: 2}, to: [{state: b, when: {sure: true}}]}
      leave: {to: c}
      look: {}
  b: {final: fired}
  c: {steps: {back: {to: a}, fire: {to: b}}}
"""


def asked() -> Play:
    play = Play(TWO)
    play.step("fire", "anna", "guard", "director", sure=True)
    assert play.types() == ["step-pending"]
    assert play.where() == ["a"]
    assert play.run().facts == {}
    return play


def test_a_step_waits_for_as_many_other_people_as_it_says() -> None:
    play = asked()
    play.confirm("fire", "bert", "director")
    assert play.types() == ["step-confirmed"]
    assert play.where() == ["a"]
    decision = play.confirm("fire", "carl", "director")
    assert play.types() == ["step-confirmed", "step-taken", "run-finished"]
    taken = decision.drafts[1]
    assert taken["actor"]["id"] == "anna"
    assert taken["confirmed"] == ["bert", "carl"]
    assert taken["second"] == ["director"]
    assert taken["facts"] == {"sure": True}
    assert play.run().outcome == "fired"
    assert play.run().pending == {}


def test_who_asked_for_it_cannot_confirm_it() -> None:
    play = asked()
    play.confirm("fire", "anna", "guard", "director")
    assert play.codes() == ["second"]


def test_nobody_counts_twice() -> None:
    play = asked()
    play.confirm("fire", "bert", "director")
    play.confirm("fire", "bert", "director")
    assert play.codes() == ["second"]
    assert play.where() == ["a"]


def test_only_the_role_confirms() -> None:
    play = asked()
    play.confirm("fire", "bert", "guard")
    assert play.codes() == ["role"]
    assert play.needs() == ["director"]


def test_a_second_persons_no_ends_it() -> None:
    play = asked()
    play.confirm("fire", "bert", "director")
    play.confirm("fire", "carl", "director", yes=False)
    assert play.types() == ["step-declined"]
    play.confirm("fire", "dora", "director")
    assert play.codes() == ["not-now"]


def test_who_said_yes_may_still_say_no() -> None:
    play = asked()
    play.confirm("fire", "bert", "director")
    play.confirm("fire", "bert", "director", yes=False)
    assert play.types() == ["step-declined"]


def test_who_asked_for_it_may_take_it_back() -> None:
    play = asked()
    play.confirm("fire", "anna", "guard", yes=False)
    assert play.types() == ["step-declined"]
    play.step("fire", "anna", "guard", sure=True)
    assert play.types() == ["step-pending"]


def test_a_no_needs_the_role_too() -> None:
    play = asked()
    play.confirm("fire", "bert", "guard", yes=False)
    assert play.codes() == ["role"]


def test_a_step_that_waits_is_not_asked_for_again() -> None:
    play = asked()
    play.confirm("fire", "bert", "director")
    for who in ("anna", "bert"):
        play.step("fire", who, "guard", sure=True)
        assert play.codes() == ["second"]
        assert play.last is not None
        assert play.last.refusal[0].words("en") == "waits for director to confirm (1 of 2)"
    assert list(play.run().pending["fire"].confirmed) == ["bert"]


def test_what_does_not_wait_cannot_be_confirmed() -> None:
    play = Play(TWO)
    play.confirm("fire", "bert", "director")
    assert play.codes() == ["not-now"]


def test_leaving_its_state_drops_what_waits() -> None:
    play = asked()
    play.step("leave", "bert", "guard")
    assert play.run().pending == {}
    play.step("back", "bert", "guard")
    play.confirm("fire", "bert", "director")
    assert play.codes() == ["not-now"]


def test_a_step_that_stays_drops_nothing() -> None:
    play = asked()
    play.step("look", "bert", "guard")
    assert list(play.run().pending) == ["fire"]


def test_it_is_judged_again_when_it_happens() -> None:
    document = TWO.replace("ask: [sure]", "needs: [tasks.calm]")
    document = document.replace("a:\n", "a:\n    tasks: {calm: {do: Calm, each: rooms}}\n", 1)
    rooms = "facts: {rooms: {type: text, many: true, personal: false}, "
    play = Play(document.replace("facts: {", rooms))
    play.fact("anna", "guard", rooms=[])
    play.step("fire", "anna", "guard", sure=True)
    assert play.types() == ["step-pending"]
    play.confirm("fire", "bert", "director")
    play.fact("anna", "guard", rooms=["hall"])
    play.confirm("fire", "carl", "director")
    assert play.codes() == ["tasks"]
    assert list(play.run().pending["fire"].confirmed) == ["bert"]
    play.task("calm", "anna", "guard", item="hall")
    play.confirm("fire", "carl", "director")
    assert play.run().outcome == "fired"


def test_the_askers_roles_are_those_at_the_time_of_asking() -> None:
    play = asked()
    play.confirm("fire", "bert", "director")
    decision = play.confirm("fire", "carl", "director", "guard")
    assert decision.drafts[1]["actor"]["roles"] == ["guard", "director"]


def test_tracks_that_ask_for_different_roles_need_each_of_them() -> None:
    play = Play(
        """
        start: both
        states:
          both:
            tracks:
              one: {start: a, states: {a: {steps: {go: {second: director, to: b}}}, b: {}}}
              two: {start: c, states: {c: {steps: {go: {second: shift-lead, to: d}}}, d: {}}}
        """
    )
    decision = play.step("go")
    assert decision.drafts[0]["second"] == [
        {"role": "director", "count": 1},
        {"role": "shift-lead", "count": 1},
    ]
    play.confirm("go", "bert", "director")
    assert play.where() == ["a", "c"]
    play.confirm("go", "carl", "director")
    assert play.where() == ["a", "c"]
    play.confirm("go", "dora", "shift-lead")
    assert play.where() == ["b", "d"]


def test_what_waits_ends_with_the_run() -> None:
    play = asked()
    play.step("close", run="incident-1")
    assert play.run().status == "cancelled"
    assert play.run().pending == {}


def test_an_overdue_step_waits_for_nobody() -> None:
    play = Play(
        """
        start: a
        states:
          a:
            within: 5m
            overdue: {step: out}
            steps: {out: {by: [guard], second: director, to: b}}
          b: {final: b}
        """
    )
    play.wait("5m").tick()
    assert play.types() == ["deadline-passed", "step-taken", "run-finished"]
