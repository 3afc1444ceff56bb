"""Structure: states of every kind, after the W3C SCXML Recommendation, 3.13 and appendix D."""

from __future__ import annotations

import pytest
from machine_play import PLAN, Play, document

from handrail.engine.machine.site import build_site

EXAMPLE = """
id: suspicious-person
by: [guard]
facts:
  deviation: {type: text}
  linked: {type: yes-no}
  explanation: {type: choice, of: {plausible: P, implausible: I, refused: R}}
start: observe
states:
  observe:
    steps:
      assess:
        ask: [deviation, linked]
        to: [{state: contact, when: {linked: true}}, {state: let-go}]
  contact:
    tasks:
      tell-control-room: {do: Tell}
      colleague-in-sight: {do: See, optional: true}
    steps:
      conclude:
        ask: [explanation]
        needs: [tasks]
        to: [{state: let-go, when: {explanation: plausible}}, {state: act}]
  act:
    tracks:
      secure:
        start: securing
        states: {securing: {steps: {secured: {to: safe}}}, safe: {final: secured}}
      inform:
        start: calling
        states: {calling: {steps: {informed: {to: told}}}, told: {final: told}}
    join: all
    done: [{state: followed-up}]
    steps:
      stand-down: {by: [duty-manager], second: shift-lead, ask: [deviation], to: let-go}
  followed-up: {final: acted}
  let-go: {final: released}
"""


def moves(play: Play) -> list[list[object]]:
    assert play.last is not None
    return [draft["to"] for draft in play.last.drafts if "to" in draft and "from" in draft]


# -- plain, final, and the run's end ---------------------------------------------


def test_the_example_of_the_language_from_start_to_end() -> None:
    play = Play(EXAMPLE)
    assert play.where() == ["observe"]
    play.step("assess", "anna", "guard", deviation={"sd": "x"}, linked=True)
    assert play.where() == ["contact"]
    play.step("conclude", "anna", "guard", explanation="implausible")
    assert play.codes() == ["tasks"]
    assert play.needs() == ["tell-control-room"]
    play.task("tell-control-room", "anna", "guard")
    play.step("conclude", "anna", "guard", explanation="implausible")
    assert play.where() == ["securing", "calling"]
    play.step("secured", "anna", "guard")
    assert play.where() == ["safe", "calling"]
    play.step("informed", "anna", "guard")
    assert play.types() == ["step-taken", "moved", "run-finished"]
    assert play.run().status == "finished"
    assert play.run().outcome == "acted"


def test_a_final_state_at_the_top_ends_the_run_with_its_outcome() -> None:
    play = Play(EXAMPLE)
    play.step("assess", "anna", "guard", deviation={"sd": "x"}, linked=False)
    assert play.types() == ["step-taken", "run-finished"]
    assert play.run().outcome == "released"
    play.step("assess", "anna", "guard", deviation={"sd": "x"}, linked=False)
    assert play.codes() == ["not-now"]


def test_a_step_record_tells_where_from_and_where_to() -> None:
    play = Play(EXAMPLE)
    decision = play.step("assess", "anna", "guard", deviation={"sd": "x"}, linked=True)
    assert decision.drafts == (
        {
            "type": "step-taken",
            "case": "INC-1",
            "drill": False,
            "occurred": play.at,
            "actor": {"id": "anna", "roles": ["guard"], "how": "claimed", "host": "host"},
            "run": "suspicious-person-1",
            "step": "assess",
            "facts": {"deviation": {"sd": "x"}, "linked": True},
            "from": ["observe"],
            "to": ["contact"],
            "moves": [["observe", "step assess", 0]],
        },
    )


def test_a_step_that_is_not_offered_now_says_where_it_belongs() -> None:
    play = Play(EXAMPLE)
    decision = play.step("conclude", "anna", "guard")
    assert play.codes() == ["not-now"]
    words = decision.refusal[0].words("en")
    assert "contact" in words
    assert "observe" in words


# -- compound ---------------------------------------------------------------------

NESTED = """
start: outer
states:
  outer:
    start: deep-b
    states:
      first: {steps: {on: {to: second}}}
      second:
        start: deep-a
        states:
          deep-a: {steps: {on: {to: deep-b}, out: {to: outer}}}
          deep-b: {final: b}
        done: [{state: third, when: {outcome: b}}]
      third: {final: whole}
    steps:
      on: {to: first}
      again: {to: outer}
      leave: {to: end}
    done: [{state: end, when: {outcome: whole}}]
  end: {final: end}
"""


