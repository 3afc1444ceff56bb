"""Whoever stood in the site plan or stands in the log is known; nobody else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli_play import Hand


def leave(museum: Hand, *people: str) -> None:
    """Take people out of the site plan, in a revision of it that is in force."""
    assert museum.workspace is not None
    plan = museum.workspace / "site.yaml"
    lines = plan.read_text("utf-8").splitlines(keepends=True)
    gone = tuple(f"  {person}:" for person in people)
    kept = "".join(line for line in lines if not line.startswith(gone))
    plan.write_text(kept.replace("kind: site\n", "kind: site\nrevision: 2\n"), "utf-8")
    museum.does("register", plan, "--as", "greta")
    museum.does("agree", "north-museum", "--as", "helena")


def test_who_left_is_known_whether_they_acted_or_not(museum: Hand) -> None:
    museum.does("acknowledge", "lesson", "--as", "anna")
    leave(museum, "anna", "bram")
    assert museum("note", "1", "x", "--as", "anna").code == 10
    assert "has read and understood" in museum.does("audit", "log", "--by", "anna").out
    assert museum.does("audit", "log", "--by", "bram").out == ""


def test_who_acted_by_account_alone_is_known(museum: Hand) -> None:
    founder = museum.does("audit", "log", "--json").lines[0]["actor"]["id"]
    assert museum.does("audit", "log", "--by", founder).out
    assert museum("audit", "log", "--by", f"{founder}-x").code == 10


def test_a_protocol_that_nobody_used_yet_is_known(museum: Hand) -> None:
    for name in ("suspicious-person", "incident", "agreement"):
        assert museum("audit", "log", "--protocol", name).code == 0
