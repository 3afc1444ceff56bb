"""``protocol diff``: files, ids and revisions; and which incidents could not go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from cli_play import Desk


def protocol(desk: Desk) -> Path:
    return desk.home / "museum" / "protocols" / "suspicious-person.yaml"


def changed(desk: Desk, *pairs: tuple[str, str]) -> Path:
    file = protocol(desk)
    text = file.read_text().replace("revision: 1", "revision: 2")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    return file


def test_a_file_is_compared_with_the_revision_in_force(desk: Desk) -> None:
    same = desk("protocol", "diff", "suspicious-person")
    assert same.code == 0
    assert "They mean the same." in same.out
    file = changed(desk, ("default: 5m", "default: 3m"), ("second: shift-lead", "second: director"))
    said = desk("protocol", "diff", file)
    assert said.code == 0
    assert f"suspicious-person@1 → {file}" in said.out
    assert "setting answer-within\n  ~ default: 5m → 3m" in said.out
    assert "~ step stand-down second person: Shift lead → Director" in said.out
    dutch = desk("protocol", "diff", file, "--lang", "nl").out
    assert "Teamleider van dienst → Directeur" in dutch
    data = desk("protocol", "diff", file, "--json").json["changes"]
    assert ("shift-lead", "director") in [(one["before"], one["after"]) for one in data]
    assert "INC-2026-0001 suspicious-person-1 r1 could go on" in said.out.replace(
        said.out.split("INC-")[1][:4], "2026"
    )
    assert desk("protocol", "diff", "suspicious-person", "--json").json["old"]["registered"]


def test_who_is_told_is_said_by_title_and_the_message_left_as_it_is(desk: Desk) -> None:
    file = changed(desk, ("to: [duty-manager, control-room]", "to: [control-room]"))
    told = "tell Duty manager, Control room: {incident}: suspicious person, taken as a threat."
    assert (
        f"on entry: {told} → tell Control room: {{incident}}" in desk("protocol", "diff", file).out
    )


def test_incidents_that_could_not_go_on_are_found(desk: Desk) -> None:
    changed(desk, ("  contact:", "  talk:"), ("state: contact", "state: talk"))
    said = desk("protocol", "diff", "suspicious-person")
    assert said.code == 3
    assert "~ state talk: renamed; it was contact" in said.out
    assert "could not go on: it is in contact, which is not there any more" in said.out
    rows = desk("protocol", "diff", "suspicious-person", "--json").json["incidents"]
    assert [row["migrated"] for row in rows] == [False]
    assert rows[0]["why"]["code"] == "cannot-follow"


def test_two_registered_revisions(desk: Desk) -> None:
    file = changed(desk, ("default: 5m", "default: 3m"))
    assert desk("register", file, "--as", "greta").code == 0
    said = desk("protocol", "diff", "suspicious-person@1", "suspicious-person@2", "--json").json
    assert (said["old"]["revision"], said["new"]["revision"]) == (1, 2)
    assert [one["part"] for one in said["changes"]] == ["default"]
    back = desk("protocol", "diff", "suspicious-person@2", "suspicious-person@", "--json").json
    assert back["changes"][0]["after"] == "5m"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["suspicious-person@3"], "did you mean suspicious-person@1?"),
        (["suspicious-person@x"], "there is no revision “suspicious-person@x”"),
        (["suspicius-person@1"], "did you mean suspicious-person"),
        (["nowhere.yaml"], "there is no file “nowhere.yaml”"),
        (["museum/site.yaml"], "no protocol, lifecycle or agreement"),
    ],
)
def test_what_is_not_there_is_told(desk: Desk, words: list[str], text: str) -> None:
    said = desk("protocol", "diff", *words)
    assert said.code in {2, 10}
    assert said.out == ""
    assert text in said.err


def test_without_a_store_files_can_be_compared(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    file = changed(desk, ("default: 5m", "default: 3m"))
    monkeypatch.delenv("HANDRAIL_WORKSPACE")
    said = desk("protocol", "diff", "suspicious-person", file, "--json")
    assert said.code == 0
    assert said.json["incidents"] is None
    assert [one["part"] for one in said.json["changes"]] == ["default"]
    alone = desk("protocol", "diff", file)
    assert alone.code == 2
    assert "needs a workspace" in alone.err