def test_a_start_may_name_any_state_inside() -> None:
    play = Play(NESTED.replace("start: deep-b", "start: deep-a"))
    assert play.where() == ["deep-a"]


def test_completion_is_taken_as_soon_as_a_child_is_final() -> None:
    play = Play(NESTED)
    assert play.run().outcome == "end"
    assert play.types() == [
        "incident-opened",
        "run-started",
        "run-started",
        "moved",
        "moved",
        "run-finished",
    ]


def test_a_descendants_step_goes_before_its_ancestors() -> None:
    play = Play(NESTED.replace("start: deep-b", "start: first"))
    play.step("on")
    assert play.where() == ["deep-a"]  # first's own step, not outer's


def test_a_step_of_a_compound_is_offered_in_all_of_it() -> None:
    play = Play(NESTED.replace("start: deep-b", "start: deep-a"))
    play.step("leave")
    assert play.run().outcome == "end"


def test_a_state_that_leads_to_itself_is_left_and_entered() -> None:
    document = """
    start: outer
    states:
      outer:
        enter: [{notify: {to: [x], text: enter outer}}]
        leave: [{notify: {to: [x], text: leave outer}}]
        start: a
        states: {a: {steps: {b: {to: b}}}, b: {}}
        steps: {again: {to: outer}}
    """
    play = Play(document)
    play.step("b")
    play.step("again")
    assert play.where() == ["a"]
    assert play.told() == ["leave outer", "enter outer"]


def test_from_an_ancestor_to_its_own_descendant_leaves_the_ancestor() -> None:
    # SCXML 3.13: a transition is external unless it says otherwise.
    document = """
    start: outer
    states:
      outer:
        leave: [{notify: {to: [x], text: leave outer}}]
        start: a
        states: {a: {}, b: {}}
        steps: {go: {to: b}}
    """
    play = Play(document)
    play.step("go")
    assert play.where() == ["b"]
    assert play.told() == ["leave outer"]


# -- deciding -----------------------------------------------------------------------

DECIDING = """
facts: {sure: {type: yes-no}, count: {type: number}}
start: ask
states:
  ask: {steps: {go: {ask: [sure], to: fork}}}
  fork:
    next:
      - {state: yes, when: {sure: true}}
      - {state: no, when: {count: {above: 3}}}
      - {state: rest, when: {count: {known: true}}}
  yes: {final: yes}
  no: {final: no}
  rest: {final: rest}
"""


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"sure": True}, "yes"),
        ({"sure": False, "count": 4}, "no"),
        ({"sure": False, "count": 3}, "rest"),
    ],
)
def test_a_deciding_state_is_left_at_once_by_the_first_branch_that_holds(
    facts: dict[str, object], outcome: str
) -> None:
    play = Play(DECIDING)
    play.step("go", **facts)
    assert play.types() == ["step-taken", "moved", "run-finished"]
    assert play.run().outcome == outcome


def test_an_unknown_fact_keeps_a_deciding_state_and_a_later_fact_frees_it() -> None:
    play = Play(DECIDING)
    play.step("go", sure=False)
    assert play.where() == ["fork"]
    play.fact(count=9)
    assert play.types() == ["fact-set", "moved", "run-finished"]
    assert play.run().outcome == "no"


def test_next_waits_in_any_state_until_its_guard_holds() -> None:
    play = Play(
        """
        facts: {calm: {type: yes-no}}
        start: wait
        states:
          wait: {next: [{state: over, when: {calm: true}}], steps: {look: {ask: [calm]}}}
          over: {final: over}
        """
    )
    play.step("look", calm=False)
    assert play.where() == ["wait"]
    play.step("look", calm=True)
    assert play.run().outcome == "over"


def test_an_endless_loop_of_automatic_moves_is_refused_and_changes_nothing() -> None:
    play = Play(
        """
        start: a
        states:
          a: {steps: {go: {to: b}}}
          b: {next: c}
          c: {next: b}
        """
    )
    play.step("go")
    assert play.codes() == ["loop"]
    assert play.where() == ["a"]


# -- parallel -------------------------------------------------------------------------

TRACKS = """
facts: {ready: {type: yes-no}}
start: both
states:
  both:
    join: JOIN
    tracks:
      one:
        start: a
        states:
          a: {steps: {on: {to: b}, swap: {to: out}}}
          b: {steps: {on: {to: b2}}}
          b2: {final: one-done}
      two:
        start: c
        states:
          c: {steps: {on: {to: d}, swap: {to: d}, stay: {}}}
          d: {steps: {on: {to: [{state: d2, when: {ready: true}}]}}}
          d2: {final: two-done}
      three:
        start: e
        states: {e: {steps: {third: {to: f}}}, f: {final: three-done}}
    steps: {stop: {to: out}, on: {to: out}}
    done: [{state: out, when: {outcome: one-done}}, {state: also}]
  out: {final: out}
  also: {final: also}
"""


