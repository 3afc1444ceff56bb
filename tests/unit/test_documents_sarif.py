"""Findings for code hosts: SARIF 2.1.0 and GitHub's annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from documents_around import FOLDER, around
from jsonschema import Draft202012Validator

from handrail.engine.documents.check import check_bytes
from handrail.engine.documents.finding import Finding, Severity, msg
from handrail.engine.documents.github import github
from handrail.engine.documents.sarif import sarif

if TYPE_CHECKING:
    from pathlib import Path

# What OASIS SARIF 2.1.0 requires of the objects that we write, section by section.
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
RULE = {
    "type": "object",  # §3.49
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,  # §3.12.4: markdown only beside text
    },
}
REGION = {
    "type": "object",  # §3.30
    "required": ["startLine"],
    "properties": {
        name: {"type": "integer", "minimum": 1}
        for name in ("startLine", "startColumn", "endColumn")
    },
}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",  # §3.29
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {"properties": {"uri": {"type": "string", "format": "uri"}}},
                "region": REGION,
            },
        }
    },
}
RESULT = {
    "type": "object",  # §3.27
    "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
    "properties": {
        "message": TEXT,
        "level": {"enum": ["none", "note", "warning", "error"]},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "locations": {"type": "array", "items": LOCATION, "minItems": 1},
    },
}
SARIF = {
    "type": "object",  # §3.13
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",  # §3.14
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],  # §3.18.2
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],  # §3.19.8
                                "properties": {"rules": {"type": "array", "items": RULE}},
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}


def of(file: Path) -> tuple[Finding, ...]:
    site, others = around()
    return check_bytes(file.read_bytes(), str(file), site=site, others=others).findings


@pytest.mark.parametrize("name", ["HR210-list", "HR007-state-twice", "HR252-all-three"])
def test_the_required_members_are_there(name: str) -> None:
    findings = of(FOLDER / "wrong" / f"{name}.yaml")
    log = sarif(findings)
    Draft202012Validator(SARIF).validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for finding, result in zip(findings, run["results"], strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
    assert [rule["id"] for rule in rules] == sorted({finding.code for finding in findings})


def test_nothing_found_is_a_log_too() -> None:
    log = sarif(())
    Draft202012Validator(SARIF).validate(log)
    assert log["runs"][0]["results"] == []


def finding(**more: Any) -> Finding:
    where = {"file": "a b/x.yaml", "line": 3, "column": 5, "length": 4}
    message = msg("there is no state “{name}”", name="a,b: 50%\nx")
    return Finding(code="HR210", severity=Severity.NOTE, message=message, **where, **more)


def test_the_place_is_where_the_finding_is() -> None:
    (result,) = sarif([finding()])["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/x.yaml"
    assert place["region"] == {"startLine": 3, "startColumn": 5, "endColumn": 9}
    assert result["level"] == "note"


def test_a_file_elsewhere_has_its_whole_address(tmp_path: Path) -> None:
    one = finding()
    other = Finding(code=one.code, severity=one.severity, message=one.message,
                    file=str(tmp_path / "x.yaml"), line=1, column=1)  # fmt: skip
    (result,) = sarif([other])["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (tmp_path / "x.yaml").as_uri()


def test_an_annotation_is_one_line_whatever_is_in_it() -> None:
    text = github([finding(mend=msg("add one"))])
    assert text == (
        "::notice file=a b/x.yaml,line=3,col=5,endColumn=9,title=HR210 Unknown state"
        "::there is no state “a,b: 50%25%0Ax”%0Aadd one"
    )
