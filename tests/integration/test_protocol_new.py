"""``protocol new``: by options, and asked at a terminal."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from handrail.cli.session import Session

if TYPE_CHECKING:
    from cli_play import Desk


def test_by_options(desk: Desk) -> None:
    said = desk(
        "protocol", "new", "--title", "Suspicious van", "--asset", "visitors", "--method",
        "distraction", "--adversary", "opportunists", "--impact", "medium", "--json",
    )  # fmt: skip
    assert said.code == 0, said
    museum = desk.home / "museum"
    assert said.json["id"] == "suspicious-van"
    assert said.json["file"] == str(museum / "protocols" / "suspicious-van.yaml")
    text = (museum / "protocols" / "suspicious-van.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../schemas/protocol.schema.json\n")
    assert "  assets: [visitors]\n" in text
    assert desk("protocol", "check", "--json").json == {"findings": []}
    played = desk("protocol", "test", "suspicious-van", "--json")
    assert played.code == 0
    assert len(played.json["scenarios"]) == len(said.json["scenarios"]) == 2
    register = desk("register", museum / "protocols" / "suspicious-van.yaml", "--as", "greta")
    assert register.code == 0, register


@pytest.mark.parametrize("kind", ["threat", "procedure", "policy"])
def test_for_one_person_too(desk: Desk, kind: str) -> None:
    assert desk("init", desk.home / "mine", "-q").code == 0
    there = ["--workspace", desk.home / "mine"]
    said = desk("protocol", "new", "my-own", "--kind", kind, *there)
    assert said.code == 0, said
    assert "next: handrail protocol check my-own" in said.err
    found = desk("protocol", "check", "my-own", "--json", *there).json["findings"]
    assert found == []


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        ([], 2, "say what it is called"),
        (["lesson"], 2, "there is a document “lesson” already"),
        (["A B"], 2, "“A B” is no id"),
        (["--title", "***"], 2, "an id cannot be made of “***”"),
        (["--title", "日本"], 2, "an id cannot be made of “日本”"),
        (["--title", "1 May"], 2, "“1-may” is no id"),
        (["new", "--owner", "head-of-securty"], 10, "did you mean head-of-security?"),
        (["new", "--asset", "visitrs"], 10, "did you mean visitors?"),
        (["new", "--carries-out", "securty-policy"], 10, "did you mean security-policy?"),
        (["new", "--kind", "plan"], 2, "plan"),
    ],
)
def test_what_is_typed_wrong_writes_nothing(
    desk: Desk, words: list[str], code: int, text: str
) -> None:
    before = sorted((desk.home / "museum" / "protocols").iterdir())
    said = desk("protocol", "new", *words)
    assert said.code == code, said
    assert text in said.err
    assert sorted((desk.home / "museum" / "protocols").iterdir()) == before


def test_an_id_is_made_of_a_title_with_accents(desk: Desk) -> None:
    said = desk("protocol", "new", "--title", "Réception fermée, großer Saal", "--json")
    assert said.json["id"] == "reception-fermee-grosser-saal"


@pytest.mark.parametrize("place", ["protocols/van.yaml", "scenarios/van-acted.yaml"])
def test_a_file_that_is_there_is_never_written_over(desk: Desk, place: str) -> None:
    file = desk.home / "museum" / place
    file.write_text("mine\n")
    before = sorted((desk.home / "museum").rglob("van*"))
    said = desk("protocol", "new", "van")
    assert said.code == 2, said
    assert f"{file} is there already" in said.err
    assert file.read_text() == "mine\n"
    assert sorted((desk.home / "museum").rglob("van*")) == before


def test_without_a_workspace_beside_the_library(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDRAIL_WORKSPACE")
    said = desk("protocol", "new", "lost-key", "--kind", "procedure", "--folder", "elsewhere")
    assert said.code == 0, said
    file = desk.home / "elsewhere" / "lost-key.yaml"
    assert file.read_text().startswith("# yaml-language-server: $schema=file:///")
    assert desk("protocol", "check", file).code == 0


def test_asked_at_a_terminal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["Lost key", "2", "", "guard,reception", "1,2", "", "", "low", "Nobody notices."]
    monkeypatch.setattr(Session, "may_ask", property(lambda _: True))
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(answers) + "\n"))
    said = desk("protocol", "new")
    assert said.code == 0, said
    assert "What kind of protocol is it?" in said.err
    text = (desk.home / "museum" / "protocols" / "lost-key.yaml").read_text()
    assert "title: Lost key\n" in text
    assert "by: [guard, reception]\n" in text
    assert "assets: [visitors, " in text
    assert "text: Nobody notices.\n" in text
    assert desk("protocol", "check", "lost-key").code == 0
