"""``protocol new`` by the real command: at a terminal, by options, in Dutch, and typed wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_play import Terminal

if TYPE_CHECKING:
    from cli_play import Hand

PROCEDURE = ["Lost key", "2", "", "guard,reception", "1,2", "", "", "low", "Nobody notices."]


def files(museum: Hand) -> list[str]:
    rooms = (museum.home / "museum" / room for room in ("protocols", "scenarios"))
    return sorted(file.name for room in rooms for file in room.iterdir())


def test_asked_at_a_terminal_it_can_be_registered_and_drilled(museum: Hand) -> None:
    terminal = Terminal(museum, "protocol", "new")
    terminal.answer(PROCEDURE)
    assert terminal.end() == 0, terminal.shown
    assert "What is it called?" in terminal.shown
    assert "What is worth protecting?" in terminal.shown
    assert "next: handrail protocol check lost-key" in terminal.shown
    museum.does("protocol", "check", "lost-key")
    tested = museum.does("protocol", "test", "lost-key", "--json").json
    assert [one["ok"] for one in tested["scenarios"]] == [True, True]
    museum.does("register", museum.home / "museum/protocols/lost-key.yaml", "--as", "greta")
    opened = museum.does("open", "lost-key", "--drill", "--as", "anna", "--json").json
    assert [task["id"] for task in opened["tasks"]][:3] == ["first", "second", "third"]


def test_a_wrong_answer_is_asked_again(museum: Hand) -> None:
    terminal = Terminal(museum, "protocol", "new", "lost-key", "--asset", "visitors")
    terminal.answer(["plan", "3", "", "", "", "", "", ""])
    assert terminal.end() == 0, terminal.shown
    assert "What is worth protecting?" not in terminal.shown  # it was said
    text = (museum.home / "museum/protocols/lost-key.yaml").read_text("utf-8")
    assert "level: strategic\n" in text


def test_in_dutch(museum: Hand) -> None:
    terminal = Terminal(museum, "--lang", "nl", "protocol", "new")
    terminal.answer(["Sleutel kwijt", *PROCEDURE[1:]])
    assert terminal.end() == 0, terminal.shown
    assert "Hoe heet het?" in terminal.shown
    assert "geschreven:" in terminal.shown
    text = (museum.home / "museum/protocols/sleutel-kwijt.yaml").read_text("utf-8")
    assert "title: Sleutel kwijt\n" in text
    assert "title: Voer het uit\n" in text
    museum.does("protocol", "check", "sleutel-kwijt", "--lang", "nl")


def test_who_breaks_off_leaves_nothing_behind(museum: Hand) -> None:
    before = files(museum)
    terminal = Terminal(museum, "protocol", "new")
    terminal.answer(PROCEDURE[:3])
    terminal.see("> ")
    terminal.type("\x03")
    assert terminal.end() == 130, terminal.shown
    assert files(museum) == before


def test_without_a_terminal_nothing_is_asked(museum: Hand) -> None:
    before = files(museum)
    said = museum("protocol", "new", stdin="Lost key\n")
    assert (said.code, said.out) == (2, "")
    assert "say what it is called" in said.err
    assert files(museum) == before
    made = museum.does("protocol", "new", "--title", "Lost key", "--kind", "procedure", "--json")
    assert made.json["id"] == "lost-key"
    again = museum("protocol", "new", "lost-key")
    assert again.code == 2
    assert "there is a document “lost-key” already" in again.err
