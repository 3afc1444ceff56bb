"""Workspaces made once by the real command; each test has a copy of its own."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from cli_play import Desk, Hand, copied

if TYPE_CHECKING:
    from pathlib import Path


def pytest_configure() -> None:
    """Let the commands be interrupted where the tests themselves cannot be.

    A shell without job control has what it starts in the background ignore Ctrl-C, and
    what is ignored is ignored by all that is started from there.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def museum_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a workspace of the North Museum, its library agreed, nothing open."""
    home = tmp_path_factory.mktemp("made")
    hand = Hand(home, home / "museum")
    hand.does("init", home / "museum", "--pack", "north-museum")
    hand.does("agree", "--all", "--as", "helena")
    return home


@pytest.fixture
def museum(museum_made: Path, tmp_path: Path) -> Hand:
    """A hand in a fresh copy of that workspace."""
    return copied(museum_made, tmp_path)


@pytest.fixture(scope="session")
def contact_made(museum_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with incident 1 in the state ``contact`` of ``suspicious-person``."""
    hand = copied(museum_made, tmp_path_factory.mktemp("contact"))
    hand.does("open", "suspicious-person", "--title", "man at the dock", "--as", "anna", "-q")
    hand.does(
        "step", "1", "assess", "deviation=films the dock", "linked=yes",
        "indicators=films-dock", "--as", "anna", "-q",
    )  # fmt: skip
    return hand.home


@pytest.fixture
def contact(contact_made: Path, tmp_path: Path) -> Hand:
    """A hand in a fresh copy of that workspace."""
    return copied(contact_made, tmp_path)


@pytest.fixture
def desk(
    contact_made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    """The command in this process, in a fresh copy of that workspace."""
    hand = copied(contact_made, tmp_path)
    for name in os.environ:
        if name.startswith("HANDRAIL_"):
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "LANG", "HANDRAIL_WORKSPACE"):
        monkeypatch.setenv(name, hand.env[name])
    for name in ("LC_ALL", "LC_MESSAGES", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)
