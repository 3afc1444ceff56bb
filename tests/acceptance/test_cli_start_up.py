"""Start-up time is an operator's time: what a step must not import."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cli_play import Hand

HEAVY = {
    "asyncio", "cryptography", "handrail.engine.documents", "jsonschema", "logging",
    "handrail._many", "handrail.engine.ledger.many", "pydantic", "rich", "structlog", "unittest",
    "yaml",
}  # fmt: skip


def imported(hand: Hand, *words: str, **env: str) -> set[str]:
    """The modules that are there when the command has ended."""
    script = "import sys; from handrail.cli.main import run; code = run(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}\nprint(code, *sys.modules)", *words, "-q"],
        env=hand.env | env,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    code, *modules = done.stdout.splitlines()[-1].split()
    assert code == "0", done
    return set(modules)


@pytest.mark.parametrize(
    "words",
    [
        ["step", "1", "danger", "--as", "anna"],
        ["task", "1", "tell-control-room", "--as", "anna"],
        ["note", "1", "seen", "--as", "anna"],
        ["next", "1", "--as", "anna"],
    ],
    ids=lambda words: words[0],
)
def test_a_step_imports_nothing_heavy(contact: Hand, words: list[str]) -> None:
    assert imported(contact, *words) & (HEAVY - {"logging"}) == set()


def test_only_the_command_that_runs_is_imported(contact: Hand) -> None:
    found = imported(contact, "note", "1", "seen", "--as", "anna")
    commands = {name for name in found if name.startswith("handrail.cli.commands.")}
    assert commands == {"handrail.cli.commands.note"}


def test_the_catalogue_is_read_for_other_languages_only(contact: Hand) -> None:
    assert "handrail.cli.edge" not in imported(contact, "next", "1")
    assert "Maak contact" in contact.does("next", "1", "--lang", "nl").out
