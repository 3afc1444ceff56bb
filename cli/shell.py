"""Commands as text: quoted only where a shell would misread them."""

from __future__ import annotations

import re

__all__ = ["quote"]

_PLAIN = re.compile(r"[\w@%+=:,./…-]+")


def quote(word: str) -> str:
    """Quote one word for a POSIX shell; plain words stay as they are."""
    if _PLAIN.fullmatch(word):
        return word
    name, equals, value = word.partition("=")
    if equals and _PLAIN.fullmatch(name):
        return f"{name}={quote(value)}" if value else word
    return "'" + word.replace("'", "'\"'\"'") + "'"
