"""Boxes and lines that have their places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from handrail.engine.documents.drawing.cards import Card, Link
    from handrail.engine.documents.drawing.fit import Fitted

__all__ = ["Area", "Box", "Content", "Crossing", "Drawing", "Line", "Member", "Point", "Rect"]

Crossing = tuple[int, bool]  # a link, and whether it leads in


class Point(NamedTuple):
    """A place in the drawing; y grows downward."""

    x: float
    y: float


class Rect(NamedTuple):
    """A box's place."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> Rect:
        """Return the same box elsewhere."""
        return Rect(self.x + x, self.y + y, self.width, self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A card that has its place."""

    card: Card
    rect: Rect
    fitted: Fitted  # its text; for a state with others inside, its header's
    depth: int = 0  # how many states it lies in
    dividers: tuple[Rect, ...] = ()  # lines between tracks, of no width


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A link that has its way: straight where x stays, an S where it changes."""

    link: Link
    points: tuple[Point, ...]


@dataclass(slots=True, kw_only=True)
class Drawing:
    """Everything with its place; the smallest x and y are 0."""

    width: float = 0.0
    height: float = 0.0
    boxes: list[Box] = field(default_factory=list)  # a state before what lies in it
    lines: list[Line] = field(default_factory=list)
    loops: list[tuple[Box, Box]] = field(default_factory=list)  # a state and a card at its right


@dataclass(slots=True, kw_only=True)
class Content:
    """Boxes and pieces of lines, seen from one corner."""

    boxes: list[Box] = field(default_factory=list)
    legs: list[tuple[int, str, tuple[Point, ...]]] = field(default_factory=list)  # link, region
    loops: list[tuple[Box, Box]] = field(default_factory=list)

    def take(self, other: Content, x: float, y: float, deeper: int = 0) -> None:
        """Take in what another holds, moved."""
        moved = {id(box): _moved(box, x, y, deeper) for box in other.boxes}
        self.boxes += moved.values()
        self.loops += [(moved[id(one)], moved[id(two)]) for one, two in other.loops]
        self.legs += [
            (link, region, tuple(Point(spot.x + x, spot.y + y) for spot in points))
            for link, region, points in other.legs
        ]


_NOWHERE: Final = Rect(0.0, 0.0, 0.0, 0.0)


@dataclass(slots=True, kw_only=True)
class Member:
    """One member of a region, laid out in itself; places are seen from its corner."""

    width: float = 0.0  # with the loops at its right
    height: float = 0.0
    box: Rect = _NOWHERE  # without them
    is_card: bool = False
    centred: bool = False  # whether a line that is alone attaches in the middle
    pointed: bool = False  # whether all lines do
    ports: dict[Crossing, float] = field(default_factory=dict)  # where links pass its border
    content: Content = field(default_factory=Content)


@dataclass(slots=True, kw_only=True)
class Area:
    """A region, laid out."""

    width: float
    height: float
    content: Content
    ports: dict[Crossing, float]  # where links pass its upper or lower border
    from_above: list[float]  # where at the upper one


def _moved(box: Box, x: float, y: float, deeper: int) -> Box:
    return Box(
        card=box.card,
        rect=box.rect.moved(x, y),
        fitted=box.fitted,
        depth=box.depth + deeper,
        dividers=tuple(one.moved(x, y) for one in box.dividers),
    )
