"""Effects, runs inside runs, the lifecycle's end, and what is outside the protocol."""

from __future__ import annotations

from machine_play import PLAN, Play

from handrail.engine.machine.site import build_site

SIDE = """
id: side
start: s
states:
  s:
    leave: [{notify: {to: [x], text: leave s}}]
    steps: {win: {to: won}, lose: {to: lost}}
  won: {final: won}
  lost: {final: lost}
"""

# -- effects ------------------------------------------------------------------------


def test_notify_start_and_set_happen_in_the_order_in_which_they_stand() -> None:
    play = Play(
        """
        facts:
          count: {type: number, digits: 1}
          wait: {type: duration}
          level: {type: choice, of: {high: High}}
        start: a
        states:
          a:
            steps:
              go:
                to: b
                then:
                  - notify: {to: [director, police], text: {en: Hello, nl: Hallo}}
                  - set: {count: 1.50, wait: 90m, level: high}
                  - start: side
          b: {}
        """,
        SIDE,
    )
    decision = play.step("go")
    assert play.types() == ["step-taken", "notified", "fact-set", "run-started"]
    assert decision.drafts[1]["to"] == ["director", "police"]
    assert decision.drafts[1]["text"] == {"en": "Hello", "nl": "Hallo"}
    assert decision.drafts[1]["actor"]["how"] == "engine"
    assert play.run().facts == {"count": "1.5", "wait": "1h30m", "level": "high"}
    assert play.where("side-1") == ["s"]
    assert play.run("side-1").parent is None


def test_a_value_that_does_not_fit_its_fact_is_kept_as_written() -> None:
    play = Play(
        """
        facts: {wait: {type: duration}}
        start: a
        states: {a: {enter: [{set: {wait: soon}}]}}
        """
    )
    assert play.run().facts == {"wait": "soon"}


def test_what_an_effect_sets_moves_what_waits_for_it() -> None:
    play = Play(
        """
        facts: {sure: {type: yes-no}}
        start: a
        states:
          a: {steps: {go: {then: [{set: {sure: true}}]}}, next: [{state: b, when: {sure: true}}]}
          b: {final: b}
        """
    )
    play.step("go")
    assert play.types() == ["step-taken", "fact-set", "moved", "run-finished"]


def test_what_the_first_states_enter_with_happens_when_the_run_starts() -> None:
    play = Play("start: a\nstates: {a: {enter: [{notify: {to: [x], text: Hi}}]}}")
    assert play.types() == ["incident-opened", "run-started", "run-started", "notified"]


def test_an_effect_may_not_start_what_is_not_in_force_and_the_step_is_refused() -> None:
    play = Play("start: a\nstates: {a: {steps: {go: {then: [{start: nothing}], to: b}}}, b: {}}")
    play.step("go")
    assert play.codes() == ["not-in-force"]
    assert play.where() == ["a"]


def test_runs_of_one_protocol_are_numbered() -> None:
    play = Play("start: a\nstates: {a: {}}", SIDE)
    play.start("side")
    play.start("side")
    assert list(play.case.runs if play.case else ()) == ["incident-1", "plan-1", "side-1", "side-2"]


# -- running states -----------------------------------------------------------------

RUNNING = """
facts: {quick: {type: yes-no}}
start: a
states:
  a: {steps: {go: {to: wait}}}
  wait:
    run: side
    leave: [{notify: {to: [x], text: leave wait}}]
    next: [{state: c, when: {quick: true}}]
    done: [{state: b, when: {outcome: won}}, {state: c}]
    steps: {skip: {to: c}, again: {to: wait}}
  b: {final: good}
  c: {steps: {back: {to: wait}}}
"""


def test_a_running_state_starts_its_protocol_and_waits_for_the_outcome() -> None:
    play = Play(RUNNING, SIDE)
    decision = play.step("go")
    assert play.types() == ["step-taken", "run-started"]
    assert decision.drafts[1]["parent"] == {"run": "plan-1", "state": "wait"}
    assert play.run().children == {"wait": "side-1"}
    play.step("win", run="side-1")
    assert play.types() == [
        "step-taken",
        "notified",
        "run-finished",
        "moved",
        "notified",
        "run-finished",
    ]
    assert play.run().outcome == "good"


