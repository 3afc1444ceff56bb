"""The commands of docs/how-to/administrators.md, typed one after the other."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli_play import Hand

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "administrators.md"


def test_every_command_of_the_page_does_what_it_says(museum: Hand) -> None:
    museum.home = museum.home / "museum"
    typed = re.findall(r"(?m)^    handrail (.+)$", PAGE.read_text("utf-8"))
    assert len(typed) >= 10
    for line in typed:
        said = museum(*shlex.split(line), "--as", "greta")
        assert said.code == 0, (line, said)
    assert (museum.home / ".vscode" / "settings.json").exists()
    assert (museum.home / "lost-key.svg").read_text("utf-8").startswith("<svg")
