"""What a screen says, apart from how it is shown.

A renderer answers with a page: lines of styled spans, and tables. ``lay_out``
turns it into text, wrapped to a terminal's width or one line each for a pipe,
with colours or without. Own and small, because rich costs 40 ms of an operator's
time on every step.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Block", "Line", "Span", "Table", "brief", "clean", "lay_out", "line", "span"]

_STYLES = {  # ECMA-48 select graphic rendition
    "title": "1",
    "state": "1;36",
    "strong": "1",
    "dim": "2",
    "good": "32",
    "warn": "33",
    "alarm": "1;31",
    "drill": "1;35",
    "command": "36",
    "quote": "3",
}
# Whatever could move a terminal's cursor, or turn the direction of reading round.
# Compiled when first used: what is only recorded needs no screen.
_CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"


_NARROWEST = 12  # columns; a common word


class Span(NamedTuple):
    """A run of text in one style."""

    text: str
    style: str = ""


class Line(NamedTuple):
    """One line; where it is wrapped, what follows stands under ``hang``."""

    spans: tuple[Span, ...] = ()
    indent: int = 0  # columns before the first word
    hang: int = 0  # columns more before the words of further lines


class Table(NamedTuple):
    """Rows in columns as wide as they need to be; the last takes what is left."""

    head: tuple[str, ...]
    rows: tuple[tuple[Span, ...], ...]


Block = Line | Table


def span(text: object, style: str = "") -> Span:
    """Return a span whose text cannot command a terminal."""
    return Span(text=clean(str(text)), style=style)


def line(*parts: Span | str, indent: int = 0, hang: int = 2) -> Line:
    """Return a line of spans; plain strings have no style."""
    spans = tuple(part if isinstance(part, Span) else span(part) for part in parts)
    return Line(spans=spans, indent=indent, hang=hang)


def clean(text: str) -> str:
    """Show control characters instead of sending them."""
    return re.sub(_CONTROL, lambda match: f"\\x{ord(match[0]):02x}", text)


def brief(text: str, most: int = 100) -> str:
    """Return a text as one line of a table, cut where it takes more than ``most`` columns."""
    flat = " ".join(text.split())
    if _cells(flat) <= most:
        return flat
    kept = flat[: most - 1]
    while _cells(kept) >= most:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def lay_out(page: Iterable[Block], *, width: int | None = None, colour: bool = False) -> str:
    """Return the page as text that ends with a line feed.

    :param width: columns to wrap to; None for one line each, as a pipe wants it.
    """
    lines: list[str] = []
    for block in page:
        rows = _table(block, width) if isinstance(block, Table) else [block]
        for row in rows:
            lines.extend(_wrap(row, width, colour=colour))
    return "".join(f"{text}\n" for text in lines)


def _table(table: Table, width: int | None) -> Iterator[Line]:
    head = tuple(Span(text=title, style="dim") for title in table.head)
    rows = [head, *table.rows]
    widths = [max(_cells(row[at].text) for row in rows) for at in range(len(head))]
    before = sum(widths[:-1]) + 2 * (len(widths) - 1)
    hang = before if width is None or _stays(width, before, widths[-1]) else 4
    for row in rows:
        yield Line(spans=tuple(_columns(row, widths)), hang=hang)


def _stays(width: int, before: int, last: int) -> bool:
    """Whether the last column is wrapped in its place: where it is wide, or two lines will do."""
    room = width - before
    return before < width * 2 // 3 or (room >= _NARROWEST and last <= 2 * room)


def _columns(row: Sequence[Span], widths: Sequence[int]) -> Iterator[Span]:
    for cell, wide in zip(row[:-1], widths, strict=False):
        yield cell
        yield Span(text=" " * (wide - _cells(cell.text) + 2))
    yield row[-1]


def _wrap(row: Line, width: int | None, *, colour: bool) -> Iterator[str]:
    """Break a line between words; a word longer than the line stands alone."""
    limit, used, first = width or 1_000_000, row.indent, True
    pieces = [(" " * used, "")]
    if _fits(row, limit):  # as mostly: there is nothing to break
        yield _joined([*pieces, *((part.text, part.style) for part in row.spans)], colour=colour)
        return
    for word, style in _words(row.spans):
        started = len(pieces) > 1
        if word == "\n" or (started and not word.isspace() and used + _cells(word) > limit):
            yield _joined(pieces, colour=colour)
            used, first = row.indent + row.hang, False
            pieces = [(" " * used, "")]
        if word == "\n" or (word.isspace() and not first and len(pieces) == 1):
            continue
        pieces.append((word, style))
        used += _cells(word)
    yield _joined(pieces, colour=colour)


def _fits(row: Line, limit: int) -> bool:
    text = "".join(part.text for part in row.spans)
    return "\n" not in text and not text[-1:].isspace() and row.indent + _cells(text) <= limit


def _joined(pieces: list[tuple[str, str]], *, colour: bool) -> str:
    while pieces and pieces[-1][0].isspace():
        pieces.pop()
    if not colour:
        return "".join(text for text, _ in pieces)
    runs = groupby(pieces, key=lambda piece: piece[1])
    return "".join(_paint("".join(text for text, _ in run), style) for style, run in runs)


def _words(spans: Iterable[Span]) -> Iterator[tuple[str, str]]:
    for part in spans:
        for word in re.findall(r"\n|[^\S\n]+|\S+", part.text):
            yield word, part.style


def _paint(text: str, style: str) -> str:
    code = _STYLES.get(style)
    return f"\x1b[{code}m{text}\x1b[0m" if code else text


def _cells(text: str) -> int:
    """How many columns the text takes (Unicode Annex 11: wide characters take two)."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - seldom needed

    wide = sum(1 for mark in text if east_asian_width(mark) in "WF")
    return len(text) + wide - sum(1 for mark in text if combining(mark))
