"""Laws that hold whatever is asked: ``machine_play`` checks them at every command.

Deciding is pure, deciding again gives the same, state is the fold of the records, a
refusal changes nothing but their number, ``apply`` changes nothing in place, and no
command, however senseless, makes ``decide`` raise.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from machine_play import Play, document

from handrail.engine.machine.apply import IllegalRecordError, apply
from handrail.engine.machine.commands import (
    Attach,
    Command,
    Confirm,
    Deviate,
    DoTask,
    Note,
    SetFact,
    StartProtocol,
    TakeStep,
    Tick,
)
from handrail.engine.machine.decide import decide

RICH = """
id: rich
by: [guard]
deviate: {by: [director]}
settings: {soon: {type: duration, default: 3m}}
facts:
  sure: {type: yes-no}
  rooms: {type: text, many: true, personal: false}
  since: {type: time}
  level: {type: choice, of: {low: Low, high: High}}
start: look
states:
  look:
    within: {setting: soon}
    overdue: {step: call, notify: {to: [lead], text: Late}}
    tasks: {search: {do: Search, each: rooms, within: 5m}, photo: {do: Photo, evidence: true}}
    steps:
      go: {ask: [sure], needs: [tasks], to: [{state: act, when: {sure: true}}, {state: end}]}
      call: {to: act}
      talk: {to: help, after: 1m}
  help:
    run: side
    leave: [{notify: {to: [x], text: leave help}}]
    done: [{state: act, when: {outcome: won}}, {state: look}]
    steps: {call: {to: act}}
  act:
    tracks:
      one:
        start: a
        states:
          a: {within: {time: 4m, since: since}, steps: {go: {to: b}, fire: {second: lead, to: a}}}
          b: {final: told}
      two:
        start: c
        states:
          c:
            steps:
              go: {to: [{state: d, when: {level: high}}]}
              fire: {second: {role: director, count: 2}, then: [{set: {level: high}}], to: d}
          d: {final: safe}
    join: all
    done: [{state: end}]
    steps: {back: {to: {resume: look}}, more: {then: [{start: side}]}}
  end: {final: over}
"""

SIDE = """
id: side
facts: {sure: {type: yes-no}}
start: s
states:
  s: {within: 2m, overdue: {step: go}, steps: {go: {to: won}, fire: {second: lead, to: lost}}}
  won: {final: won}
  lost: {final: lost}
"""

LIFE = """
kind: lifecycle
id: incident
start: during
states:
  during: {next: [{state: after, when: {runs: finished}}]}
  after: {steps: {close: {to: closed}, reopen: {to: [{state: during, when: {runs: active}}]}}}
  closed: {final: closed}
