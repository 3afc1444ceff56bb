"""``protocol check --watch``: the real command, while somebody edits."""

from __future__ import annotations

import selectors
import signal
import subprocess
from typing import IO, TYPE_CHECKING

from cli_play import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

    from cli_play import Hand


def line(stream: IO[str]) -> str:
    """The next line, if it comes in time."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        assert selector.select(timeout=30), "nothing came"
    return stream.readline()


def test_each_change_is_checked_until_interrupted(museum: Hand) -> None:
    file: Path = museum.home / "museum" / "protocols" / "lesson.yaml"
    text = file.read_text("utf-8")
    words = [COMMAND, "protocol", "check", "lesson", "--watch", "--format", "concise", "-q"]
    with subprocess.Popen(
        words, env=museum.env, cwd=museum.home, text=True, bufsize=1, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert process.stdout is not None
        try:
            assert "1 checked: 0 errors" in line(process.stderr)
            file.write_text(text.replace("start: recording", "start: recordin"), "utf-8")
            assert "HR210" in line(process.stdout)
            assert "1 checked: 1 error," in line(process.stderr)
            file.write_text(text, "utf-8")
            assert "0 errors" in line(process.stderr)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 130
        finally:
            process.kill()
