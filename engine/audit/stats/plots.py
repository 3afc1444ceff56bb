"""Plots as inline SVG: bars, and nothing that a bar cannot show.

Each is one picture with a text alternative; the page has its numbers as a table too.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.documents.drawing.letters import wrap
from handrail.engine.documents.drawing.strokes import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Bar", "bars", "columns", "spark"]

_SIZE: Final = 12.0  # of the text
_ROW: Final = 26.0
_LINE: Final = 15.0
_THICK: Final = 14.0
_LABELS: Final = 250.0  # width
_WIDTH: Final = 460.0  # of the longest bar
_VALUES: Final = 190.0
_HIGH: Final = 130.0  # the longest column


class Bar(NamedTuple):
    """One bar."""

    label: str
    value: float
    text: str  # the value in words
    mark: float | None = None  # a second value, shown as a stroke


def bars(rows: Sequence[Bar], title: str) -> str:
    """Draw horizontal bars, from zero, each with its value beside it."""
    most = max([1e-9, *(max(row.value, row.mark or 0.0) for row in rows)])
    parts: list[str] = []
    y = 0.0
    for row in rows:
        labels = wrap(row.label, _SIZE, _LABELS - 12, most=2)
        high = max(_ROW, len(labels) * _LINE + 8)
        parts += _labels(labels, y + high / 2)
        parts += _bar(row, y + high / 2, most)
        y += high
    return _picture("".join(parts), _LABELS + _WIDTH + _VALUES, y, title, _told(rows))


def columns(rows: Sequence[Bar], title: str) -> str:
    """Draw upright bars, one beside the other, for times that follow each other."""
    most = max([1e-9, *(row.value for row in rows)])
    wide = min(max(52.0, 800.0 / max(len(rows), 1)), 110.0)
    parts: list[str] = []
    for at, row in enumerate(rows):
        parts += _column(row, at * wide, wide, most)
    width = wide * len(rows)
    base = number(_LINE + _HIGH)
    parts.append(f'<path class="tick" d="M0 {base}H{number(width)}"/>')
    return _picture("".join(parts), width, _HIGH + 3 * _LINE, title, _told(rows))


def _column(row: Bar, x: float, wide: float, most: float) -> Iterator[str]:
    long = row.value / most * _HIGH
    top = _LINE + _HIGH - long
    yield _rect("bar", x + wide * 0.2, top, wide * 0.6, long)
    middle = number(x + wide / 2)
    for name, y, text in (("", top - 4, row.text), ("axis", 2 * _LINE + _HIGH, row.label)):
        place = f'class="{name}" x="{middle}" y="{number(y)}" text-anchor="middle"'
        yield f"<text {place}>{escape(text)}</text>"


def spark(counts: Sequence[int], title: str, told: str) -> str:
    """Draw counts as small columns without labels; the tallest is the most."""
    most, wide, high = max([1, *counts]), 14.0, 34.0
    body = "".join(
        _rect("bar" if count else "bar2", at * wide + 1, high - long, wide - 3, long)
        for at, count in enumerate(counts)
        for long in [max(count / most * high, 1.0)]
    )
    return _picture(body, wide * len(counts), high, title, told)


def _labels(lines: Sequence[str], middle: float) -> Iterator[str]:
    y = middle + 4 - (len(lines) - 1) * _LINE / 2
    for at, text in enumerate(lines):
        place = f'x="{number(_LABELS - 8)}" y="{number(y + at * _LINE)}" text-anchor="end"'
        yield f"<text {place}>{escape(text)}</text>"


def _bar(row: Bar, middle: float, most: float) -> Iterator[str]:
    long = row.value / most * _WIDTH
    yield _rect("bar", _LABELS, middle - _THICK / 2, max(long, 1.0), _THICK)
    end = long
    if row.mark is not None:
        end = max(long, row.mark / most * _WIDTH)
        x, top = number(_LABELS + row.mark / most * _WIDTH), number(middle - _THICK / 2 - 2)
        yield f'<path class="mark" d="M{x} {top}v{number(_THICK + 4)}"/>'
    place = f'x="{number(_LABELS + end + 7)}" y="{number(middle + 4)}"'
    yield f'<text class="dim" {place}>{escape(row.text)}</text>'


def _rect(name: str, x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect class="{name}" x="{number(x)}" y="{number(y)}" '
        f'width="{number(width)}" height="{number(height)}"/>'
    )


def _picture(body: str, width: float, height: float, title: str, told: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" '
        f'aria-label="{escape(f"{title}: {told}")}" width="{number(width)}" '
        f'height="{number(height)}" viewBox="0 0 {number(width)} {number(height)}">{body}</svg>'
    )


def _told(rows: Sequence[Bar]) -> str:
    return "; ".join(f"{row.label} {row.text}" for row in rows)
