"""File anchors: signed checkpoints in a file, where the store is not.

A file anchor is signed notes, one after the other, each followed by an empty line.
``init`` sets one up in the user's state folder; one on another machine is better.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handrail.engine.anchors import DAY, Evidence
from handrail.engine.anchors.notes import notes_in
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from handrail.engine.ledger.checkpoint import VerifierKey

__all__ = ["LOCAL", "FileAnchor", "anchors_folder", "file_name", "on_other_mount"]

LOCAL: Final = "local"  # the place of the one in the user's state folder
# Ends a note that a loss of power cut short, so that it does not look like a whole one.
CUT = " (cut short)\n\n"
_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_+")


class FileAnchor:
    """A file that checkpoints are appended to, and never taken from."""

    def __init__(
        self, path: Path, *, place: str = LOCAL, every: timedelta = DAY, base: Path | None = None
    ) -> None:
        """Name the file.

        :param base: a folder that the file should not share a disk with; ``None``: the
            file is the program's own, in a folder that it makes.
        """
        self.path = path
        self.place = place
        self.every = every
        self._base = base

    @classmethod
    def usual(cls, key: VerifierKey, env: Mapping[str, str] = os.environ) -> FileAnchor:
        """Return the anchor of a log in the user's state folder.

        ``XDG_STATE_HOME/handrail/anchors/ORIGIN+ID.checkpoints``, where the id is the
        key's: a log that is founded anew under an old name is another log.
        """
        name = file_name(f"{key.name}+{key.id.hex()}")
        return cls(anchors_folder(env) / f"{name}.checkpoints")

    def is_away(self) -> bool:
        """Tell whether it is on another mount than the workspace."""
        return self._base is not None and on_other_mount(self.path, self._base)

    def lacks(self) -> HandrailError | None:
        """Say that its folder is not there, as while a disk is not mounted."""
        if self._base is None or self.path.parent.is_dir():
            return None
        return HandrailError(
            "the folder {folder} is not there: is its disk mounted?", folder=str(self.path.parent)
        )

    def publish(self, note: str, *, begun: bool) -> None:
        """Add a signed note; it is on the disk when this returns.

        :raises HandrailError: the file cannot be written, or is gone though it was begun:
            on a disk that is not mounted it would begin anew below the mount.
        """
        if self._base is not None and begun and not self.path.exists():
            raise HandrailError(
                "the anchor {path} is gone, and checkpoints were put there before: is its disk "
                "mounted? If it is lost for good, name another file in handrail.yaml",
                path=str(self.path),
            )
        self.append(note)

    def append(self, note: str) -> None:
        """Add a signed note; it is on the disk when this returns.

        :raises HandrailError: the file cannot be written.
        """
        ours = self._base is None
        try:
            if ours:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = 0o600 if ours else 0o644  # an auditor, who is somebody else, reads it
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, mode)
            try:
                os.write(handle, f"{_apart(handle)}{note}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise _failed(_UNWRITTEN_WORDS[ours], self.path, error) from error

    def notes(self) -> list[str]:
        """Return the notes, oldest first; none where there is no file.

        What is no signed note is passed over, such as one that a loss of power cut
        short: it proves nothing, and takes nothing from the others.

        :raises HandrailError: the file cannot be read.
        """
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _failed("the anchor {path} cannot be read: {reason}", self.path, error) from error
        return list(notes_in(text if text.endswith("\n\n") else text + CUT))

    def evidence(self) -> Evidence:
        """Read what it holds."""
        if self._base is not None and not self.path.exists():
            gone = HandrailError("the anchor {path} is not there", path=str(self.path))
            return Evidence(self.place, problem=gone)
        try:
            return Evidence(self.place, tuple(self.notes()))
        except HandrailError as problem:
            return Evidence(self.place, problem=problem)


_UNWRITTEN_WORDS: Final = {  # whether the file is the program's own
    True: "the anchor {path} cannot be written ({reason}): make room or give yourself permission "
    "there, or set XDG_STATE_HOME to a folder where you may write",
    False: "the anchor {path} cannot be written ({reason}): make room or give yourself permission "
    "there, or name another file under “anchors” in handrail.yaml",
}


def anchors_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where this user keeps what anchors need, apart from any workspace."""
    state = Path(env.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    return state / "handrail/anchors"


def on_other_mount(path: Path, base: Path) -> bool:
    """Tell whether two paths lie on different mounts; the first need not be there yet."""
    try:
        while not path.exists() and path != path.parent:
            path = path.parent
        return path.stat().st_dev != base.stat().st_dev
    except OSError:  # it cannot be looked at, so nothing speaks for it
        return False


def file_name(name: str) -> str:
    """Write a log's name so that it is one name in any file system."""
    return "".join(chr(b) if b in _SAFE else f"%{b:02X}" for b in name.encode())


def _apart(handle: int) -> str:
    """Return what keeps a note apart from the one before, were that cut short."""
    end = os.lseek(handle, 0, os.SEEK_END)
    return "" if end == 0 or os.pread(handle, 2, max(0, end - 2)) == b"\n\n" else CUT


def _failed(template: str, path: Path, error: OSError) -> HandrailError:
    return HandrailError(template, path=str(path), reason=error.strerror or "")
