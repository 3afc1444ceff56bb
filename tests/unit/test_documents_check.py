"""The check as a whole: its stages, what it knows around a document, the canonical form."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

import pytest

from handrail.engine.documents.check import canonical, check_all, check_bytes, plain
from handrail.engine.documents.render import concise

PROTOCOL = """\
handrail: 1
kind: protocol
id: tried
revision: 1
title: Träd
facts: {depth: {type: number, digits: 2, min: 0.50}}
start: first
states:
  first: {by: [guard], steps: {go: {to: other}}}
  other: {run: helper, done: last}
  last: {final: done}
"""
HELPER = """\
handrail: 1
kind: protocol
id: helper
revision: 1
title: Helper
start: end
states: {end: {final: helped}}
"""
SITE = """\
handrail: 1
kind: site
id: here
title: Here
roles: {guard: {title: Guard}}
people: {}
"""


def codes(*texts: str) -> list[list[str]]:
    documents = [(f"{i}.yaml", text.encode()) for i, text in enumerate(texts)]
    return [[finding.code for finding in one.findings] for one in check_all(documents)]


def test_a_checked_machine_has_its_data_digest_and_definition() -> None:
    checked = check_bytes(PROTOCOL.encode(), "a.yaml")
    assert checked.ok
    assert checked.definition is not None
    assert checked.data is not None
    assert checked.definition.sha256 == checked.sha256 == sha256(checked.canonical).hexdigest()
    assert checked.data["facts"]["depth"]["min"] == "0.5"
    assert b'"min":"0.5"' in checked.canonical
    assert "Träd".encode() in checked.canonical


def test_how_a_document_is_written_does_not_change_its_digest() -> None:
    other = (
        PROTOCOL.replace("0.50", "0.5").replace("\n", "\r\n").replace("id: tried", '"id": tried')
    )
    digests = {
        check_bytes(text.encode(), "a").sha256 for text in (PROTOCOL, other, f"# x\n{other}")
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.10", "1.1"),
        ("0.0", "0"),
        ("-0.0", "0"),
        ("100.00", "100"),
        ("-2.50", "-2.5"),
        ("0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001"),
    ],
)
def test_decimals_are_stored_exactly_and_short(number: str, text: str) -> None:
    assert plain({"a": [Decimal(number)]}) == {"a": [text]}
    assert canonical({"a": Decimal(number)}) == f'{{"a":"{text}"}}'.encode()


def test_of_one_document_alone_nothing_is_asked_of_others() -> None:
    assert codes(PROTOCOL) == [[]]


def test_documents_that_are_checked_together_are_held_against_each_other() -> None:
    assert codes(PROTOCOL, HELPER, SITE) == [[], [], []]
    assert codes(PROTOCOL, SITE) == [["HR224"], []]
    assert codes(PROTOCOL, HELPER, SITE.replace("guard:", "guards:")) == [["HR250"], [], []]


def test_a_document_with_errors_does_not_hide_those_of_others() -> None:
    broken = HELPER.replace("title: Helper", "title: 1.10")
    assert codes(PROTOCOL, broken, SITE) == [["HR224"], ["HR104"], []]
    assert codes(PROTOCOL, "a: [", SITE) == [["HR224"], ["HR005"], []]


def test_two_documents_with_one_id() -> None:
    documents = [("a.yaml", HELPER.encode()), ("b.yaml", HELPER.encode())]
    first, second = check_all(documents)
    assert first.ok
    assert concise(second.findings) == (
        "b.yaml:3:5: HR205 error: a.yaml has the id “helper” already; give one of them another id"
    )


def test_a_schema_error_keeps_the_rules_from_guessing() -> None:
    assert codes(PROTOCOL.replace("revision: 1", "revision: one").replace("other}", "othr}")) == [
        ["HR104"]
    ]


def test_a_warning_does_not_fail_a_document() -> None:
    text = PROTOCOL.replace(
        "done: last", "done: last, enter: [{notify: {to: [guard], text: '{x}'}}]"
    )
    checked = check_bytes(text.encode(), "a.yaml")
    assert [finding.code for finding in checked.findings] == ["HR225"]
    assert checked.ok
    assert checked.definition is not None