def tracks(join: str) -> Play:
    return Play(TRACKS.replace("JOIN", join))


def test_one_step_is_taken_in_every_track_that_offers_it() -> None:
    play = tracks("all")
    play.step("on")
    assert play.where() == ["b", "d", "e"]
    assert play.types() == ["step-taken"]
    assert play.last is not None
    assert play.last.drafts[0]["moves"] == [["a", "step on", 0], ["c", "step on", 0]]


def test_where_no_track_offers_it_the_parallels_own_step_is_taken() -> None:
    play = tracks("all")
    play.step("stop")
    assert play.run().outcome == "out"


def test_a_tracks_unknown_guard_is_asked_for_and_nothing_moves() -> None:
    play = tracks("all")
    play.step("on")
    play.step("on")
    assert play.codes() == ["facts"]
    assert play.needs() == ["ready"]
    assert play.where() == ["b", "d", "e"]


def test_an_ancestors_step_gives_way_to_a_descendants_and_is_preempted() -> None:
    # Track two's guard is false, so its leaf selects the parallel's own step; it would
    # leave what track one's step leaves, and the descendant's wins (appendix D).
    play = tracks("all")
    play.step("on")
    play.step("on", ready=False)
    assert play.where() == ["b2", "d", "e"]


def test_of_two_that_would_leave_each_others_state_the_first_in_the_document_wins() -> None:
    play = tracks("all")
    play.step("swap")
    assert play.run().outcome == "out"
    assert play.last is not None
    assert play.last.drafts[0]["moves"] == [["a", "step swap", 0]]


def test_a_preempted_declaration_asks_nothing_of_anybody() -> None:
    play = Play(
        """
        start: both
        states:
          both:
            tracks:
              one: {start: a, states: {a: {steps: {go: {to: out}}}}}
              two:
                start: b
                states: {b: {steps: {go: {by: [director], needs: [evidence], to: c}}}, c: {}}
          out: {final: out}
        """
    )
    play.step("go", "anna", "guard")
    assert play.run().outcome == "out"


@pytest.mark.parametrize(("join", "steps"), [("any", 1), ("2", 2), ("all", 3)])
def test_join_says_how_many_tracks_must_end(join: str, steps: int) -> None:
    play = tracks(join)
    taken = [("third", {}), ("on", {}), ("on", {"ready": True})]
    ended = 0
    for name, facts in taken:
        assert play.run().status == "active"
        play.step(name, **facts)
        ended += {"third": 1, "on": 0}[name] if not facts else 2
        if ended >= steps:
            break
    assert play.run().status == "finished"


def test_the_outcome_of_a_parallel_is_that_of_any_of_its_tracks() -> None:
    play = tracks("any")
    play.step("third")
    assert play.run().outcome == "also"


def test_the_other_tracks_are_left_when_enough_have_ended() -> None:
    play = Play(
        """
        start: both
        states:
          both:
            join: any
            tracks:
              one: {start: a, states: {a: {steps: {on: {to: b}}}, b: {final: b}}}
              two: {start: c, states: {c: {leave: [{notify: {to: [x], text: left c}}]}}}
            done: [{state: rest}]
          rest: {steps: {back: {to: both}}}
        """
    )
    play.step("on")
    assert play.where() == ["rest"]
    assert play.told() == ["left c"]


def test_entering_a_state_inside_one_track_enters_the_others_by_default() -> None:
    play = Play(
        """
        start: out
        states:
          out: {steps: {in: {to: y}}}
          both:
            tracks:
              one: {start: x, states: {x: {}, y: {}}}
              two: {start: p, states: {p: {}, q: {}}}
        """
    )
    play.step("in")
    assert play.where() == ["y", "p"]


def test_a_step_from_one_track_into_another_leaves_the_whole_parallel() -> None:
    play = Play(
        """
        start: both
        states:
          both:
            leave: [{notify: {to: [x], text: left both}}]
            tracks:
              one: {start: x, states: {x: {steps: {over: {to: q}}}, y: {}}}
              two: {start: p, states: {p: {}, q: {}}}
        """
    )
    play.step("over")
    assert play.where() == ["x", "q"]
    assert play.told() == ["left both"]


