"""What ``--json`` prints is what the schema says, for every command that shows something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from cli_play import Desk

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "output.schema.json").read_text())

REDACT = ["audit", "redact", "1", "--why", "asked", "--basis", "GDPR art. 17"]
FORGET = ["audit", "redact", *REDACT[3:], "--person"]
COMMANDS = [
    # the shape, and the words
    ("incident", ["next", "1"]),
    ("incident", ["show", "1"]),
    ("incident", ["open", "suspicious-object", "--drill", "--as", "bram"]),
    ("incident", ["task", "1", "tell-control-room", "--as", "anna"]),
    ("incident", ["step", "1", "danger", "--as", "anna"]),
    ("incident", ["step", "1", "danger", "--dry-run", "--as", "anna"]),
    ("incident", ["fact", "1", "name=not given", "--as", "anna"]),
    ("incident", ["note", "1", "seen", "--as", "anna"]),
    ("incident", ["start", "1", "bomb-threat-telephone", "--as", "karin"]),
    ("list", ["list"]),
    ("refusal", ["step", "1", "conclude", "explanation=refused", "--as", "anna"]),
    ("refusal", ["step", "1", "danger", "--as", "helena"]),
    ("error", ["next", "2"]),
    ("error", ["step"]),
    ("documents", ["protocol", "list"]),
    ("document", ["protocol", "show", "suspicious-person"]),
    ("check", ["protocol", "check"]),
    ("new", ["protocol", "new", "lost-key"]),
    ("explain", ["protocol", "explain", "HR210"]),
    ("codes", ["protocol", "explain"]),
    ("test", ["protocol", "test", "lesson"]),
    ("simulation", ["protocol", "simulate", "lesson", "--runs", "5"]),
    ("ways", ["protocol", "simulate", "incident", "--shortest"]),
    ("effort", ["protocol", "effort", "lesson"]),
    ("fmt", ["protocol", "fmt"]),
    ("schemas", ["protocol", "schema"]),
    ("written", ["protocol", "schema", "--for", "vscode"]),
    ("diff", ["protocol", "diff", "suspicious-person", "suspicious-object"]),
    ("agreed", ["agree", "suspicious-person", "--as", "helena"]),
    ("agreements", ["agreement", "list"]),
    ("agreement", ["agreement", "show", "suspicious-person", "--verify"]),
    ("agreement", ["agreement", "show", "north-museum"]),
    ("agreement", ["agreement", "step", "lesson", "fall-due", "--as", "greta"]),
    ("statement", ["agreement", "statement", "lesson", "--as", "helena"]),
    ("package", ["agreement", "export", "lesson", "package", "--as", "greta"]),
    ("acknowledgement", ["acknowledge", "lesson", "--as", "anna"]),
    ("coverage", ["acknowledge", "--coverage"]),
    ("migrations", ["migrate", "1", "--as", "greta"]),
    ("doctor", ["doctor"]),
    ("verify", ["audit", "verify"]),
    ("checkpoint", ["audit", "checkpoint"]),
    ("proof", ["audit", "prove", "1"]),
    ("redacted", [*REDACT, "--title", "--dry-run", "--as", "helena"]),
    ("forgotten", [*FORGET, "man", "--dry-run", "--as", "helena"]),
    ("refusal", [*FORGET, "anna", "--dry-run", "--as", "helena"]),
    ("redacted", [*REDACT, "--title", "--yes", "--as", "helena"]),
    ("refusal", [*REDACT, "--title", "--yes", "--as", "anna"]),
    ("error", [*REDACT, "--title", "--as", "helena"]),
    ("hold", ["audit", "hold", "1", "--why", "a court asked", "--as", "helena"]),
    ("refusal", ["audit", "hold", "1", "--why", "none", "--release", "--as", "helena"]),
    ("retention", ["audit", "retention"]),
    ("retention", ["audit", "retention", "--apply", "--yes", "--as", "helena"]),
    ("rotated", ["audit", "rotate-key", "--yes", "--as", "helena"]),
    ("exported", ["audit", "export", "--out", "log.jsonl", "--as", "helena"]),
    ("exported", ["audit", "export", "--format", "xes", "--out", "log.xes", "--as", "helena"]),
    ("error", ["audit", "export", "--as", "helena"]),
]


def problems(shape: str, value: Any) -> list[str]:
    schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{shape}"}
    return [error.message for error in Draft202012Validator(schema).iter_errors(value)]


def test_the_schema_itself_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("shape", "words"), COMMANDS, ids=[" ".join(w) for _, w in COMMANDS])
def test_one_object_of_the_documented_shape(desk: Desk, shape: str, words: list[str]) -> None:
    said = desk(*words, "--json")
    assert problems(shape, said.json) == []


def test_streams_are_one_object_a_line(desk: Desk) -> None:
    for words in (["audit", "log"], ["audit", "show", "1"]):
        lines = desk(*words, "--json").lines
        assert lines
        assert [problems("record", line) for line in lines] == [[]] * len(lines)


def test_init_and_register(desk: Desk) -> None:
    assert problems("init", desk("init", "other", "--json").json) == []
    protocol = Path("museum/protocols/suspicious-person.yaml")
    text = protocol.read_text("utf-8").replace("revision: 1", "revision: 2", 1)
    protocol.write_text(text, "utf-8")
    said = desk("register", protocol, "--as", "greta", "--json")
    assert problems("registered", said.json) == []
    assert said.json["registered"][0]["revision"] == 2
