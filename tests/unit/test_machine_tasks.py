"""Tasks: a checklist in a state; evidence; one item for each of a list."""

from __future__ import annotations

import pytest
from machine_play import Play

LIST = """
facts: {rooms: {type: text, many: true, personal: false}}
start: a
states:
  a:
    by: [guard]
    tasks:
      plain: {do: Plain}
      extra: {do: Extra, optional: true, by: [reception]}
      strict: {do: Strict, skip-by: [shift-lead]}
      both: {do: Both, optional: true, skip-by: [shift-lead]}
      photo: {do: Photo, evidence: true}
    steps:
      on: {needs: [tasks], to: b}
      some: {needs: [tasks.plain, tasks.extra], to: b}
      proof: {needs: [evidence], to: b}
      told: {needs: [rooms], to: b}
  b: {by: [guard], steps: {back: {to: a}}}
"""


def refused(play: Play) -> list[str]:
    return play.codes()


def test_a_task_is_done_by_its_roles() -> None:
    play = Play(LIST)
    play.task("plain", "anna", "reception")
    assert refused(play) == ["role"]
    assert play.needs() == ["guard"]
    play.task("plain", "anna", "guard")
    assert play.types() == ["task-done"]
    play.task("plain", "bert", "guard")
    assert refused(play) == ["done"]


def test_a_task_of_a_state_that_is_not_active_is_not_to_be_done() -> None:
    play = Play("start: a\nstates: {a: {}, b: {tasks: {late: {do: Late}}}}")
    play.task("late")
    assert refused(play) == ["not-now"]


@pytest.mark.parametrize(
    ("task", "role", "code"),
    [
        ("plain", "guard", ["skip"]),
        ("extra", "reception", []),
        ("extra", "guard", ["role"]),
        ("strict", "guard", ["role"]),
        ("strict", "shift-lead", []),
        ("both", "guard", []),
        ("both", "shift-lead", []),
        ("both", "reception", ["role"]),
    ],
)
def test_who_may_skip_what(task: str, role: str, code: list[str]) -> None:
    play = Play(LIST)
    decision = play.task(task, "anna", role, skip={"sd": "why"})
    assert refused(play) == code
    if not code:
        assert decision.drafts[0]["type"] == "task-skipped"
        assert decision.drafts[0]["why"] == {"sd": "why"}
        assert play.run().tasks == {task: "skipped"}


def test_needs_tasks_wants_every_task_that_is_not_optional() -> None:
    play = Play(LIST)
    play.step("on", "anna", "guard")
    assert play.needs() == ["plain", "strict", "photo"]
    play.task("plain", "anna", "guard")
    play.task("strict", "lea", "shift-lead", skip={"sd": "why"})
    play.attach("photo")
    play.task("photo", "anna", "guard")
    play.step("on", "anna", "guard")
    assert play.where() == ["b"]


def test_needs_may_name_a_task_also_an_optional_one() -> None:
    play = Play(LIST)
    play.step("some", "anna", "guard")
    assert play.needs() == ["plain", "extra"]
    play.task("plain", "anna", "guard")
    play.step("some", "anna", "guard")
    assert play.needs() == ["extra"]
    play.task("extra", "rita", "reception")
    play.step("some", "anna", "guard")
    assert play.where() == ["b"]


def test_every_reason_is_given_at_once() -> None:
    play = Play(LIST)
    play.step("on", "rita", "reception")
    assert play.codes() == ["role", "tasks"]


def test_a_task_with_evidence_wants_its_own_attachment() -> None:
    play = Play(LIST)
    play.task("photo", "anna", "guard")
    assert refused(play) == ["evidence"]
    play.attach()
    play.task("photo", "anna", "guard")
    assert refused(play) == ["evidence"]
    play.attach("photo")
    play.task("photo", "anna", "guard")
    assert refused(play) == []


