"""Where a mirror's lines go: a file or stdout. What a sink took is safe when it is settled."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from handrail.engine.files import sync_folder
from handrail.engine.mirrors.fault import SinkError
from handrail.engine.syslog import syslog_of

if TYPE_CHECKING:
    from typing import Self

__all__ = ["File", "Sink", "Stdout", "sink_of"]


class Sink(Protocol):
    """A logger in structlog's sense, which takes bytes, with a beginning and an end."""

    def frame(self, level: str, record: dict[str, Any], text: bytes) -> bytes:
        """Put what the sink needs around the text of one record."""
        ...

    def info(self, framed: bytes) -> None:
        """Write one record.

        :raises OSError: it cannot be written now.
        :raises HandrailError: the same.
        """

    def warning(self, framed: bytes) -> None:
        """Write one record that somebody should look at."""

    def settle(self) -> None:
        """Return when all of it is where it should be.

        :raises OSError: that is not certain.
        :raises HandrailError: the same.
        """

    def __enter__(self) -> Self:
        """Begin; raises ``OSError`` where there is nobody at the other end."""
        ...

    def __exit__(self, *_: object) -> None:
        """Let go."""


def sink_of(to: str, root: Path) -> Sink:
    """The sink that a mirror's ``to`` names; a relative path is taken from ``root``."""
    kind, _, rest = to.partition(":")
    if to == "stdout":
        return Stdout()
    if kind == "file":
        return File(root / Path(rest).expanduser())
    return syslog_of(to)


class _Lines:
    """One record a line."""

    handle = -1

    def frame(self, _level: str, _record: dict[str, Any], text: bytes) -> bytes:
        return text + b"\n"

    def info(self, framed: bytes) -> None:
        while framed:
            framed = framed[os.write(self.handle, framed) :]

    warning = info


class File(_Lines):
    """A file that lines are added to, opened anew for each batch: it may be rotated away."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        # Folders are not made: where a disk is not mounted, that would fill another.
        self.handle = os.open(
            self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o640
        )
        try:
            self._look()
        except BaseException:
            os.close(self.handle)
            raise
        return self

    def _look(self) -> None:
        found = os.fstat(self.handle)
        if not stat.S_ISREG(found.st_mode):
            raise SinkError("{file} is not a file", file=self.path)
        # Keep the next line apart from one that a full disk or a loss of power cut short.
        if found.st_size and os.pread(self.handle, 1, found.st_size - 1) != b"\n":
            os.write(self.handle, b"\n")

    def settle(self) -> None:
        """Have it on the disk, the name of a new file as well."""
        os.fsync(self.handle)
        sync_folder(self.path.parent)

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)


class Stdout(_Lines):
    """The output of the program; whoever reads it has it once it is written."""

    def __enter__(self) -> Self:
        sys.stdout.flush()
        self.handle = sys.stdout.fileno()
        return self

    def settle(self) -> None:
        """Nothing is held back."""

    def __exit__(self, *_: object) -> None:
        pass
