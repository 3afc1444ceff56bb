"""What every agreement rests on: conditions, standings, settings, allowed signers."""

from __future__ import annotations

from typing import Any

import pytest

from handrail.engine.machine.agreement import (
    conditions,
    consulted,
    for_document,
    namespace,
    settings_of,
    signers,
    standing,
    statement,
    supplied,
    told,
)
from handrail.engine.machine.build import build
from handrail.engine.machine.site import Site, build_site

AT = "2026-11-21T10:00:00.000000Z"


def site(**members: Any) -> Site:
    data: dict[str, Any] = {
        "id": "here",
        "title": "Here",
        "roles": {
            "guard": {"title": "Guard"},
            "head": {"title": "Head"},
            "director": {"title": "Director", "management": True},
            "health-and-safety-rep": {"title": "Safety"},
        },
        "people": {
            "anna": {"name": "A", "roles": ["guard"]},
            "greta": {"name": "G", "roles": [{"role": "head", "to": "2026-11-21"}]},
            "helena": {"name": "H", "roles": ["director"], "key": "ssh-ed25519 AAAA h@x"},
        },
        "assets": {"works": {"title": "Works"}},
        "adversaries": {"thieves": {"title": "Thieves"}},
        "methods": {"watching": {"title": "Watching"}},
    }
    return build_site(data | members)


def protocol(**members: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "kind": "protocol",
        "id": "p",
        "owner": "head",
        "addresses": {"assets": ["works"], "adversaries": ["thieves"], "methods": ["watching"]},
        "impact": {"level": "low", "text": "Little."},
    }
    return {key: value for key, value in (data | members).items() if value is not None}


def test_a_protocol_that_meets_all_conditions() -> None:
    assert conditions(protocol(), site(), AT).met == {
        "owner": "head",
        "assets": ["works"],
        "adversaries": ["thieves"],
        "methods": ["watching"],
        "impact": "low",
    }


@pytest.mark.parametrize(
    ("members", "lacks"),
    [
        ({"owner": None}, "owner"),
        ({"owner": "health-and-safety-rep"}, "owner"),  # nobody has that role
        ({"impact": None}, "impact"),
        ({"impact": {"level": "low", "text": ""}}, "impact"),
        ({"addresses": {"assets": ["works"], "methods": ["watching"]}}, "addresses.adversaries"),
        (
            {
                "addresses": {
                    "assets": ["other"],
                    "adversaries": ["thieves"],
                    "methods": ["watching"],
                }
            },
            "addresses.assets",
        ),
    ],
)
def test_each_condition_that_can_lack(members: dict[str, Any], lacks: str) -> None:
    assert conditions(protocol(**members), site(), AT).unmet == (lacks,)


def test_an_owner_counts_to_the_end_of_their_last_day() -> None:
    assert conditions(protocol(), site(), "2026-11-21T23:59:59.999999Z").unmet == ()
    assert conditions(protocol(), site(), "2026-11-22T00:00:00.000000Z").unmet == ("owner",)


def test_a_lifecycle_answers_no_questions_and_a_site_plan_none_at_all() -> None:
    lifecycle = protocol(kind="lifecycle", addresses=None)
    assert conditions(lifecycle, site(), AT).unmet == ()
    assert conditions({"kind": "site", "id": "here"}, site(), AT) == ({}, ())


def test_who_is_consulted() -> None:
    assert consulted(protocol(), site(), AT) == ["health-and-safety-rep"]
    assert consulted(protocol(consult=["guard", "head"]), site(), AT) == ["guard", "head"]
    assert consulted(protocol(consult=[]), site(), AT) == []
    assert consulted({"kind": "site", "id": "here"}, site(), AT) == []
    without = site(roles={"guard": {"title": "Guard"}})
    assert consulted(protocol(), without, AT) == []


def test_at_a_site_of_one_person_nobody_is_waited_for_who_is_not_there() -> None:
    alone = site(**{"one-person": True})
    assert consulted(protocol(), alone, AT) == []
    assert consulted(protocol(consult=["guard"]), alone, AT) == ["guard"]


def test_how_people_stand_to_a_document() -> None:
    heard = ["guard"]
    stands = [
        standing(roles, protocol(), site(), heard, author=False)
        for roles in (("guard",), ("head",), ("director",), ())
    ]
    assert stands == [
        ("guard", "consulted"),
        ("head", "owner"),
        ("director", "management"),
        (),
    ]


def test_a_role_of_the_name_of_a_standing_grants_nothing() -> None:
    assert standing(("management", "owner"), protocol(), site(), [], author=True) == ()


def test_a_document_without_an_owner_is_its_authors() -> None:
    plan = {"kind": "site", "id": "here"}
    assert standing((), plan, site(), [], author=True) == ("owner",)


def test_messages_go_to_the_roles_that_standings_mean() -> None:
    to = told(["consulted", "owner", "management", "guard"], protocol(), site(), ["guard"])
    assert to == ["guard", "head", "director"]


def test_only_declared_facts_are_supplied() -> None:
    data = {
        "kind": "agreement",
        "id": "agreement",
        "facts": {"first-revision": {"type": "yes-no"}},
        "start": "a",
        "states": {"a": {}},
    }
    found = supplied(build(data, ""), protocol(), ["guard"], first=True)
    assert found == {"first-revision": True}


def test_settings_are_the_sites_over_the_defaults_and_canonical() -> None:
    data = {
        "kind": "protocol",
        "id": "p",
        "settings": {
            "fast": {"type": "duration", "default": "60m"},
            "slow": {"type": "duration", "default": "2h"},
        },
        "start": "a",
        "states": {"a": {}},
    }
    chosen = site(settings={"p": {"slow": "90m"}})
    assert settings_of(build(data, ""), chosen) == {"fast": "1h", "slow": "1h30m"}
    assert settings_of(None, chosen) == {}


def test_the_review_of_a_document_sets_the_agreements_clock() -> None:
    wanted = for_document(site(), "agreement", protocol(review={"every": "90d"}))
    assert wanted.settings["agreement"]["review-after"] == "90d"
    here = site()
    assert for_document(here, "agreement", protocol()) is here


def test_allowed_signers_say_from_when_to_when() -> None:
    held = [{"role": "director", "from": "2026-01-01", "to": "2026-12-31"}, "guard"]
    people = {"helena": {"name": "H", "roles": held, "key": "ssh-ed25519 AAAA helena@home"}}
    here = site(people=people)
    name = namespace(here)
    assert signers(here, here.people["helena"], name, here.management) == (
        'helena namespaces="handrail-agreement@here",valid-after="20260101",'
        'valid-before="20270101" ssh-ed25519 AAAA\n'
    )
    assert signers(here, here.people["helena"], name).count("\n") == 2
    assert signers(site(), site().people["anna"], name) == ""


def test_a_statement_names_everything_that_is_agreed_to() -> None:
    pin = {"id": "p", "revision": 2, "sha256": "ab"}
    found = statement(
        log="l", site=site(), kind="protocol", document=pin, settings={"a": "1m"},
        met={"owner": "head"}, person="helena", time=AT,
    )  # fmt: skip
    assert found["site"] == "here"
    assert (found["document"], found["settings"]) == (pin, {"a": "1m"})
    assert set(found) == {
        "handrail", "v", "log", "site", "kind", "document", "settings", "conditions",
        "person", "time",
    }  # fmt: skip
