"""The lines of a drawing, in SVG."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from handrail.engine.documents.drawing.shapes import Point

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.documents.drawing.shapes import Box, Line

__all__ = ["line_strokes", "loop_strokes", "number"]

_TIP: Final = 8.0  # the length of an arrow's tip
_APART: Final = 5.0  # of a loop's two lines, from their middle
_SAME: Final = 0.5  # pixels that are no difference


def number(value: float) -> str:
    """Write a number as short as it can be."""
    return f"{value:.1f}".removesuffix(".0")


def line_strokes(line: Line) -> Iterator[str]:
    """Draw a line, with its tip if it ends where it leads."""
    names = ["way"]
    names += ["auto"] if line.link.automatic else []
    names += ["was"] if line.link.visited else []
    points = list(line.points)
    end, way = points[-1], 1 if points[-1].y >= points[-2].y else -1
    if line.link.arrow:
        points[-1] = Point(end.x, end.y - way * (_TIP - 1))
    yield f'<path class="{" ".join(names)}" d="{_path(points)}"/>'
    if line.link.arrow:
        back = end.y - way * _TIP
        corners = [end, Point(end.x - 4, back), Point(end.x + 4, back)]
        yield _tip(corners, visited=line.link.visited)


def loop_strokes(state: Box, card: Box) -> Iterator[str]:
    """Draw a loop: from a state's right border to a card and back."""
    x, far = state.rect.x + state.rect.width, card.rect.x
    middle = card.rect.y + card.rect.height / 2
    lowest = state.rect.y + state.rect.height - _APART - 4
    y = min(middle, lowest)
    visited = "visited" in card.card.marks
    there = _across(Point(x, y - _APART), Point(far, middle - _APART))
    back = _across(Point(far, middle + _APART), Point(x + _TIP - 1, y + _APART))
    yield f'<path class="{"loop was" if visited else "loop"}" d="{there}{back}"/>'
    end = Point(x, y + _APART)
    corners = [end, Point(x + _TIP, end.y - 4), Point(x + _TIP, end.y + 4)]
    yield _tip(corners, visited=visited)


def _tip(corners: Sequence[Point], *, visited: bool) -> str:
    spots = " ".join(f"{number(x)},{number(y)}" for x, y in corners)
    return f'<polygon class="{"tip was" if visited else "tip"}" points="{spots}"/>'


def _path(points: Sequence[Point]) -> str:
    """Straight where x stays; else an S that begins and ends upright."""
    parts = [f"M{_spot(points[0])}"]
    for one, two in pairwise(points):
        if abs(one.x - two.x) < _SAME:
            parts.append(f"L{_spot(two)}")
        else:
            middle = (one.y + two.y) / 2
            bends = (Point(one.x, middle), Point(two.x, middle), two)
            parts.append(f"C{' '.join(_spot(bend) for bend in bends)}")
    return "".join(parts)


def _across(one: Point, two: Point) -> str:
    """Straight where y stays; else an S that begins and ends level."""
    if abs(one.y - two.y) < _SAME:
        return f"M{_spot(one)}L{_spot(two)}"
    middle = (one.x + two.x) / 2
    bends = (Point(middle, one.y), Point(middle, two.y), two)
    return f"M{_spot(one)}C{' '.join(_spot(bend) for bend in bends)}"


def _spot(point: Point) -> str:
    return f"{number(point.x)} {number(point.y)}"
