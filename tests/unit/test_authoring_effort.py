"""What a protocol costs: the shortest way is one, none is shorter, and a budget is kept."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from documents_around import around
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.engine.documents.authoring.cast import CannotBeginError, begin, ends_of
from handrail.engine.documents.authoring.crew import crew_for, ideal_crew
from handrail.engine.documents.authoring.effort import cost_of
from handrail.engine.documents.authoring.shortest import Shortest, Way, shortest
from handrail.engine.documents.authoring.simulate import simulate
from handrail.engine.documents.authoring.tell import costs, simulation, ways
from handrail.engine.documents.authoring.wander import wander
from handrail.engine.documents.authoring.way import Effort, effort_of, over
from handrail.engine.documents.check import Checked, check_all, check_bytes
from handrail.engine.documents.library import shipped
from handrail.engine.documents.rehearsal import BEGINNING
from handrail.engine.documents.scenario import play
from handrail.engine.documents.source import read_source
from handrail.engine.machine.build import build
from handrail.engine.machine.site import build_site

if TYPE_CHECKING:
    from handrail.engine.machine.definition import Definition

HEAD = "handrail: 1\nkind: protocol\nid: tried\nrevision: 1\ntitle: Tried\n"


def checked(text: str) -> Checked:
    site, others = around()
    return check_bytes((HEAD + text).encode(), "tried.yaml", site=site, others=others)


def found(text: str, **more: Any) -> Shortest:
    one = checked(text)
    assert one.definition is not None, one.findings
    site, others = around()
    return shortest(one.definition, build_site(site), others, **more)


def told(way: Way) -> list[str]:
    return [f"{did.kind} {did.name}" for did in way.did]


BRANCHED = """\
facts:
  linked: {type: yes-no}
  number: {type: number, min: 0, max: 9}
  what: {type: text}
start: first
states:
  first:
    tasks:
      zones: {do: Look there., each: zones}
      rest: {do: Rest., optional: true}
    steps:
      go: {ask: [what, linked], to: [{state: second, when: {linked: true}}, {state: other}]}
      write: {ask: [what]}
  second:
    tasks: {look: {do: Look.}}
    steps:
      on: {needs: [tasks.look], to: [{state: low, when: {number: {below: 3}}}, {state: high}]}
      back: {to: first}
  other: {steps: {both: {second: guard, needs: [evidence], to: low}}}
  low: {final: low}
  high: {final: high}
"""


def test_the_shortest_way_is_to_each_outcome() -> None:
    result = found(BRANCHED)
    assert result.exact
    assert not result.missing
    assert list(result.ways) == ["low", "high"]
    assert told(result.ways["low"]) == ["step go", "attach ", "step both", "confirm both"]
    assert result.ways["low"].effort == Effort(questions=2, tasks=0, steps=3)
    assert told(result.ways["high"]) == ["step go", "task look", "step on"]
    assert result.ways["high"].effort == Effort(questions=3, tasks=1, steps=2)


def test_tasks_that_a_step_needs_are_done_and_each_counts() -> None:
    text = BRANCHED.replace("ask: [what, linked]", "ask: [what, linked], needs: [tasks]")
    way = found(text).ways["high"]
    assert told(way)[:2] == ["task zones/hall", "task zones/dock"]
    assert way.effort == Effort(questions=3, tasks=3, steps=2)


def test_time_passes_where_nothing_else_leads_on() -> None:
    text = """\
start: first
states:
  first: {within: 5m, overdue: {step: late}, steps: {late: {by: [nobody-here], to: last}}}
  last: {final: done}
"""
    definition = build(read_source((HEAD + text).encode(), "x").data, "x")
    site = build_site(around()[0])
    way = shortest(definition, site).ways["done"]
    assert told(way) == ["step late"]  # everybody is there in an ideal crew
    crew = crew_for(definition, site, BEGINNING)
    walk = begin(definition, site, crew, ends_of(definition, None))
    assert wander(walk, {}, Random(1)).ending == "ended"  # noqa: S311 - no secret
    assert [did.late for did in walk.way] == [("first",)]


def test_a_step_that_may_be_taken_only_later_is_waited_for() -> None:
    text = """\
start: first
states:
  first: {within: 5m, steps: {on: {after: 10m, to: last}}}
  last: {final: done}
"""
    way = found(text).ways["done"]
    assert told(way) == ["wait ", "step on"]
    assert way.late == 1


def test_what_automatic_moves_wait_for_is_done() -> None:
    text = """\
start: first
states:
  first:
    tasks: {a: {do: A.}, b: {do: B., optional: true}}
    next:
      - {state: skipped, when: {tasks.b: skipped}}
      - {state: done, when: {tasks: done}}
    steps: {stay: {then: [{notify: {to: [guard], text: Stay.}}]}}
  skipped: {final: skipped}
  done: {final: done}