def test_a_step_that_needs_evidence_wants_it_in_this_visit_of_the_state() -> None:
    play = Play(LIST)
    play.step("proof", "anna", "guard")
    assert play.needs() == ["evidence"]
    play.attach()
    play.step("proof", "anna", "guard")
    play.step("back", "anna", "guard")
    play.step("proof", "anna", "guard")
    assert refused(play) == ["evidence"]


def test_evidence_for_a_task_that_is_not_there_is_refused() -> None:
    play = Play(LIST)
    play.attach("nothing")
    assert refused(play) == ["not-now"]


def test_a_step_that_needs_a_fact_wants_it_known() -> None:
    play = Play(LIST)
    play.step("told", "anna", "guard")
    assert play.codes() == ["facts"]
    play.fact("anna", "guard", rooms=[])
    play.step("told", "anna", "guard")
    assert play.where() == ["b"]


def test_a_state_that_is_entered_again_begins_with_an_open_checklist() -> None:
    play = Play(LIST)
    play.task("plain", "anna", "guard")
    play.step("told", "anna", "guard", rooms=["hall"])
    assert play.run().tasks == {"plain": "done"}
    play.step("back", "anna", "guard")
    assert play.run().tasks == {}


# -- each --------------------------------------------------------------------------------

EACH = """
facts: {rooms: {type: text, many: true, personal: false}}
start: a
states:
  a:
    tasks: {search: {do: Search, each: NAME}}
    steps: {on: {needs: [tasks], to: b}}
  b: {steps: {back: {to: a}}}
"""


def each(name: str, **site: object) -> Play:
    return Play(EACH.replace("NAME", name), site=site)


def test_each_item_of_a_register_is_done_by_itself() -> None:
    play = each("zones", zones={"north": "North", "south": "South"})
    play.task("search")
    assert refused(play) == ["item"]
    assert play.needs() == ["north", "south"]
    play.task("search", item="west")
    assert refused(play) == ["not-now"]
    play.task("search", item="north")
    play.step("on")
    assert play.needs() == ["search"]
    play.task("search", item="north")
    assert refused(play) == ["done"]
    play.task("search", item="south")
    play.step("on")
    assert play.where() == ["b"]
    play.step("back")
    assert play.run().tasks == {}


def test_the_only_item_need_not_be_named() -> None:
    play = each("zones", zones={"north": "North"})
    play.task("search")
    assert play.run().tasks == {"search/north": "done"}


def test_a_list_fact_that_is_not_known_leaves_the_task_open() -> None:
    play = each("rooms")
    play.step("on")
    assert play.needs() == ["search"]
    play.task("search")
    assert play.codes() == ["facts"]
    assert play.needs() == ["rooms"]


def test_a_list_fact_that_is_empty_has_nothing_to_do() -> None:
    play = each("rooms")
    play.fact(rooms=[])
    play.task("search")
    assert refused(play) == ["not-now"]
    play.step("on")
    assert play.where() == ["b"]


def test_items_that_come_later_open_the_task_again() -> None:
    play = each("rooms")
    play.fact(rooms=["hall"])
    play.task("search", item="hall")
    play.fact(rooms=["hall", "a/b"])
    play.step("on")
    assert refused(play) == ["tasks"]
    play.task("search", item="a/b")
    play.step("on")
    assert play.where() == ["b"]


def test_a_task_without_items_takes_none() -> None:
    play = Play("start: a\nstates: {a: {tasks: {one: {do: One}}}}")
    play.task("one", item="x")
    assert refused(play) == ["not-now"]


def test_all_items_skipped_is_skipped_else_done() -> None:
    document = EACH.replace("NAME", "rooms").replace("Search,", "Search, optional: true,")
    guarded = "to: [{state: b, when: {tasks.search: skipped}}]"
    document = document.replace("needs: [tasks], to: b", guarded)
    play = Play(document)
    play.fact(rooms=["x", "y"])
    play.task("search", item="x", skip={"sd": "why"})
    play.step("on")
    assert refused(play) == ["guard"]
    play.task("search", item="y", skip={"sd": "why"})
    play.step("on")
    assert play.where() == ["b"]
