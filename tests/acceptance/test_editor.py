"""Writing a protocol in an editor: yaml-language-server with the schemas as they are shipped."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from editor_play import Editor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli_play import Hand

SERVER = shutil.which("yaml-language-server")
pytestmark = pytest.mark.skipif(
    SERVER is None, reason="yaml-language-server 1.25 or later is not installed (npm)"
)


@pytest.fixture
def workspace(museum: Hand) -> Path:
    museum.does("protocol", "schema", "--for", "vscode")
    return museum.home / "museum"


@pytest.fixture
def editor(workspace: Path) -> Iterator[Editor]:
    """An editor that was given the settings that are written for VS Code."""
    flat = json.loads((workspace / ".vscode" / "settings.json").read_text("utf-8"))
    settings: dict[str, Any] = {"yaml": {"schemaStore": {"enable": False}}}
    for key, value in flat.items():
        section, _, name = key.partition(".")
        if section == "yaml" and "." not in name:
            settings["yaml"][name] = value
    assert SERVER is not None
    editor = Editor(SERVER, workspace, settings)
    yield editor
    editor.close()


def place(text: str, words: str) -> tuple[int, int]:
    """The line and column of the first letter of words, from 1."""
    before = text[: text.index(words)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_a_shipped_protocol_is_right_and_is_explained(workspace: Path, editor: Editor) -> None:
    file = workspace / "protocols" / "suspicious-person.yaml"
    text = file.read_text("utf-8")
    assert editor.write(file, text) == []
    for words, said in (
        ("owner: head", "The role whose document it is."),
        ("overdue: {step", "when the deadline passes"),
        ("needs: [tasks]", "What must be there first"),
    ):
        line, column = place(text, words)
        assert said in editor.hover(file, line, column + 1)


def test_what_is_misspelt_is_underlined(workspace: Path, editor: Editor) -> None:
    file = workspace / "protocols" / "suspicious-person.yaml"
    text = file.read_text("utf-8").replace("level: operational", "level: operatonal")
    text = text.replace("    overdue: {step: call", "    overdu: {step: call", 1)
    found = dict(editor.write(file, text))
    assert "operational" in found[place(text, "level:")[0]]
    assert "overdu" in found[place(text, "    overdu:")[0]]


def test_what_can_stand_there_is_offered(workspace: Path, editor: Editor) -> None:
    file = workspace / "protocols" / "suspicious-person.yaml"
    text = file.read_text("utf-8")
    editor.write(file, text.replace("  contact:\n", "  contact:\n    \n", 1))
    line, _ = place(text, "  contact:\n")
    offered = editor.complete(file, line + 1, 5)
    assert {"enter", "leave", "next"} <= set(offered)
    editor.write(file, text.replace("level: operational", "level: "))
    line, column = place(text, "operational\n")
    assert {"strategic", "tactical", "operational"} <= set(editor.complete(file, line, column))


def test_a_file_that_does_not_say_its_schema_has_that_of_its_kind(
    workspace: Path, editor: Editor
) -> None:
    text = (workspace / "protocols" / "incident.yaml").read_text("utf-8")
    text = text[text.index("handrail: 1") :]
    file = workspace / "protocols" / "other.yaml"
    file.write_text(text, "utf-8")
    assert editor.write(file, text) == []
    wrong = text.replace("kind: lifecycle\n", "kind: lifecycle\naddresses: {}\n")
    assert [line for line, _ in editor.write(file, wrong)] == [place(wrong, "addresses")[0]]
