"""``protocol check`` in a workspace: the registered revisions, and incidents on the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli_play import Desk

PERSON = Path("museum/protocols/suspicious-person.yaml")


def write(*pairs: tuple[str, str]) -> None:
    text = PERSON.read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    PERSON.write_text(text, "utf-8")


def concise(desk: Desk) -> list[str]:
    return desk("protocol", "check", PERSON, "--format", "concise").out.splitlines()


def test_a_changed_document_needs_a_higher_revision(desk: Desk) -> None:
    write(("default: 5m", "default: 3m"))
    said = desk("protocol", "check", PERSON)
    assert said.code == 3
    assert "error HR290: it differs from revision 1, which is registered" in said.out
    assert f"{PERSON}:5:11" in said.out
    assert "raise “revision:” to 2 or more" in said.out
    nl = desk("protocol", "check", PERSON, "--lang", "nl").out
    assert "het verschilt van revisie 1, die is geregistreerd" in nl
    write(("revision: 1", "revision: 2"))
    assert concise(desk) == []


def test_a_comment_is_no_change(desk: Desk) -> None:
    write(("start: observe\n", "start: observe  # here\n"))
    assert concise(desk) == []


def test_who_still_mends_an_error_is_not_told_of_the_revision(desk: Desk) -> None:
    write(("state: contact,", "state: contcat,"))
    assert [line.split()[1] for line in concise(desk)] == ["HR210"]


def test_a_running_incident_that_could_not_go_on_is_named(desk: Desk) -> None:
    write(
        ("revision: 1", "revision: 2"), ("  contact:", "  talk:"), ("state: contact", "state: talk")
    )
    (line,) = concise(desk)
    assert "HR291 warning" in line
    assert "could not go on under this revision: it is in contact" in line
    assert desk("protocol", "check", PERSON).code == 0
