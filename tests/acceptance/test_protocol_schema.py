"""``protocol schema`` by the real command: where schemas are, one of them, an editor's settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli_play import Hand


def test_where_they_are_and_one_of_them(museum: Hand) -> None:
    files = museum.does("protocol", "schema", "--json").json["schemas"]
    assert {"protocol", "scenario", "site", "record", "output"} <= set(files)
    printed = museum.does("protocol", "schema", "protocol").out
    assert printed == Path(files["protocol"]).read_text("utf-8")
    assert "protocol" in museum.does("protocol", "schema").out


def test_settings_are_written_into_the_workspace_or_a_folder(museum: Hand) -> None:
    said = museum.does("protocol", "schema", "--for", "vscode", "--lang", "nl")
    assert "geschreven:" in said.out
    place = museum.home / "museum" / ".vscode"
    used = json.loads((place / "settings.json").read_text("utf-8"))["yaml.schemas"]
    assert used["./schemas/site.schema.json"] == ["site.yaml"]
    there = museum.home / "elsewhere"
    written = museum.does("protocol", "schema", "--for", "vscode", "--folder", there, "--json")
    assert written.json["written"][0] == str(there / ".vscode" / "settings.json")


def test_what_is_typed_wrong_writes_nothing(museum: Hand) -> None:
    unknown = museum("protocol", "schema", "protocl")
    assert (unknown.code, unknown.out) == (10, "")
    assert "did you mean protocol?" in unknown.err
    assert museum("protocol", "schema", "--for", "emacs").code == 2
    file = museum.home / "museum" / ".vscode" / "settings.json"
    file.parent.mkdir()
    file.write_text("// mine\n{}\n")
    said = museum("protocol", "schema", "--for", "vscode", "--lang", "nl")
    assert said.code == 2
    assert "bevat opmerkingen" in said.err
    assert file.read_text() == "// mine\n{}\n"
    assert [path.name for path in file.parent.iterdir()] == ["settings.json"]
