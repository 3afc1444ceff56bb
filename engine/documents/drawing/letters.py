"""How wide text is, and where it breaks; without a font at hand.

The widths are those of DejaVu Sans, which is as wide as any sans-serif that a
browser falls back on: in a narrower one a box has some air.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import combining, east_asian_width

__all__ = ["LEADING", "measure", "wrap"]

LEADING: Final = 1.3  # height of a line, in ems

_FIRST: Final = 32  # the code point of the first width
# Advance widths of U+0020 to U+007E, in hundredths of an em.
_WIDTHS: Final = (
    *(32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34),
    *(64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53),
    *(100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79),
    *(60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50),
    *(50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61),
    *(63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84),
)
_OTHER: Final = 68  # any other letter
_WIDE: Final = 100  # East Asian wide and fullwidth (Unicode Annex 11)
_BOLD: Final = 1.12  # how much wider bold is
_PARTS: Final = re.compile(r"[^/-]+[/-]*|[/-]+")  # a word that is too long breaks after - and /


def measure(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text in the unit of ``size``."""
    hundredths = sum(map(_advance, text))
    return hundredths * size / 100 * (_BOLD if bold else 1)


def _advance(letter: str) -> int:
    place = ord(letter) - _FIRST
    if 0 <= place < len(_WIDTHS):
        return _WIDTHS[place]
    if combining(letter):
        return 0
    return _WIDE if east_asian_width(letter) in "WF" else _OTHER


def wrap(
    text: str, size: float, limit: float, *, bold: bool = False, most: int | None = None
) -> list[str]:
    """Break text into lines of at most ``limit``; after ``most`` lines the rest is cut.

    A word that is wider than the limit is broken inside.
    """
    lines = [""]
    for part, glue in _parts(text, size, limit, bold=bold):
        longer = f"{lines[-1]}{glue}{part}" if lines[-1] else part
        if measure(longer, size, bold=bold) <= limit or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(part)
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 1], _cut(lines[most - 1], size, limit, bold=bold)]
    return lines


def _parts(text: str, size: float, limit: float, *, bold: bool) -> list[tuple[str, str]]:
    """The pieces that a line may end after, each with what joins it to the one before."""
    pieces: list[tuple[str, str]] = []
    for word in text.split():
        glue = " "
        fits = measure(word, size, bold=bold) <= limit
        for part in [word] if fits else _PARTS.findall(word):
            for piece in _broken(part, size, limit, bold=bold):
                pieces.append((piece, glue))
                glue = ""
    return pieces


def _broken(word: str, size: float, limit: float, *, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and measure(pieces[-1] + letter, size, bold=bold) > limit:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _cut(line: str, size: float, limit: float, *, bold: bool) -> str:
    while line and measure(f"{line}…", size, bold=bold) > limit:
        line = line[:-1]
    return f"{line.rstrip()}…"