def test_another_outcome_takes_another_branch() -> None:
    play = Play(RUNNING, SIDE)
    play.step("go")
    play.step("lose", run="side-1")
    assert play.where() == ["c"]


def test_leaving_a_running_state_cancels_its_run_after_its_own_effects() -> None:
    # SCXML appendix D, exitStates: onexit, then cancelInvoke; the child exits its states too.
    play = Play(RUNNING, SIDE)
    play.step("go")
    decision = play.step("skip")
    assert play.types() == ["step-taken", "notified", "notified", "run-finished"]
    assert play.told() == ["leave wait", "leave s"]
    assert decision.drafts[3]["cancelled"] is True
    assert play.run("side-1").status == "cancelled"
    play.step("win", run="side-1")
    assert play.codes() == ["not-now"]


def test_entering_again_starts_another_run() -> None:
    play = Play(RUNNING, SIDE)
    play.step("go")
    play.step("again")
    assert play.run().children == {"wait": "side-2"}
    assert [play.run(f"side-{n}").status for n in (1, 2)] == ["cancelled", "active"]
    play.step("skip")
    play.step("back")
    assert play.run().children == {"wait": "side-3"}
    assert play.where() == ["wait"]


def test_a_running_state_that_is_left_at_once_starts_nothing() -> None:
    # SCXML appendix D, mainEventLoop: states are invoked where the macrostep ends.
    play = Play(RUNNING, SIDE)
    play.step("go", quick=True)
    assert play.types() == ["step-taken", "moved", "notified"]
    assert "side-1" not in (play.case.runs if play.case else {})


def test_a_run_inside_a_run_inside_a_run_is_cancelled_with_the_outermost() -> None:
    play = Play(
        "start: a\nstates: {a: {run: middle, steps: {out: {to: b}}}, b: {}}",
        "{id: middle, start: m, states: {m: {run: side}}}",
        SIDE,
    )
    assert play.where("side-1") == ["s"]
    play.step("out")
    assert play.last is not None
    ended = [draft["run"] for draft in play.last.drafts if draft["type"] == "run-finished"]
    assert ended == ["side-1", "middle-1"]


def test_a_protocol_that_runs_itself_without_end_is_refused() -> None:
    play = Play(
        "start: a\nstates: {a: {steps: {go: {to: b}}}, b: {run: plan}}".replace(
            "start: a", "start: b"
        )
    )
    assert play.codes() == ["loop"]
    assert play.case is None


def test_even_a_note_is_refused_where_a_new_site_plan_sets_off_a_loop() -> None:
    play = Play(
        """
        start: a
        states:
          a: {next: [{state: b, when: {site.alarm: true}}], steps: {end: {to: c}}}
          b: {next: [{state: a, when: {site.alarm: true}}], steps: {end: {to: c}}}
          c: {final: c}
        """,
        site={"alarm": False},
    )
    play.world = play.world._replace(site=build_site({**PLAN, "alarm": True}))
    play.note()
    assert (play.types(), play.codes()) == (["note-refused"], ["loop"])


def test_a_run_that_ends_as_it_starts_lets_its_parent_go_on() -> None:
    play = Play(
        """
        start: a
        states:
          a: {run: quick, done: [{state: b, when: {outcome: over}}]}
          b: {final: b}
        """,
        "{id: quick, start: q, states: {q: {final: over}}}",
    )
    assert play.run().outcome == "b"


def test_a_cancelled_run_says_so_to_a_guard() -> None:
    play = Play(
        """
        start: a
        states:
          a: {run: side, steps: {out: {to: b}}}
          b: {next: [{state: c, when: {runs.side: cancelled}}]}
          c: {final: c}
        """,
        SIDE,
    )
    play.step("out")
    assert play.run().outcome == "c"


