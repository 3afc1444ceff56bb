"""A command at a terminal of its own: what it shows, and what a person types there."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cli_play import Hand

__all__ = ["Terminal"]

PATIENCE = 30.0  # seconds
COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """One command, run at a pseudo terminal (POSIX openpty)."""

    def __init__(self, hand: Hand, *words: str | Path) -> None:
        from cli_play import COMMAND  # noqa: PLC0415 - beside its only use

        self.master, slave = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            [COMMAND, *map(str, words)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**hand.env, "TERM": "xterm"},
            cwd=hand.home,
            preexec_fn=lambda: os.login_tty(slave),  # noqa: PLW1509 - Ctrl-C must reach it
        )
        os.close(slave)

    def see(self, text: str) -> None:
        """Read until ``text`` stands at the end of what is new.

        :raises AssertionError: it does not come.
        """
        seen = len(self.shown)
        while text not in self.shown[seen:]:
            assert self._read(), self.shown

    def type(self, text: str) -> None:
        """Type a line, or one key such as Ctrl-C."""
        os.write(self.master, text.encode())

    def answer(self, answers: Sequence[str]) -> None:
        """Answer one prompt after the other."""
        for text in answers:
            self.see("> ")
            self.type(f"{text}\n")

    def end(self) -> int:
        """Read to the end; its exit code."""
        while self._read():
            pass
        os.close(self.master)
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.master], [], [], PATIENCE)
        if not ready:
            self.process.kill()
            self.process.wait(PATIENCE)
            raise AssertionError(self.shown)
        try:
            data = os.read(self.master, 65_536)
        except OSError:  # Linux says so where the other side is closed
            return False
        self.shown += COLOURS.sub("", data.decode("utf-8", "replace")).replace("\r", "")
        return bool(data)
