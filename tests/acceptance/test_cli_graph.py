"""``protocol graph``, as an administrator types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from cli_play import Desk, Hand

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "output.schema.json").read_text())


def test_a_protocol_on_stdout_alone(museum: Hand) -> None:
    said = museum.does("protocol", "graph", "suspicious-person")
    assert ET.fromstring(said.out).tag.endswith("svg")  # noqa: S314 - our own
    assert said.err == ""


def test_into_a_file_in_dutch_and_dark(desk: Desk) -> None:
    said = desk(
        "protocol", "graph", "suspicious-person", "--out", "p.svg",
        "--theme", "dark", "--lang", "nl"
    )  # fmt: skip
    assert (said.code, said.out) == (0, "")
    assert "p.svg" in said.err
    text = Path("p.svg").read_text("utf-8")
    assert "Verdachte persoon" in text
    assert "prefers-color-scheme" not in text


def test_the_path_of_an_incident(desk: Desk) -> None:
    text = desk("protocol", "graph", "--incident", "1").out
    assert "now here" in text
    assert 'class="plain here"' in text or 'class="plain was here"' in text
    lifecycle = desk("protocol", "graph", "incident", "--incident", "1").out
    assert ">Incident<" in lifecycle
    assert "now here" in lifecycle


def test_other_languages_of_drawings(desk: Desk) -> None:
    assert "stateDiagram-v2" in desk("protocol", "graph", "lesson", "--format", "mermaid").out
    assert desk("protocol", "graph", "lesson", "--format", "dot").out.startswith("digraph")


def test_a_file_that_nobody_registered(desk: Desk) -> None:
    file = Path("mine.yaml")
    text = Path("museum/protocols/lesson.yaml").read_text("utf-8")
    file.write_text(text.replace("id: lesson", "id: my-lesson", 1), "utf-8")
    assert "my-lesson" in desk("protocol", "graph", file).out


def test_json(desk: Desk) -> None:
    shape = {"$defs": SCHEMA["$defs"], "$ref": "#/$defs/graph"}
    for words in (["lesson"], ["--incident", "1", "--format", "dot", "--out", "x.dot"]):
        said = desk("protocol", "graph", *words, "--json")
        assert list(Draft202012Validator(shape).iter_errors(said.json)) == []
        assert said.err == ""
    assert said.json["file"] == "x.dot"
    assert said.json["text"] == Path("x.dot").read_text("utf-8")


def test_what_cannot_be_drawn(desk: Desk) -> None:
    said = desk("protocol", "graph", "suspicious-persn")
    assert (said.code, said.out) == (10, "")
    assert "did you mean suspicious-person" in said.err
    assert desk("protocol", "graph").code == 2
    assert desk("protocol", "graph", "site").code == 2
    assert desk("protocol", "graph", "--incident", "7").code == 10
    said = desk("protocol", "graph", "bomb-threat-telephone", "--incident", "1")
    assert said.code == 10
    broken = Path("museum/protocols/lesson.yaml")
    broken.write_text(broken.read_text("utf-8").replace("start: ", "start: no-", 1), "utf-8")
    said = desk("protocol", "graph", "lesson")
    assert (said.code, said.out) == (3, "")
    assert "lesson.yaml:" in said.err
    assert desk("protocol", "graph", "incident", "--out", "no/such/folder.svg").code == 1