# -- the lifecycle --------------------------------------------------------------------

PHASES = """
kind: lifecycle
id: incident
start: before
states:
  before: {next: [{state: during, when: {runs: active}}]}
  during: {next: [{state: after, when: {runs: finished}}]}
  after:
    leave: [{notify: {to: [x], text: over}}]
    steps: {close: {to: [{state: closed, when: {runs: finished}}]}, stop: {to: closed}}
  closed: {enter: [{notify: {to: [x], text: closing}}], final: closed}
"""


def test_the_phases_follow_the_runs_of_the_incident() -> None:
    play = Play(SIDE, lifecycle=PHASES)
    assert play.where("incident-1") == ["during"]
    play.step("win")
    assert play.where("incident-1") == ["after"]
    play.step("close", run="incident-1")
    assert play.types() == ["step-taken", "notified", "notified", "run-finished", "incident-closed"]
    assert play.told() == ["over", "closing"]
    assert play.case is not None
    assert (play.case.status, play.case.outcome) == ("closed", "closed")
    assert play.case.closed == play.at


def test_the_incidents_end_cancels_what_goes_on_and_starts_nothing_more() -> None:
    play = Play(SIDE.replace("[{notify", "[{start: side}, {notify"))
    play.start("side")
    play.step("close", run="incident-1")
    assert play.types() == [
        "step-taken",
        "run-finished",
        "notified",
        "run-finished",
        "notified",
        "run-finished",
        "incident-closed",
    ]
    assert play.case is not None
    assert [run.status for run in play.case.runs.values()] == ["finished", "cancelled", "cancelled"]


def test_nothing_but_notes_and_evidence_is_taken_by_a_closed_case() -> None:
    play = Play(SIDE)
    play.step("close", run="incident-1")
    for refused in (
        lambda: play.step("win"),
        lambda: play.fact(x=1),
        lambda: play.task("t"),
        lambda: play.start("side"),
        lambda: play.deviate("won"),
        lambda: play.confirm("win", "bert"),
        lambda: play.attach("t"),
    ):
        refused()
        assert play.codes() == ["closed"]
    play.note()
    assert play.types() == ["noted"]
    play.attach()
    assert play.types() == ["evidence-attached"]


def test_an_incident_may_be_opened_without_a_protocol_and_as_a_drill() -> None:
    play = Play(drill=True)
    assert play.types() == ["incident-opened", "run-started"]
    assert all(draft["drill"] for draft in play.opening.drafts)
    play.note()
    assert play.last is not None
    assert play.last.drafts[0]["drill"] is True


def test_facts_may_be_given_when_it_is_opened() -> None:
    play = Play(
        """
        facts: {sure: {type: yes-no}}
        start: a
        states: {a: {next: [{state: b, when: {sure: true}}]}, b: {final: b}}
        """,
        given={"sure": True},
    )
    assert play.run().outcome == "b"
    started = play.opening.drafts[2]
    assert started["facts"] == {"sure": True}
    assert started["actor"]["id"] == "anna"


def test_a_protocol_that_is_not_in_force_opens_nothing() -> None:
    play = Play(SIDE)
    play.start("nothing")
    assert play.codes() == ["not-in-force"]
    assert play.needs() == ["nothing"]


def test_the_protocols_go_before_the_lifecycle() -> None:
    # The lifecycle reads how the others end; it moves when they have come to rest.
    lifecycle = PHASES.replace("{runs: finished}}]}\n  after", "{runs.quick: over}}]}\n  after")
    play = Play(
        """
        id: quick
        start: q
        states: {q: {steps: {go: {to: r}}}, r: {next: t}, t: {final: over}}
        """,
        lifecycle=lifecycle,
    )
    decision = play.step("go")
    assert [(draft["type"], draft["run"]) for draft in decision.drafts][-2:] == [
        ("run-finished", "quick-1"),
        ("moved", "incident-1"),
    ]


# -- deviations ---------------------------------------------------------------------

