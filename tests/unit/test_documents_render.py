"""How findings look: for people in full and concise, for programs as JSON."""

from __future__ import annotations

import json

import pytest

from handrail.engine.documents.finding import Finding, Severity, msg, near
from handrail.engine.documents.render import as_json, concise, full


def finding(quoted: str, column: int, length: int) -> Finding:
    return Finding(
        code="HR210",
        severity=Severity.ERROR,
        message=msg("there is no state “{name}”", name="contcat"),
        file="a.yaml",
        line=9,
        column=column,
        length=length,
        quoted=quoted,
        near=("contact",),
        mend=msg("write {word}", word="it otherwise"),
    )


def test_full_quotes_the_line_and_underlines_the_place() -> None:
    assert full([finding("  go: {to: contcat}", 12, 7)]) == (
        "error HR210: there is no state “contcat”\n"
        " --> a.yaml:9:12\n"
        "9 |   go: {to: contcat}\n"
        "  |            ^^^^^^^ did you mean “contact”?\n"
        "  = mend: write it otherwise"
    )


def test_concise_is_one_line_that_editors_understand() -> None:
    assert concise([finding("x", 12, 7)]) == (
        "a.yaml:9:12: HR210 error: there is no state “contcat”; did you mean “contact”?"
    )


def test_json_holds_every_part() -> None:
    (row,) = json.loads(json.dumps(as_json([finding("  go: x", 7, 1)])))
    assert row == {
        "code": "HR210",
        "severity": "error",
        "message": "there is no state “contcat”",
        "file": "a.yaml",
        "line": 9,
        "column": 7,
        "length": 1,
        "quoted": "  go: x",
        "near": ["contact"],
        "mend": "write it otherwise",
    }


@pytest.mark.parametrize(
    ("line", "column", "length", "under"),
    [
        ("\tgo: contcat", 6, 7, "     ^^^^^^^"),  # a tab is shown as one blank
        ("日本: contcat", 5, 7, "      ^^^^^^^"),  # wide characters take two columns
        ("e\u0301a: contcat", 6, 7, "    ^^^^^^^"),  # combining ones take none
        ("go: contcat", 5, 400, "    ^^^^^^^"),  # never beyond the line
        ("go:", 5, 1, "    ^"),  # what is missing at its end
    ],
)
def test_the_underline_lies_under_the_place(
    line: str, column: int, length: int, under: str
) -> None:
    shown = full([finding(line, column, length)]).splitlines()[3]
    assert shown.removeprefix("  | ").startswith(under)
    assert shown.count("^") == under.count("^")


def test_of_a_long_line_the_part_around_the_place_is_quoted() -> None:
    line = "a" * 3_000 + "contcat" + "b" * 3_000
    quoted, under = full([finding(line, 3_001, 7)]).splitlines()[2:4]
    assert len(quoted) < 120
    assert quoted.startswith("9 | … a")
    assert quoted.endswith("b …")
    at = under.index("^")
    assert quoted[at : at + 7] == "contcat"


def test_a_finding_without_a_line_still_says_all() -> None:
    text = full([finding("", 1, 1)])
    assert "did you mean “contact”?" in text
    assert "^" not in text


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("contcat", ["observe", "contact", "act"], ("contact",)),
        ("x" * 500, ["x" * 499], ()),
        ("zzz", ["observe"], ()),
        ("Guard", ["guard", "guards"], ("guard", "guards")),
    ],
)
def test_did_you_mean(name: str, known: list[str], meant: tuple[str, ...]) -> None:
    assert near(name, known) == meant


def test_a_message_says_the_messages_within_it() -> None:
    inner = msg("one of {names}", names=["a", msg("a list")])
    assert str(msg("expected {what}", what=inner)) == "expected one of a, a list"


def test_braces_of_a_document_are_only_shown() -> None:
    hostile = "{0.__class__} {what} {}"
    assert str(msg("found {what}", what=hostile)) == f"found {hostile}"