def test_completion_of_inner_states_goes_before_that_of_the_outer() -> None:
    play = Play(
        """
        start: both
        states:
          both:
            join: any
            tracks:
              one: {start: a, states: {a: {steps: {on: {to: b}}}, b: {final: b}}}
              two:
                start: c
                states:
                  c:
                    start: d
                    states: {d: {steps: {on: {to: f}}}, f: {final: f}}
                    done: [{state: g}]
                  g: {final: g}
            done: [{state: end}]
          end: {final: end}
        """
    )
    decision = play.step("on")
    taken = [draft["moves"] for draft in decision.drafts if draft["type"] == "moved"]
    assert taken == [[["c", "done", 0]], [["both", "done", 0]]]


# -- targetless -----------------------------------------------------------------------


def test_a_step_without_a_target_stays_and_leaves_nothing() -> None:
    play = Play(
        """
        facts: {seen: {type: yes-no}}
        start: a
        states:
          a:
            enter: [{notify: {to: [x], text: entered}}]
            leave: [{notify: {to: [x], text: left}}]
            steps: {look: {ask: [seen], then: [{notify: {to: [x], text: looked}}]}}
        """
    )
    play.wait("5m").step("look", seen=True)
    assert play.told() == ["looked"]
    assert play.run().facts == {"seen": True}
    assert play.run().entered["a"] == play.time(0)


def test_a_targetless_step_in_one_track_lets_the_other_move() -> None:
    play = Play(TRACKS.replace("JOIN", "all").replace("stay: {}", "third: {}"))
    play.step("third")
    assert play.where() == ["a", "c", "f"]
    assert play.last is not None
    assert play.last.drafts[0]["moves"] == [["c", "step third", None], ["e", "step third", 0]]


# -- order ------------------------------------------------------------------------------


def test_exits_are_innermost_last_first_then_the_step_then_entries_outermost_first() -> None:
    def told(text: str) -> str:
        return f"[{{notify: {{to: [x], text: {text}}}}}]"

    play = Play(
        f"""
        start: left
        states:
          left:
            leave: {told("-left")}
            steps: {{go: {{to: right, then: {told("go")}}}}}
            tracks:
              one: {{start: a, states: {{a: {{leave: {told("-a")}}}}}}}
              two: {{start: b, states: {{b: {{leave: {told("-b")}}}}}}}
          right:
            enter: {told("+right")}
            tracks:
              three: {{start: c, states: {{c: {{enter: {told("+c")}}}}}}}
              four: {{start: d, states: {{d: {{enter: {told("+d")}}}}}}}
        """
    )
    play.step("go")
    assert play.told() == ["-b", "-a", "-left", "go", "+right", "+c", "+d"]


# -- history ----------------------------------------------------------------------------

HISTORY = """
start: work
states:
  work:
    start: quiet
    states:
      quiet: {steps: {start-it: {to: busy}}}
      busy:
        start: low
        states: {low: {steps: {up: {to: high}}}, high: {}}
    steps: {break: {to: pause}}
  pause:
    steps:
      deep: {to: {resume: work}}
      shallow: {to: {resume: work, depth: shallow}}
      never: {to: {resume: other, else: quiet}}
      fresh: {to: {resume: other}}
  other: {start: p, states: {p: {}, q: {}}}
"""


def test_deep_history_returns_to_the_innermost_states() -> None:
    play = Play(HISTORY)
    for name in ("start-it", "up", "break", "deep"):
        play.step(name)
    assert play.where() == ["high"]


def test_shallow_history_returns_to_the_child_only() -> None:
    play = Play(HISTORY)
    for name in ("start-it", "up", "break", "shallow"):
        play.step(name)
    assert play.where() == ["low"]


def test_what_was_never_left_is_entered_by_else_or_afresh() -> None:
    play = Play(HISTORY)
    play.step("break")
    play.step("never")
    assert play.where() == ["quiet"]
    play.step("break")
    play.step("fresh")
    assert play.where() == ["p"]


def test_history_remembers_the_last_time_only() -> None:
    play = Play(HISTORY)
    for name in ("start-it", "break", "deep"):
        play.step(name)
    assert play.where() == ["low"]
    for name in ("up", "break", "deep"):
        play.step(name)
    assert play.where() == ["high"]