"""
    result = found(text)
    assert told(result.ways["skipped"]) == ["task b"]
    assert told(result.ways["done"]) == ["task a"]


def test_a_loop_is_left_when_a_question_is_answered_otherwise() -> None:
    text = """\
facts: {seen: {type: yes-no}, again: {type: yes-no}}
start: first
states:
  first: {steps: {look: {ask: [seen], to: [{state: second, when: {seen: false}}, {state: gone}]}}}
  second: {steps: {look: {ask: [seen], to: [{state: end, when: {seen: true}}, {state: second}]}}}
  gone: {final: at-once}
  end: {final: later}
"""
    result = found(text)
    assert told(result.ways["later"]) == ["step look", "step look"]
    assert result.ways["later"].effort == Effort(questions=2, tasks=0, steps=2)


def test_a_search_that_is_cut_off_says_so() -> None:
    result = found(BRANCHED, most=2)
    assert result.missing
    assert not result.exact


def test_a_protocol_that_cannot_start_says_why() -> None:
    text = HEAD + "settings: {t: {type: duration}}\nstart: a\nstates: {a: {final: done}}\n"
    definition = build(read_source(text.encode(), "x").data, "x")
    with pytest.raises(CannotBeginError, match="sets a value for t"):
        shortest(definition, build_site(around()[0]))


GUARDS: list[dict[str, Any]] = [{"f": True}, {"n": {"above": 3}}, {"f": False, "n": {"below": 2}}]
NAMES = ["s0", "s1", "s2", "won", "lost"]


@st.composite
def machines(draw: st.DrawFn) -> dict[str, Any]:
    """A flat machine of everything that costs something."""
    states: dict[str, Any] = {name: draw(_states()) for name in NAMES[:3]}
    states |= {"won": {"final": "won"}, "lost": {"final": "lost"}}
    facts = {"f": {"type": "yes-no"}, "n": {"type": "number", "min": 0}, "w": {"type": "text"}}
    return {"kind": "protocol", "id": "random", "facts": facts, "start": "s0", "states": states}


@st.composite
def _states(draw: st.DrawFn) -> dict[str, Any]:
    steps = {name: draw(_steps()) for name in draw(st.sampled_from(["ab", "abc", "a"]))}
    state: dict[str, Any] = {"steps": steps}
    if draw(st.booleans()):
        state["tasks"] = {
            f"t{draw(st.integers(0, 9**9))}": {"do": "Do.", "optional": draw(st.booleans())}
        }
    if draw(st.booleans()):
        state |= {"within": "5m", "overdue": {"step": draw(st.sampled_from(list(steps)))}}
    return state


@st.composite
def _steps(draw: st.DrawFn) -> dict[str, Any]:
    goal = st.sampled_from(NAMES)
    step: dict[str, Any] = {"ask": draw(st.lists(st.sampled_from("fnw"), unique=True, max_size=2))}
    if draw(st.booleans()):
        step["to"] = draw(goal)
    else:
        guarded = [{"state": draw(goal), "when": draw(st.sampled_from(GUARDS))}]
        step["to"] = [*guarded, {"state": draw(goal)}]
    if draw(st.integers(0, 3)) == 0:
        step["needs"] = [draw(st.sampled_from(["tasks", "evidence", "w"]))]
    if draw(st.integers(0, 3)) == 0:
        step["second"] = "guard"
    return step


@given(machines(), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_no_random_walk_is_shorter_than_the_shortest_way(data: dict[str, Any], seed: int) -> None:
    definition = build(data, "random")
    best = shortest(definition, SITE)
    chance = Random(seed)  # noqa: S311 - nothing is secret here
    for _ in range(5):
        walk = wander(begin(definition, SITE, ideal_crew(definition), {}), {}, chance, 60).walk
        if walk.over:
            way = best.ways.get(str(walk.run.outcome))
            assert way is not None or not best.exact
            if way is not None:
                late = sum(len(did.late) for did in walk.way)
                assert (way.late, way.effort.total) <= (late, effort_of(walk.way).total)


SITE = build_site({"id": "s", "title": "S"})


@cache
def library() -> tuple[dict[str, Definition], dict[str, Any], Any]:
    done = check_all([(one.path, one.data) for one in shipped("north-museum")])
    machines = {one.definition.id: one.definition for one in done if one.definition}
    site = next(one.data for one in done if one.data and one.data["kind"] == "site")
    return machines, {key: one.data for key, one in machines.items()}, build_site(site)


@pytest.mark.parametrize(
    "name", [o.path[10:-5] for o in shipped("museum") if "protocols" in o.path]
)
def test_the_shortest_way_through_a_shipped_machine_plays_as_a_scenario(name: str) -> None:
    known, others, site = library()
    definition = known[name]
    result = shortest(definition, site, others)
    assert result.exact
    assert not result.missing
    for way in result.ways.values():
        text = scenario(definition, way)
        source = read_source(text.encode(), f"{name}.yaml")
        played = play(source, source.data, definition, site)
        assert played.ok, (text, played.findings)


def scenario(definition: Definition, way: Way) -> str:
    """Write a way as the scenario that it is."""
    people = ideal_crew(definition).people
    cast = "".join(f"  {who}: [{', '.join(roles)}]\n" for who, roles in people.items())
    moves = "".join(f"  - {{{_move(did)}, in: [{', '.join(did.leaves)}]}}\n" for did in way.did)
    first = ""
    if definition.kind == "agreement":
        first = "  - {fact: {consulted: [guard], first-revision: true}, by: owner}\n"
    return (
        f"{HEAD}protocol: {definition.id}\ncast:\n{cast}play:\n{first}{moves}ends: {way.outcome}\n"
    )


def _move(did: Any) -> str:
    name, _, rest = did.name.partition("/")
    if did.kind == "outcome":
        protocol, outcome = did.name.split(": ")
        return f"outcome: {{{protocol}: {outcome}}}"
    facts = ", ".join(f"{key}: {_value(value)}" for key, value in did.facts.items())
    if did.kind == "fact":
        return f"fact: {{{facts}}}, by: {did.by}"
    more = f", with: {{{facts}}}" if facts else f", item: {rest}" if rest else ""
    pending = ", pending: true" if did.kind == "step" and _waits(did) else ""
    return f"{did.kind}: {name}, by: {did.by}{more}{pending}"


def _waits(did: Any) -> bool:
    return did.name in {"stand-down", "search-first", "all-clear", "declared-safe", "keep-open"}


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "words"
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return {True: "true", False: "false"}.get(value, f'"{value}"') if value is not None else "null"


# -- simulation ---------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_walks() -> None:
    known, others, site = library()
    definition = known["suspicious-person"]
    crew = crew_for(definition, site, BEGINNING)
    once, twice = (
        simulation(definition, simulate(definition, site, crew, others, runs=20, seed=7), 7)
        for _ in range(2)
    )
    other = simulation(definition, simulate(definition, site, crew, others, runs=20, seed=8), 8)
    assert once == twice
    assert {**once, "seed": 0} != {**other, "seed": 0}
    assert sum(one["runs"] for one in once["outcomes"]) == 20
    assert abs(sum(one["share"] for one in once["roles"]) - 1) < 0.01


def test_a_walk_that_cannot_go_on_is_told_with_what_stands_in_its_way() -> None:
    text = "start: a\nstates: {a: {steps: {on: {by: [porter], to: b}}}, b: {final: done}}\n"
    definition = build(read_source((HEAD + text).encode(), "x").data, "x")
    site = build_site(around()[0])
    crew = crew_for(definition, site, BEGINNING)
    result = simulate(definition, site, crew, runs=3, seed=1)
    assert result.stuck == {(("a",), ("on",)): 3}
    assert not result.outcomes


def test_a_walk_without_end_is_cut_off() -> None:
    text = (
        "start: a\nstates: {a: {steps: {on: {to: b}}}, b: {steps: {on: {to: a}}}, c: {final: d}}\n"
    )
    definition = build(read_source((HEAD + text).encode(), "x").data, "x")
    site = build_site({"id": "s", "title": "S"})
    assert simulate(definition, site, ideal_crew(definition), runs=2, seed=1).endless == 2


# -- cost and budget -------------------------------------------------------------------------


def test_the_usual_way_is_the_one_gone_most_often() -> None:
    text = """\
