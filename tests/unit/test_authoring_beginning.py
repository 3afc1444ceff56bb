"""New protocols check, whatever the site; their scenarios pass; what is written is read back."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.documents.authoring.beginning import KINDS, Plan, protocol_text
from handrail.engine.documents.authoring.crew import ideal_crew
from handrail.engine.documents.authoring.layout import formatted
from handrail.engine.documents.authoring.rehearsed import scenario_text
from handrail.engine.documents.authoring.shortest import shortest
from handrail.engine.documents.authoring.yamlish import Short, written
from handrail.engine.documents.check import check_all, check_bytes
from handrail.engine.documents.library import shipped
from handrail.engine.documents.scenario import play
from handrail.engine.documents.source import read_source
from handrail.engine.machine.site import build_site


@cache
def library() -> tuple[dict[str, Any], dict[str, Any]]:
    done = check_all([(one.path, one.data) for one in shipped("north-museum")], only=set())
    others = {one.data["id"]: one.data for one in done if one.data and "id" in one.data}
    site = next(one.data for one in done if one.data and one.data["kind"] == "site")
    return site, others


def plan(kind: str, **more: Any) -> Plan:
    return Plan(id="a-new-one", title="A new one: “it”", kind=kind, owner="head-of-security",
                by=("guard", "shift-lead"), decide=("director",), assets=("visitors",),
                carries_out="security-policy")._replace(**more)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("two", [False, True])
def test_a_new_protocol_checks_and_its_scenarios_pass(kind: str, lang: str, *, two: bool) -> None:
    data, others = library()
    data = {**data, "two-person": two}
    second = "duty-manager" if two else None
    text = protocol_text(plan(kind, lang=lang, second=second), "schema.json")
    checked = check_bytes(text.encode(), "new.yaml", site=data, others=others)
    assert checked.findings == (), checked.findings
    assert checked.source is not None
    assert formatted(checked.source) == text
    definition = checked.definition
    assert definition is not None
    site = build_site(data)
    found = shortest(definition, site, others)
    assert found.exact
    assert not found.missing
    for way in found.ways.values():
        people = ideal_crew(definition).people
        scenario = scenario_text(
            definition, way, people, title="T", schema="schema.json", lang=lang
        )
        known = {**others, definition.id: checked.data or {}}
        one = check_bytes(scenario.encode(), "play.yaml", site=data, others=known)
        assert one.findings == (), (one.findings, scenario)
        assert one.source is not None
        assert formatted(one.source) == scenario
        assert play(one.source, one.data or {}, definition, site).ok, scenario


def test_a_way_with_everything_in_it_is_written_as_it_was() -> None:
    text = """\
handrail: 1
kind: protocol
id: tried
revision: 1
title: Tried
facts: {when: {type: time}, signs: {type: text, many: true}, n: {type: number, digits: 1}}
start: first
states:
  first:
    by: [guard]
    tasks: {photo: {do: Photo., evidence: true}, each: {do: Each., each: signs}}
    steps: {go: {ask: [when, n], needs: [tasks, signs, evidence], after: 10m, to: second}}
  second: {steps: {both: {second: {role: guard, count: 2}, to: last}}}
  last: {final: done}
"""
    source = read_source(text.encode(), "tried.yaml")
    data, others = library()
    checked = check_bytes(text.encode(), "tried.yaml", site=data, others=others)
    assert checked.definition is not None, checked.findings
    site = build_site(data)
    (way,) = shortest(checked.definition, site).ways.values()
    people = ideal_crew(checked.definition).people
    scenario = scenario_text(checked.definition, way, people, title="T", schema="s.json")
    assert "{attach: an example, by: guard, task: photo" in scenario
    assert "pending: true" in scenario
    assert "{wait: 10m" in scenario
    played = read_source(scenario.encode(), "play.yaml")
    assert play(played, played.data, checked.definition, site).ok, scenario
    assert source.data["id"] == "tried"


TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1)
LEAVES = st.one_of(TEXTS, st.booleans(), st.integers(0, 2**40))
FLOWS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(st.sampled_from("abc"), inner).map(Short)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.one_of(FLOWS, st.dictionaries(st.sampled_from("xyz"), FLOWS, min_size=1)),
        min_size=1,
    )
)
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    text = written(data)
    assert read_source(text.encode(), "x.yaml").data == data, text
