"""A document on its way: drafted, heard, before management, in force, reviewed, gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from agreement_play import does, plan_with, put_plan_in_force, records, revised

if TYPE_CHECKING:
    from cli_play import Desk

PERSON = "suspicious-person"
CASE = f"DOC-{PERSON}"
LONGER = (
    "answer-within: {type: duration, default: 5m}",
    "answer-within: {type: duration, default: 6m}",
)


@pytest.fixture
def drafted(desk: Desk) -> Desk:
    """Revision 2 of suspicious-person is registered by greta."""
    does(desk, "register", revised(desk, PERSON, 2, LONGER), "--as", "greta")
    return desk


def status(desk: Desk) -> str:
    return str(does(desk, "agreement", "show", PERSON, "--json").json["status"])


def test_from_registered_to_in_force(drafted: Desk) -> None:
    assert status(drafted) == "drafted"
    does(drafted, "agreement", "start", PERSON, "--as", "greta")
    assert status(drafted) == "in-consultation"
    does(drafted, "agreement", "step", PERSON, "no-objection", "--as", "julia")
    assert status(drafted) == "before-management"
    does(drafted, "agreement", "step", PERSON, "agree", "--as", "helena")
    page = does(drafted, "agreement", "show", PERSON, "--json").json
    assert page["status"] == "in-force"
    assert (page["in_force"]["revision"], page["in_force"]["by"]) == (2, ["helena"])
    assert page["in_force"]["self_agreed"] is False
    assert records(drafted, CASE, "document-agreed")[-1]["protocol"]["revision"] == 2  # type: ignore[index]
    assert drafted("audit", "verify", "--json").json["findings"] == []


def test_the_short_way_waits_for_those_it_touches(drafted: Desk) -> None:
    refused = drafted("agree", PERSON, "--as", "helena", "--json")
    assert (refused.code, refused.json["refused"]["code"]) == (5, "consult")
    assert refused.json["refused"]["needs"] == ["health-and-safety-rep"]
    assert status(drafted) == "drafted"
    assert records(drafted, CASE, "agree-refused")[-1]["actor"]["id"] == "helena"  # type: ignore[index]
    does(drafted, "agreement", "start", PERSON, "--as", "greta")
    does(drafted, "agreement", "step", PERSON, "no-objection", "--as", "julia")
    assert "unsigned" in does(drafted, "agree", PERSON, "--as", "helena").out


def test_each_command_names_the_one_that_comes_next(desk: Desk) -> None:
    path = revised(desk, PERSON, 2, LONGER)
    said = does(desk, "register", path, "--as", "greta")
    assert said.err == f"next: handrail agreement start {PERSON} --as greta\n"
    too_soon = desk("agree", PERSON, "--as", "helena")
    assert too_soon.err.endswith(f"try: handrail agreement start {PERSON} --as helena\n")
    does(desk, "agreement", "start", PERSON, "--as", "greta")
    assert (
        f"next: handrail agreement show {PERSON}"
        in does(desk, "register", path, "--as", "greta").err
    )
    still = desk("agree", PERSON, "--as", "helena")
    assert still.err.endswith(f"try: handrail agreement show {PERSON} --as helena\n")


def test_what_was_never_agreed_can_be_agreed_at_once_and_what_is_in_force_need_not(
    desk: Desk,
) -> None:
    old = desk.home / "museum" / "protocols" / f"{PERSON}.yaml"
    assert does(desk, "register", old, "--as", "greta").err == ""
    text = old.read_text("utf-8").replace(f"id: {PERSON}", "id: new-person")
    new = desk.home / "new-person.yaml"
    new.write_text(text, "utf-8")
    said = does(desk, "register", new, "--as", "greta")
    assert said.err == "next: handrail agree new-person\n"
    does(desk, "agree", "new-person", "--as", "helena")


def test_an_objection_has_a_reason_and_sends_it_back(drafted: Desk) -> None:
    does(drafted, "agreement", "start", PERSON, "--as", "greta")
    bare = drafted("agreement", "step", PERSON, "object", "--as", "julia", "--json")
    assert (bare.code, bare.json["refused"]["code"]) == (5, "facts")
    why = "objection=One guard alone cannot do both"
    does(drafted, "agreement", "step", PERSON, "object", why, "--as", "julia")
    page = does(drafted, "agreement", "show", PERSON).out
    assert "objects (julia" in page
    assert "One guard alone cannot do both" in page
    assert "One guard alone" not in drafted("audit", "log", "--case", CASE, "--json").out
    assert status(drafted) == "drafted"
    does(drafted, "agreement", "start", PERSON, "--as", "greta")
    assert "still to be heard" in does(drafted, "agreement", "show", PERSON).out


def test_each_role_is_heard_by_its_own_people(desk: Desk) -> None:
    named = (
        "review: {every: 365d}",
        "review: {every: 90d}\nconsult: [health-and-safety-rep, reception]",
    )
    does(desk, "register", revised(desk, PERSON, 2, named), "--as", "greta")
    does(desk, "agreement", "start", PERSON, "--as", "greta")
    stranger = desk("agreement", "step", PERSON, "no-objection", "--as", "anna", "--json")
    assert (stranger.code, stranger.json["refused"]["code"]) == (4, "role")
    assert len(records(desk, CASE, "task-refused")) == 1
    does(desk, "agreement", "step", PERSON, "no-objection", "--as", "julia")
    waits = does(desk, "agreement", "list", "--waiting", "--json").json["agreements"]
    assert [(row["id"], row["waits_for"]) for row in waits] == [(PERSON, ["reception"])]
    does(desk, "agreement", "step", PERSON, "no-objection", "--as", "karin")
    does(desk, "agree", PERSON, "--as", "helena")
    assert does(desk, "agreement", "show", PERSON, "--json").json["due"] is not None


def test_only_what_meets_the_conditions_enters(desk: Desk) -> None:
    text = revised(desk, PERSON, 2).read_text("utf-8")
    start = text.index("impact:")
    end = text.index("review:")
    path = desk.home / "no-impact.yaml"
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    does(desk, "register", path, "--as", "greta")
    refused = desk("agreement", "start", PERSON, "--as", "greta", "--json")
    assert (refused.code, refused.json["refused"]["code"]) == (5, "conditions")
    assert refused.json["refused"]["needs"] == ["impact"]
    assert records(desk, CASE, "step-refused")[-1]["refused"]["code"] == "conditions"  # type: ignore[index]
    does(desk, "agreement", "step", PERSON, "drop", "--as", "greta")
    page = does(desk, "agreement", "show", PERSON, "--json").json
    assert (page["status"], page["in_force"]["revision"]) == ("dropped", 1)


def test_an_owner_whose_role_nobody_fills_is_no_owner(drafted: Desk) -> None:
    put_plan_in_force(drafted, 2, ("roles: [head-of-security]}", "roles: []}"))
    refused = drafted("agree", PERSON, "--as", "helena", "--json")
    assert (refused.code, refused.json["refused"]["needs"]) == (5, ["owner"])


def test_one_revision_is_in_force_and_a_newer_one_takes_its_place(drafted: Desk) -> None:
    newer = revised(drafted, PERSON, 3, LONGER, ("default: 6m", "default: 7m"))
    does(drafted, "agreement", "start", PERSON, "--as", "greta")
    does(drafted, "register", newer, "--as", "greta")
    runs = does(drafted, "agreement", "show", PERSON, "--json").json["case"]["runs"]
    assert [(run["id"], run["status"], run["in"]) for run in runs] == [
        ("agreement-1", "active", ["under-revision"]),
        ("agreement-2", "cancelled", ["hearing"]),
        ("agreement-3", "active", ["drafted"]),
    ]
    does(drafted, "agreement", "start", PERSON, "--as", "greta")
    does(drafted, "agreement", "step", PERSON, "no-objection", "--as", "julia")
    does(drafted, "agree", PERSON, "--as", "helena")
    runs = does(drafted, "agreement", "show", PERSON, "--json").json["case"]["runs"]
    assert [run["status"] for run in runs] == ["cancelled", "cancelled", "active"]
    old = does(drafted, "show", "1", "--json").json["runs"][0]
    assert (old["revision"], old["status"]) == (1, "active")
    new = does(drafted, "open", PERSON, "--as", "anna", "--json").json["runs"][0]
    assert new["revision"] == 3


def test_keep_and_retire_are_managements(desk: Desk) -> None:
    does(desk, "agreement", "step", PERSON, "fall-due", "--as", "greta")
    assert status(desk) == "review-due"
    assert desk("agreement", "step", PERSON, "keep", "--as", "greta").code == 4
    does(desk, "agreement", "step", PERSON, "keep", "--as", "helena")
    assert len(records(desk, CASE, "document-agreed")) == 1
    does(desk, "agreement", "step", PERSON, "retire", "--as", "helena")
    assert len(records(desk, CASE, "document-retired")) == 1
    refused = desk("open", PERSON, "--as", "anna")
    assert (refused.code, "not in force" in refused.err) == (5, True)
    does(desk, "agreement", "start", PERSON, "--as", "greta")
    does(desk, "agreement", "step", PERSON, "no-objection", "--as", "julia")
    does(desk, "agree", PERSON, "--as", "helena")
    does(desk, "open", PERSON, "--as", "anna")


def test_agreeing_to_all_brings_back_nothing_that_was_retired(desk: Desk) -> None:
    does(desk, "agreement", "step", "lesson", "retire", "--as", "helena")
    assert does(desk, "agree", "--all", "--as", "helena", "--json").json["agreed"] == []


def test_the_site_plan_is_replaced_but_never_retired(desk: Desk) -> None:
    put_plan_in_force(desk, 2, ("  anna: {name: Anna Berg", "  anna: {name: Anna van den Berg"))
    refused = desk("agreement", "step", "north-museum", "retire", "--as", "helena", "--json")
    assert (refused.code, refused.json["refused"]["code"]) == (5, "agreement")
    assert len(records(desk, "DOC-north-museum", "step-refused")) == 1
    founding, second = records(desk, "DOC-north-museum", "document-agreed")
    assert founding["founding"] is True
    assert second["approvals"][0]["person"] == "helena"  # type: ignore[index]


def test_nobody_gives_what_is_known_from_the_document(drafted: Desk) -> None:
    given = drafted("agreement", "step", PERSON, "submit", "first-revision=yes", "--as", "greta")
    assert (given.code, "first-revision" in given.err) == (2, True)


def test_what_is_named_wrong_is_said(desk: Desk) -> None:
    for words in (["agreement", "show", "suspicius-person"], ["agreement", "start", "nothing"]):
        said = desk(*words, "--as", "greta")
        assert said.code == 10, said
    said = desk("agreement", "step", PERSON, "agre", "--as", "helena")
    assert (said.code, "agree" in said.err) == (10, True)
    begun = desk("agreement", "start", PERSON, "--as", "greta")
    assert (begun.code, "in-force" in begun.err) == (2, True)


def test_the_page_says_what_changed_and_whom_it_leaves_behind(desk: Desk) -> None:
    gone = ("tell-control-room:", "tell-the-control-room:")
    path = revised(
        desk,
        PERSON,
        2,
        LONGER,
        gone,
        ("start: observe", "answers: [INC-2025-0007]\n\nstart: observe"),
    )
    does(desk, "register", path, "--as", "greta")
    page = does(desk, "agreement", "show", PERSON, "--lang", "nl")
    assert "instelling answer-within\n    ~ standaard: 5m → 6m\n" in page.out
    assert "INC-2025-0007" in page.out
    shown = does(desk, "agreement", "show", PERSON, "--json").json
    (longer, *_) = shown["changes"]
    assert longer["where"] == ["setting", "answer-within"]
    assert (longer["before"], longer["after"]) == ("5m", "6m")
    (running,) = shown["running"]
    assert (running["incident"][:4], running["migrated"]) == ("INC-", True)
    assert any("Guard" in one["title"] for one in shown["who"])


def test_the_page_leaves_no_change_out(desk: Desk) -> None:
    """Who agrees must see all of them, in words, under the titles that people know."""
    tasks = "".join(f"      more-{n}: {{do: Do more {n}.}}\n" for n in range(15))
    path = revised(
        desk, PERSON, 2, ("      colleague-in-sight:", f"{tasks}      colleague-in-sight:")
    )
    does(desk, "register", path, "--as", "greta")
    page = does(desk, "agreement", "show", PERSON, "--as", "helena").out
    changes = page.partition("What changes\n")[2].partition("\n\n")[0].splitlines()
    assert changes[0] == "  state contact  Make contact"
    assert changes[1:] == [f"    + task more-{n}: Do more {n}." for n in range(15)]
    does(desk, "agreement", "show", PERSON, "--html", "page.html", "--as", "helena")
    html = (desk.home / "page.html").read_text("utf-8")
    assert '<span class="state">contact</span>' in html
    assert '<p class="deep"><span class="good">+ </span><span class="strong">task more-14' in html


def test_the_page_of_a_site_plan_says_what_changed(desk: Desk) -> None:
    path = plan_with(desk, 2, ("anna: {name: Anna Berg", "anna: {name: Anna Borg"))
    does(desk, "register", path, "--as", "greta")
    page = does(desk, "agreement", "show", "north-museum", "--as", "helena").out
    assert "  ~ entry people.anna.name: Anna Berg → Anna Borg\n" in page