facts: {linked: {type: yes-no}}
start: first
states:
  first:
    tasks: {look: {do: Look., optional: true}}
    steps: {go: {to: last}, also: {ask: [linked], to: last}}
  last: {final: done}
"""
    one = checked(text)
    assert one.definition is not None
    (cost,), result = cost_of(one.definition, build_site(around()[0]))
    assert cost.usual is not None
    assert cost.usual.way in {("go",), ("also",)}
    assert cost.usual.effort.tasks == 1
    assert cost.usual.of == 200
    row = costs(one.definition, [cost], result)
    assert row["outcomes"][0]["shortest"]["way"] == ["go"]
    assert row["within"]
    assert ways(one.definition, result)["ways"][0]["way"][0]["name"] == "go"


def test_a_budget_is_held_to_on_the_shortest_way() -> None:
    budget = "budget: {questions: 2, tasks: 0, steps: 2}\n"
    findings = checked(budget + BRANCHED).findings
    assert [(one.code, str(one.message), one.column) for one in findings] == [
        ("HR360", "the shortest way to “high” asks 3 questions; the budget allows 2", 21),
        ("HR360", "the shortest way to “high” has 1 tasks; the budget allows 0", 31),
        ("HR360", "the shortest way to “low” takes 3 steps; the budget allows 2", 41),
    ]
    assert checked("budget: {questions: 3, steps: 3}\n" + BRANCHED).ok
    assert over(Effort(1, 2, 3), {"questions": 1, "tasks": 1}) == ["tasks"]