PARALLEL_HISTORY = """
start: work
states:
  work:
    start: both
    states:
      both:
        tracks:
          one:
            start: a
            states:
              a: {steps: {on-one: {to: b}, back: {to: {resume: work}}}}
              b: {steps: {back: {to: {resume: work}}}}
          two: {start: c, states: {c: {steps: {on-two: {to: d}}}, d: {}}}
      rest: {steps: {back: {to: {resume: both}}, away: {to: pause}}}
    steps: {break: {to: pause}, relax: {to: rest}}
  pause: {steps: {back: {to: {resume: work}}, shallow: {to: {resume: both, depth: shallow}}}}
"""


def test_history_of_tracks_returns_to_all_of_them() -> None:
    play = Play(PARALLEL_HISTORY)
    for name in ("on-one", "on-two", "break", "back"):
        play.step(name)
    assert play.where() == ["b", "d"]


def test_shallow_history_of_a_parallel_enters_its_tracks_by_default() -> None:
    play = Play(PARALLEL_HISTORY)
    for name in ("on-one", "on-two", "break", "shallow"):
        play.step(name)
    assert play.where() == ["a", "c"]


def test_history_that_holds_its_own_source_goes_back_to_it_as_it_was_before() -> None:
    play = Play(PARALLEL_HISTORY)
    for name in ("on-two", "break", "back", "on-one", "relax"):
        play.step(name)
    assert play.where() == ["rest"]
    play.step("back")
    assert play.where() == ["b", "d"]


def test_history_resumed_from_within_tracks_moves_the_innermost_common_region() -> None:
    # The leaves that are remembered lie in two tracks, the source in one of them: the
    # least common compound ancestor is what holds the parallel state.
    play = Play(PARALLEL_HISTORY)
    for name in ("on-two", "break", "back"):
        play.step(name)
    assert play.where() == ["a", "d"]
    play.step("back")
    assert play.where() == ["a", "d"]
    assert play.types() == ["step-taken"]


def test_a_state_left_by_the_step_that_resumes_it_returns_to_where_it_just_was() -> None:
    # Appendix D, microstep: states are left, and their history is kept, before the
    # states to enter are found.
    play = Play(
        """
        start: outer
        states:
          outer:
            start: s
            states:
              s: {start: a, states: {a: {steps: {on: {to: b}}}, b: {steps: {on: {to: a}}}}}
            steps: {renew: {to: {resume: s, else: a}}}
        """
    )
    play.step("on")
    play.step("renew")
    assert play.where() == ["b"]


def test_history_of_a_plain_state_is_the_state() -> None:
    play = Play(
        """
        start: a
        states:
          a: {steps: {go: {to: b}}}
          b: {steps: {back: {to: {resume: a, else: c}}}}
          c: {}
        """
    )
    play.step("go")
    play.step("back")
    assert play.where() == ["a"]


# -- what lies outside the run that waits -----------------------------------------

WAITING = """
id: waiting
start: wait
states: {wait: {next: [{state: over, when: %s}]}, over: {final: over}}
"""
ASIDE = """
id: aside
start: a
states:
  a: {steps: {look: {}, end: {to: b}}}
  b: {final: done}
"""
SEVERE = """
kind: lifecycle
id: incident
facts: {severe: {type: yes-no}}
start: during
states: {during: {steps: {weigh: {ask: [severe]}, close: {to: closed}}}, closed: {final: closed}}
"""


def waiting(guard: str) -> Play:
    """One run waits; another, which is busy, has made the engine look at both already."""
    play = Play(WAITING % guard, ASIDE, lifecycle=SEVERE)
    play.start("aside")
    play.step("look", run="aside-1")
    assert play.where() == ["wait"]
    return play


def test_a_run_that_waits_goes_on_when_another_ends() -> None:
    play = waiting("{runs.aside: done}")
    play.step("end", run="aside-1")
    assert play.run().outcome == "over"


def test_a_run_that_waits_goes_on_when_another_is_begun() -> None:
    play = waiting("{runs.late: active}")
    late = document("{id: late, start: a, states: {a: {}}}")
    play.definitions[late.sha256] = play.known["late"] = late
    play.start("late")
    assert play.run().outcome == "over"


def test_a_run_that_waits_goes_on_when_the_lifecycle_knows_more() -> None:
    play = waiting("{incident.severe: true}")
    play.step("weigh", run="incident-1", severe=False)
    play.step("look", run="aside-1")
    assert play.where() == ["wait"]
    play.step("weigh", run="incident-1", severe=True)
    assert play.run().outcome == "over"


def test_a_run_that_waits_goes_on_at_the_next_command_when_the_site_is_another() -> None:
    play = waiting("{site.alarm: true}")
    play.world = play.world._replace(site=build_site({**PLAN, "alarm": True}))
    play.step("look", run="aside-1")
    assert play.run().outcome == "over"
