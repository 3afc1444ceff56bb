"""Signed checkpoints in texts: as they are, and on one line for what holds no line breaks.

The one-line form is ``handrail-checkpoint: ORIGIN SIZE ROOT NAME SIGNATURE …``: the
lines of the checkpoint, then of each signature the key's name and its base64. Names are
percent-encoded (RFC 3986), so that all of it is ASCII without blanks inside.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from handrail.engine.ledger.checkpoint import NoteError, alleged

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LINE", "is_note", "notes_in", "one_line"]

LINE: Final = "handrail-checkpoint:"
_FORM: Final = rf"{LINE} (\S+) ([0-9]+) ([A-Za-z0-9+/=]+)((?: [^\s+]+ [A-Za-z0-9+/]{{60,}}=*)+)"


def notes_in(text: str) -> Iterator[str]:
    """Give each signed checkpoint of a text that holds several, and whatever else.

    The lines of a checkpoint are not empty, so it is two paragraphs: what is signed,
    and the signatures. Behind these come those in the one-line form, wherever they stand.
    """
    before = ""
    for paragraph in re.split(r"\n{2,}", text.strip("\n")):
        note = f"{before}\n\n{paragraph}\n"
        if paragraph.startswith("— ") and is_note(note):
            yield note
        before = paragraph
    for match in re.finditer(_FORM, text):
        note = _unfolded(*match.groups())
        if is_note(note):
            yield note


def one_line(note: str) -> str:
    """Return a signed checkpoint in the one-line form."""
    text, _, signatures = note.rstrip("\n").rpartition("\n\n")
    origin, size, root = text.split("\n")
    words = [quote(origin), size, root]
    for line in signatures.split("\n"):
        name, _, signature = line.removeprefix("— ").partition(" ")
        words += [quote(name), signature]
    return " ".join([LINE, *words])


def is_note(note: str) -> bool:
    """Tell whether it has the form of a signed checkpoint, whoever may have signed it."""
    try:
        alleged(note)
    except NoteError:
        return False
    return True


def _unfolded(origin: str, size: str, root: str, signatures: str) -> str:
    words = signatures.split()
    lines = [
        f"— {unquote(name)} {each}" for name, each in zip(words[::2], words[1::2], strict=True)
    ]
    return "\n".join([unquote(origin), size, root, "", *lines, ""])
