"""What ``list`` shows to a person: one line an incident, in words; JSON has it all."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cli_play import Desk

LONG = "a man who films the dock and walks on, " * 20 + "gone"


def listed(desk: Desk, *words: str) -> list[str]:
    return desk("list", *words).out.splitlines()


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (LONG, "a man who films"),
        ("x" * 300, "xxx"),
        ("two\nlines\n\nand three", "two lines and three"),
        ("安" * 200, "安安"),
    ],
)
def test_a_title_of_any_length_takes_one_line(desk: Desk, title: str, shown: str) -> None:
    desk("open", "suspicious-person", "--title", title, "--as", "anna")
    head, newest, other = listed(desk)
    assert shown in newest
    assert len(newest) < len(head) + 120
    assert newest.endswith("…") == (len(title) > 100)
    assert newest.index(shown) == other.index("man at the dock") == head.index("title")
    assert desk("list", "--json").json["incidents"][0]["title"] == title


def test_the_phase_is_said_in_words(desk: Desk) -> None:
    assert "  During  " in listed(desk)[1]
    assert "  Tijdens  " in listed(desk, "--lang", "nl")[1]
    assert desk("list", "--json").json["incidents"][0]["phase"] == "during"


def test_a_lifecycle_that_was_altered_hides_no_incident(desk: Desk) -> None:
    with sqlite3.connect("museum/store.db") as store:
        store.execute("DROP TRIGGER document_no_update")
        store.execute("UPDATE document SET data = x'7b7d' WHERE id = 'incident'")
    store.close()
    assert "  during  " in listed(desk)[1]


def test_no_more_than_wanted_the_latest_first(desk: Desk) -> None:
    for _ in range(3):
        desk("open", "suspicious-person", "--as", "anna")
    assert [row.split()[0][-1] for row in listed(desk, "--limit", "2")[1:]] == ["4", "3"]
    rows = desk("list", "--limit", "2", "--json").json["incidents"]
    assert [row["id"][-1] for row in rows] == ["4", "3"]
    assert desk("list", "--limit", "0").code == 2
