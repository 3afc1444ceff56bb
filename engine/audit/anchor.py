"""File anchors: signed checkpoints kept where the store is not.

A file anchor is signed notes, one after the other, each followed by an empty line.
``init`` sets one up in the user's state folder; one on another machine is better.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from handrail.engine.errors import HandrailError
from handrail.engine.ledger.checkpoint import NoteError, alleged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.ledger.checkpoint import VerifierKey

__all__ = ["FileAnchor", "notes_in"]

# Ends a note that a loss of power cut short, so that it does not look like a whole one.
CUT = " (cut short)\n\n"
_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_+")


class FileAnchor:
    """A file that checkpoints are appended to, and never taken from."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def usual(cls, key: VerifierKey, env: Mapping[str, str] = os.environ) -> FileAnchor:
        """Return the anchor of a log in the user's state folder.

        ``XDG_STATE_HOME/handrail/anchors/ORIGIN+ID.checkpoints``, where the id is the
        key's: a log that is founded anew under an old name is another log.
        """
        state = Path(env.get("XDG_STATE_HOME") or Path.home() / ".local/state")
        name = _file_name(f"{key.name}+{key.id.hex()}")
        return cls(state / "handrail/anchors" / f"{name}.checkpoints")

    def append(self, note: str) -> None:
        """Add a signed note; it is on the disk when this returns.

        :raises HandrailError: the file cannot be written.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, f"{_apart(handle)}{note}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise _failed(
                "the anchor {path} cannot be written: {reason}", self.path, error
            ) from error

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

    def newest(self) -> str | None:
        """Return the note that was added last."""
        notes = self.notes()
        return notes[-1] if notes else None


def notes_in(text: str) -> Iterator[str]:
    """Give each signed checkpoint of a text that holds several, and whatever else.

    The lines of a checkpoint are not empty, so it is two paragraphs: what is signed,
    and the signatures.
    """
    before = ""
    for paragraph in re.split(r"\n{2,}", text.strip("\n")):
        note = f"{before}\n\n{paragraph}\n"
        if paragraph.startswith("— ") and _is_checkpoint(note):
            yield note
        before = paragraph


def _is_checkpoint(note: str) -> bool:
    try:
        alleged(note)
    except NoteError:
        return False
    return True


def _apart(handle: int) -> str:
    """Return what keeps a note apart from the one before, were that cut short."""
    end = os.lseek(handle, 0, os.SEEK_END)
    return "" if end == 0 or os.pread(handle, 2, max(0, end - 2)) == b"\n\n" else CUT


def _failed(template: str, path: Path, error: OSError) -> HandrailError:
    return HandrailError(template, path=str(path), reason=error.strerror or "")


def _file_name(name: str) -> str:
    """Write a log's name so that it is one name in any file system."""
    return "".join(chr(b) if b in _SAFE else f"%{b:02X}" for b in name.encode())
