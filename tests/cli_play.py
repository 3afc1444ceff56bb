"""The real command, as a person or a script calls it, in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pytest

COMMAND = Path(sys.executable).with_name("handrail")
HEAVY = ("PYTHONDONTWRITEBYTECODE", "NO_COLOR", "FORCE_COLOR", "LANG", "LC_ALL", "LC_MESSAGES")


class Said(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Hand:
    """Types commands in one place, with nothing of this machine's own settings."""

    def __init__(self, home: Path, workspace: Path | None = None, **env: str) -> None:
        self.home = home
        self.workspace = workspace
        kept = {k: v for k, v in os.environ.items() if k not in HEAVY and "HANDRAIL" not in k}
        self.env = kept | {
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_DATA_HOME": str(home / "data"),
            "TZ": "UTC",
            "LANG": "C.UTF-8",
            "COLUMNS": "80",
        }
        if workspace is not None:
            self.env["HANDRAIL_WORKSPACE"] = str(workspace)
        self.env |= env

    def __call__(self, *words: str | Path, stdin: str = "", **env: str) -> Said:
        """Run a command; its input is ``stdin`` through a pipe."""
        done = subprocess.run(
            [COMMAND, *map(str, words)],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.env | env,
            cwd=self.home,
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def does(self, *words: str | Path, stdin: str = "") -> Said:
        """Run a command that must succeed."""
        said = self(*words, stdin=stdin)
        assert said.code == 0, (words, said)
        return said


class Desk:
    """The same command in this process: for what is tried many times."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._capsys = capsys

    def __call__(self, *words: str | Path) -> Said:
        from handrail.cli.main import run  # noqa: PLC0415 - the real command needs it not
        from handrail.engine.clock import SystemClock  # noqa: PLC0415 - the same

        self._capsys.readouterr()
        code = run([str(word) for word in words], began=SystemClock().now())
        out, err = self._capsys.readouterr()
        return Said(code, out, err)


def copied(made: Path, to: Path) -> Hand:
    """A hand in a copy of a workspace that was made once for all tests."""
    shutil.copytree(made, to, dirs_exist_ok=True)
    return Hand(to, to / "museum")
