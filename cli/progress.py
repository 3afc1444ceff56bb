"""A bar that fills, on a terminal only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from handrail.cli import out

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from handrail.cli.session import Session

__all__ = ["Progress"]

WIDE = 30


class Progress:
    """Shows how far a long command is; nothing in a pipe, with ``--json`` or ``--quiet``."""

    def __init__(self, session: Session, total: int, what: str) -> None:
        self.total = total
        self.what = what
        self.shown = -1
        self.seen = out.on_terminal(sys.stderr) and not (session.json or session.quiet)

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int) -> None:
        """Say that so much is done."""
        filled = WIDE * done // max(self.total, 1)
        if self.seen and filled != self.shown:
            self.shown = filled
            bar = "#" * filled + "." * (WIDE - filled)
            sys.stderr.write(f"\r[{bar}] {done}/{self.total} {self.what} ")
            sys.stderr.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.seen and self.shown >= 0:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