DEVIATE = """
deviate: {by: [director]}
start: a
states:
  a: {leave: [{notify: {to: [x], text: leave a}}], within: 5m, steps: {go: {second: x, to: b}}}
  b:
    tracks:
      one: {start: p, states: {p: {}, q: {enter: [{notify: {to: [x], text: enter q}}]}}}
      two: {start: r, states: {r: {}, s: {final: s}}}
    done: [{state: c}]
  c: {final: c}
"""


def test_a_deviation_puts_the_run_elsewhere_with_a_reason() -> None:
    play = Play(DEVIATE)
    play.step("go")
    decision = play.wait("6m").deviate("q", "dora", "director")
    assert play.types() == ["deadline-passed", "deviated", "notified", "notified"]
    assert decision.drafts[1]["why"] == "…"
    assert decision.drafts[1]["from"] == ["a"]
    assert decision.drafts[1]["to"] == ["q", "r"]
    assert play.told() == ["leave a", "enter q"]
    assert play.run().pending == {}
    play.deviate("p", "dora", "director")
    assert play.where() == ["p", "r"]


def test_within_a_track_only_that_track_is_put_elsewhere() -> None:
    play = Play(DEVIATE)
    play.deviate("q", "dora", "director")
    play.deviate("s", "dora", "director")
    assert play.where() == ["q", "s"]


def test_putting_a_run_into_a_state_it_is_in_enters_it_afresh() -> None:
    play = Play(DEVIATE)
    play.deviate("b", "dora", "director")
    play.deviate("q", "dora", "director")
    play.deviate("b", "dora", "director")
    assert play.where() == ["p", "r"]


def test_a_deviation_to_an_end_ends_the_run() -> None:
    play = Play(DEVIATE)
    play.deviate("c", "dora", "director")
    assert play.run().outcome == "c"


def test_only_the_role_that_the_protocol_names_may_deviate() -> None:
    play = Play(DEVIATE)
    play.deviate("b", "anna", "guard")
    assert play.codes() == ["role"]
    assert play.needs() == ["director"]
    play.deviate("nowhere", "dora", "director")
    assert play.codes() == ["not-now"]
    play = Play(SIDE)
    play.deviate("won", "dora", "director")
    assert play.codes() == ["deviate"]


# -- roles, facts, runs that are not there ------------------------------------------

ROLES = """
by: [everyone]
facts: {seen: {type: yes-no}}
start: outer
states:
  outer:
    by: [guard]
    start: a
    states:
      a: {by: [reception], steps: {own: {by: [director]}, state: {}}}
    steps: {parent: {}}
  other: {steps: {top: {}}}
"""


def test_a_role_is_the_steps_else_the_states_else_the_parents_else_the_documents() -> None:
    for step, role in (("own", "director"), ("state", "reception"), ("parent", "guard")):
        play = Play(ROLES)
        play.step(step, "anna", "nobody")
        assert (play.codes(), play.needs()) == (["role"], [role])
        play.step(step, "anna", "nobody", role)
        assert play.codes() == []
    play = Play(ROLES.replace("start: outer", "start: other"))
    play.step("top")
    assert play.needs() == ["everyone"]


def test_facts_are_set_by_whoever_acts_in_an_active_state() -> None:
    play = Play(ROLES)
    play.fact("anna", "nobody", seen=True)
    assert play.codes() == ["role"]
    assert play.needs() == ["guard", "reception"]
    play.fact("anna", "reception", seen=True)
    assert play.run().facts == {"seen": True}


def test_what_is_not_there_is_refused_and_recorded() -> None:
    play = Play(ROLES)
    play.step("nothing")
    assert play.codes() == ["not-now"]
    assert play.last is not None
    assert "has no step" in play.last.refusal[0].words("en")
    play.step("own", run="plan-9")
    assert play.codes() == ["not-now"]
    assert play.last.drafts[0]["run"] == "plan-9"
    play.attach(run="plan-9")
    assert play.last.drafts[0]["run"] == "plan-9"
    assert play.codes() == ["not-now"]
