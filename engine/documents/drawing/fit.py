"""The text of a card broken into lines, and the size that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.documents.drawing.letters import LEADING, measure, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.drawing.cards import Card, Words

__all__ = ["CLOCK", "SIZES", "Fitted", "Row", "fit"]

SIZES: Final = {"title": 13.0, "step": 12.0, "badge": 11.0}  # pixels; others:
_SMALL: Final = 11.0
_BOLD: Final = frozenset({"title", "badge", "now", "late"})
_LIMITS: Final = {"title": 150.0, "step": 128.0, "guard": 118.0}  # where lines break; others:
_LIMIT: Final = 150.0
_MOST: Final = {"guard": 4}  # lines; the tooltip has the rest
CLOCK: Final = 15.0  # the width of the sign of a clock, with the air after it
_PADDING: Final = {  # air left and right, above and below
    "step": (9.0, 5.0),
    "branch": (4.0, 2.0),
    "final": (16.0, 11.0),
    "running": (20.0, 9.0),
    "header": (2.0, 0.0),
}
_USUAL: Final = (13.0, 9.0)
_DOT: Final = 12.0  # the diameter of a start


class Row(NamedTuple):
    """One line of text, placed in its card."""

    text: str
    style: str
    x: float  # where it begins; its middle where ``centred``
    y: float  # its baseline
    width: float
    centred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A card's size and what stands where in it."""

    width: float
    height: float
    rows: tuple[Row, ...] = ()
    badge: Row | None = None


def fit(card: Card, *, least: float = 0.0) -> Fitted:
    """Fit a card around its words.

    :param least: the least width, for what is attached to it.
    """
    if card.shape == "start":
        return Fitted(width=_DOT, height=_DOT)
    wide, high = _PADDING.get(card.shape, _USUAL)
    rows, width, height = _rows(card)
    if card.shape == "deciding":  # the text lies in the middle of a diamond: half its size
        wide, high = width / 2 + 8, height / 2 + 6
    room = max(width + 2 * wide, least)
    left = (room - width) / 2 if card.shape != "header" else wide
    moved = [row._replace(x=row.x + left, y=row.y + high) for row in rows]
    return Fitted(
        width=room,
        height=height + 2 * high,
        rows=tuple(row for row in moved if row.style != "badge"),
        badge=next((row for row in moved if row.style == "badge"), None),
    )


def _rows(card: Card) -> tuple[list[Row], float, float]:
    """The lines of a card under each other, centred but in a header, and their extent."""
    lines = [row for words in card.words for row in _broken(words)]
    width = max((line.width for line in lines), default=0.0)
    rows: list[Row] = []
    y = 0.0
    for line in lines:
        size = SIZES.get(line.style, _SMALL)
        rows.append(_aligned(line, width, is_header=card.shape == "header")._replace(y=y + size))
        y += size * LEADING
    return _with_badge(card.badge, rows, width, y) if card.badge else (rows, width, y)


def _aligned(line: Row, width: float, *, is_header: bool) -> Row:
    if is_header:
        return line
    if line.style == "clock":  # its sign stands before it
        return line._replace(x=(width - line.width) / 2)
    return line._replace(x=width / 2, centred=True)


def _with_badge(
    badge: str, rows: list[Row], width: float, height: float
) -> tuple[list[Row], float, float]:
    """Put the numbers before the first line."""
    size = SIZES["badge"]
    wide = measure(badge, size, bold=True) + 9.0
    height = max(height, size * LEADING + 2)
    shifted = [row._replace(x=row.x + wide + 6) for row in rows]
    middle = rows[0].y if rows else size + 1
    own = Row(badge, "badge", 0.0, middle, wide)
    return [own, *shifted], width + wide + (6 if rows else 0), height


def _broken(words: Words) -> Iterator[Row]:
    style = words.style
    size, bold = SIZES.get(style, _SMALL), style in _BOLD
    limit = _LIMITS.get(style, _LIMIT)
    for at, text in enumerate(wrap(words.text, size, limit, bold=bold, most=_MOST.get(style))):
        sign = CLOCK if style == "clock" and at == 0 else 0.0
        width = measure(text, size, bold=bold) + sign
        yield Row(text, style if at == 0 or style != "clock" else "info", 0.0, 0.0, width)
