"""Documents that are wrong only beside a store: revision 2 is registered, a drill runs on it."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from documents_around import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from cli_play import Desk

WRONG = sorted((FOLDER / "registered").glob("HR*.yaml"))


@pytest.fixture
def file(desk: Desk) -> Path:
    """Where the protocol lies that a drill runs on."""
    file = desk.home / "museum" / "protocols" / "tried.yaml"
    shutil.copy(FOLDER / "registered" / "first.yaml", file)
    assert desk("register", file, "--as", "greta").code == 0
    assert desk("open", "tried", "--drill", "--as", "anna", "-q").code == 0
    assert desk("step", "2", "go", "--as", "anna", "-q").code == 0
    return file


@pytest.mark.parametrize("example", WRONG, ids=lambda path: path.stem)
def test_a_wrong_document_is_told_as_written_beside_it(
    desk: Desk, file: Path, example: Path
) -> None:
    shutil.copy(example, file)
    said = desk("protocol", "check", "museum/protocols/tried.yaml", "-q")
    told = said.out.replace("museum/protocols/tried.yaml", example.name)
    told = re.sub(r"INC-\d{4}", "INC-YEAR", told)
    assert told == example.with_suffix(".txt").read_text("utf-8")
    assert f"{example.stem[:5]}: " in told


def test_there_are_two_of_each() -> None:
    codes = [example.stem[:5] for example in WRONG]
    assert {code: codes.count(code) for code in codes} == {"HR290": 2, "HR291": 2}
