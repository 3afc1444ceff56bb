"""The C2SP ``signed-note`` form: a text, an empty line, and lines of signatures."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ID_BYTES", "NoteError", "UnsignedError", "is_name", "note_parts", "unbase64"]

ID_BYTES = 4  # of a signature, naming the key beside its name
MOST_SIGNATURES = 100  # beyond it a note is refused unread; witnesses add a few
# Control characters other than newline; lone surrogates, which are not UTF-8.
_UNFIT = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")


class NoteError(HandrailError):
    """A text is not a signed checkpoint."""

    code = "note"


class UnsignedError(NoteError):
    """A checkpoint is well-formed, but not what the given key has signed."""

    code = "unsigned"


def note_parts(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Split a note into its text and its signatures (name, key id, signature)."""
    text, blank, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not blank or lines.pop() or not 0 < len(lines) <= MOST_SIGNATURES:
        raise NoteError("this is not a signed note: it has no signature lines at its end")
    if _UNFIT.search(note):
        raise NoteError("this is not a signed note: it holds characters that none may hold")
    return text + "\n", list(_signatures(lines))


def _signatures(lines: list[str]) -> Iterator[tuple[str, bytes, bytes]]:
    for line in lines:
        name, _, encoded = line.removeprefix("— ").partition(" ")
        data = unbase64(encoded)
        if not line.startswith("— ") or not is_name(name) or len(data) <= ID_BYTES:
            raise NoteError("this is not a signed note: “{line}” is no signature", line=line[:80])
        yield name, data[:ID_BYTES], data[ID_BYTES:]


def is_name(name: str) -> bool:
    """Tell whether a name may be a key's: no spaces, no plus, no control characters."""
    return name != "" and not any(c.isspace() or c == "+" or c < " " for c in name)


def unbase64(text: str) -> bytes:
    """Decode standard base64 in its one form; of anything else nothing is left."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        return b""
    return data if b64encode(data).decode() == text else b""
