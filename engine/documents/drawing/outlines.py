"""The boxes of a drawing, in SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.documents.drawing.fit import CLOCK, SIZES
from handrail.engine.documents.drawing.strokes import number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from handrail.engine.documents.drawing.fit import Fitted, Row
    from handrail.engine.documents.drawing.shapes import Box, Rect

__all__ = ["box_outline", "plate"]

_ROUND: Final = 7.0  # the radius of a corner
_CHIP: Final = 12.0  # that of a step's, at most
_RING: Final = 4.0  # between the two borders of a final state
_BAR: Final = 7.0  # from a running state's border to the bar inside


class _Frame(NamedTuple):
    """A rectangle with round corners."""

    x: float
    y: float
    width: float
    height: float
    corner: float = _ROUND


def box_outline(box: Box) -> Iterator[str]:
    """Draw a box with its text, in a group of its own."""
    rect = box.rect
    place = f"translate({number(rect.x)} {number(rect.y)})"
    key = escape(box.card.key)
    yield f'<g class="{_classes(box)}" data-key="{key}" transform="{place}">'
    if box.card.about:
        yield f"<title>{escape(box.card.about)}</title>"
    yield from _SHAPES.get(box.card.shape, _rounded)(rect)
    for one in box.dividers:
        yield _upright("divide", one.x - rect.x, one.y - rect.y, one.y - rect.y + one.height)
    yield from _rows(box.fitted)
    yield "</g>"


def _classes(box: Box) -> str:
    card = box.card
    found = ["region"] if card.is_nested else [_NAMES.get(card.shape, card.shape)]
    if card.is_nested and box.depth % 2:
        found.append("deep")
    return " ".join([*found, *(name for mark, name in _MARKS.items() if mark in card.marks)])


_NAMES: Final = {"step": "chip", "header": "heading"}
_MARKS: Final = {"visited": "was", "now": "here", "deviated": "put"}


def _rounded(rect: Rect) -> Iterator[str]:
    yield _framed("shape", _Frame(0, 0, rect.width, rect.height))


def _chip(rect: Rect) -> Iterator[str]:
    corner = min(rect.height / 2, _CHIP)
    yield _framed("shape", _Frame(0, 0, rect.width, rect.height, corner))


def _final(rect: Rect) -> Iterator[str]:
    yield from _rounded(rect)
    wide, high = rect.width - 2 * _RING, rect.height - 2 * _RING
    yield _framed("ring", _Frame(_RING, _RING, wide, high, _ROUND - _RING))


def _running(rect: Rect) -> Iterator[str]:
    yield _framed("shape", _Frame(0, 0, rect.width, rect.height, 2))
    for x in (_BAR, rect.width - _BAR):
        yield _upright("bar", x, 0, rect.height)


def _diamond(rect: Rect) -> Iterator[str]:
    wide, high = rect.width, rect.height
    corners = ((wide / 2, 0.0), (wide, high / 2), (wide / 2, high), (0.0, high / 2))
    spots = " ".join(f"{number(x)},{number(y)}" for x, y in corners)
    yield f'<polygon class="shape" points="{spots}"/>'


def _dot(rect: Rect) -> Iterator[str]:
    radius = number(rect.width / 2)
    yield f'<circle class="shape" cx="{radius}" cy="{radius}" r="{radius}"/>'


def _nothing(_: Rect) -> Iterator[str]:
    yield from ()


_SHAPES: Final[Mapping[str, Callable[[Rect], Iterator[str]]]] = {
    "step": _chip,
    "final": _final,
    "running": _running,
    "deciding": _diamond,
    "start": _dot,
    "header": _nothing,
}


def _framed(name: str, frame: _Frame) -> str:
    x, y, wide, high, corner = (number(value) for value in frame)
    return f'<rect class="{name}" x="{x}" y="{y}" width="{wide}" height="{high}" rx="{corner}"/>'


def _upright(name: str, x: float, top: float, bottom: float) -> str:
    return f'<path class="{name}" d="M{number(x)} {number(top)}V{number(bottom)}"/>'


# -- text ------------------------------------------------------------------------------


def _rows(fitted: Fitted) -> Iterator[str]:
    if fitted.badge is not None:
        yield from _badge(fitted.badge)
    for row in fitted.rows:
        x = row.x
        if row.style == "clock":
            yield from _clock(row)
            x += CLOCK
        middle = ' text-anchor="middle"' if row.centred else ""
        place = f'x="{number(x)}" y="{number(row.y)}"{middle}'
        yield f'<text class="{row.style}" {place}>{escape(row.text)}</text>'


def _badge(row: Row) -> Iterator[str]:
    yield plate(row.x, row.y - SIZES["badge"], row.width)
    middle = number(row.x + row.width / 2)
    place = f'x="{middle}" y="{number(row.y)}" text-anchor="middle"'
    yield f'<text class="badge" {place}>{escape(row.text)}</text>'


def plate(x: float, y: float, width: float) -> str:
    """Draw what the numbers of moves stand on."""
    return _framed("plate", _Frame(x, y, width, SIZES["badge"] + 4))


def _clock(row: Row) -> Iterator[str]:
    """The sign of a clock, drawn: not every font has one."""
    x, y = row.x + 5, row.y - 4
    yield f'<circle class="sign" cx="{number(x)}" cy="{number(y)}" r="4.6"/>'
    hands = f"M{number(x)} {number(y - 3)}V{number(y)}L{number(x + 2.4)} {number(y + 1.4)}"
    yield f'<path class="sign" d="{hands}"/>'