"""

RUN = st.sampled_from(["rich-1"] * 6 + ["side-1", "side-2", "incident-1", "nothing-1"])
STEP = st.sampled_from(["go", "call", "talk", "fire", "back", "more", "close", "reopen", "nothing"])
STATE = st.sampled_from(["look", "help", "act", "a", "d", "end", "s", "nowhere"])
TASK = st.sampled_from(["search", "photo", "nothing"])
ITEM = st.sampled_from([None, "hall", "attic"])
ACTOR = st.builds(
    lambda name, roles: Play.person(name, *roles),
    st.sampled_from(["anna", "bert", "carl"]),
    st.sampled_from([("guard",), ("guard", "lead"), ("director",), ("lead", "director"), ()]),
)
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "sure": st.booleans(),
        "rooms": st.sampled_from([[], ["hall"], ["hall", "attic"]]),
        "since": st.sampled_from([Play.time(0), Play.time(5), "nonsense"]),
        "level": st.sampled_from(["low", "high"]),
    },
)


WHO: dict[str, Any] = {"actor": ACTOR, "at": st.just("")}  # when, is said when it is played
STEPS = st.builds(TakeStep, run=RUN, step=STEP, facts=GIVEN, **WHO)
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    STEPS,
    STEPS,
    st.builds(Confirm, run=RUN, step=STEP, yes=st.booleans(), **WHO),
    st.builds(DoTask, run=RUN, task=TASK, item=ITEM, skip=st.sampled_from([None, "x"]), **WHO),
    st.builds(SetFact, run=RUN, facts=GIVEN, **WHO),
    st.builds(Note, text=st.just("x"), **WHO),
    st.builds(
        Attach,
        sha256=st.just("0" * 64),
        size=st.just(1),
        name=st.just("x"),
        run=st.one_of(st.none(), RUN),
        task=st.one_of(st.none(), TASK),
        **WHO,
    ),
    st.builds(StartProtocol, protocol=st.sampled_from(["side", "nothing"]), **WHO),
    st.builds(Deviate, run=RUN, state=STATE, why=st.just("x"), **WHO),
    st.builds(Tick, **WHO),
)
WAITS = st.sampled_from(["0s", "30s", "2m", "10m"])
BUILT = [document(text) for text in (RICH, SIDE)]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(WAITS, COMMANDS), min_size=1, max_size=20))
def test_the_laws_hold_for_any_commands(commands: list[tuple[str, Command]]) -> None:
    play = Play(*BUILT, lifecycle=LIFE)
    for wait, command in commands:
        play.wait(wait)
        play.do(command.but(at=play.at))
    assert play.case is not None
    assert play.case.version == len(play.records)
    again = None
    for record in play.records:
        again = apply(play.world.definition, again, record)
    assert again == play.case


def test_a_decision_is_the_same_in_another_process_that_only_folded_the_records() -> None:
    # What is kept of a configuration must not depend on the way that led to it.
    play = Play(RICH, SIDE, lifecycle=LIFE)
    for name in ("call", "go", "back", "call"):
        play.step(name, "anna", "guard", sure=True)
    fresh = Play(RICH, SIDE, lifecycle=LIFE)
    case = None
    for record in play.records:
        case = apply(fresh.world.definition, case, record)
    command = TakeStep(actor=play.person("anna", "guard"), at=play.at, run="rich-1", step="go")
    assert decide(fresh.world, case, command) == decide(play.world, play.case, command)


@pytest.mark.parametrize(
    "record",
    [
        {"type": "step-taken", "run": "nothing-1", "moves": []},
        {"type": "step-taken", "run": "rich-1"},
        {"type": "step-taken", "run": "rich-1", "moves": [["look", "step nothing", 0]]},
        {"type": "step-taken", "run": "rich-1", "moves": [["look", "step go", 9]]},
        {"type": "step-taken", "run": "rich-1", "moves": [["a", "step go", 0]]},
        {"type": "moved", "run": "rich-1", "moves": [["look", "next", 0]]},
        {"type": "deviated", "run": "rich-1", "state": "nowhere"},
        {"type": "step-confirmed", "run": "rich-1", "step": "go"},
        {"type": "deadline-passed", "run": "rich-1"},
        {"type": "run-started", "run": "side-1"},
        {"type": "task-done", "run": "rich-1"},
    ],
)
def test_a_record_that_cannot_have_happened_is_an_error_of_its_own(record: dict[str, Any]) -> None:
    play = Play(RICH, SIDE, lifecycle=LIFE)
    with pytest.raises(IllegalRecordError) as error:
        apply(play.world.definition, play.case, {"occurred": play.at, **record})
    assert record["type"] in str(error.value)


def test_a_case_begins_with_its_opening() -> None:
    play = Play(SIDE)
    with pytest.raises(IllegalRecordError, match="begins with its opening"):
        apply(play.world.definition, None, {"type": "noted"})


def test_a_record_of_a_kind_that_only_tells_raises_the_version() -> None:
    play = Play(SIDE)
    assert play.case is not None
    after = apply(play.world.definition, play.case, {"type": "exported"})
    assert after == play.case._replace(version=play.case.version + 1)
