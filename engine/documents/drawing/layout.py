"""From a sketch to boxes and lines with places, region by region from the inside out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.documents.drawing.cards import chain
from handrail.engine.documents.drawing.members import compound, parallel, plain, with_loops
from handrail.engine.documents.drawing.nesting import nest
from handrail.engine.documents.drawing.region import lay_out_region
from handrail.engine.documents.drawing.shapes import Drawing, Line, Member, Point, Rect
from handrail.engine.machine.build import TOP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.documents.drawing.cards import Card, Link, Sketch
    from handrail.engine.documents.drawing.shapes import Area

__all__ = ["lay_out"]


def lay_out(sketch: Sketch) -> Drawing:
    """Give everything its place."""
    return _Layout(sketch).drawing()


class _Layout:
    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.definition = sketch.definition
        self.inners = nest(sketch)

    def area(self, region: str, header: Card | None) -> Area:
        """Lay out a region, with a header at its upper left."""
        return lay_out_region(self.inners[region], header, self.member)

    def member(self, key: str, attached: int) -> Member:
        """Lay out one member of a region.

        :param attached: the most lines that are attached to one of its borders.
        """
        if key.startswith("joint "):
            return Member(centred=True, pointed=True)
        card = self.sketch.cards[key]
        state = self.definition.states.get(key.removeprefix("state "))
        if card.shape == "compound" and state is not None:
            member = compound(card, lambda header: self.area(state.inside or "", header))
        elif card.shape == "parallel" and state is not None:
            member = parallel(card, state.tracks, self.sketch.wording, self.area)
        else:
            member = plain(card, attached)
        return with_loops(
            member, [self.sketch.cards[loop] for loop in self.sketch.loops.get(key, ())]
        )

    def drawing(self) -> Drawing:
        area = self.area(TOP, None)
        boxes = area.content.boxes
        joiner = _Joiner(self.sketch, area, {box.card.key: box.rect for box in boxes})
        return Drawing(
            width=area.width,
            height=area.height,
            boxes=boxes,
            lines=list(joiner.lines()),
            loops=area.content.loops,
        )


class _Joiner:
    """Joins the legs of each link, from its tail to its head."""

    def __init__(self, sketch: Sketch, area: Area, rects: dict[str, Rect]) -> None:
        self.sketch = sketch
        self.rects = rects
        self.legs: dict[tuple[int, str], list[tuple[Point, ...]]] = {}
        for link, region, points in area.content.legs:
            self.legs.setdefault((link, region), []).append(points)

    def lines(self) -> Iterator[Line]:
        for at, link in enumerate(self.sketch.links):
            out, into = self.chain(link.tail), self.chain(link.head)
            points: list[Point] = []
            for region in _way(out, into):
                for piece in self.legs.get((at, region), ()):
                    points += [spot for spot in piece if not points or spot != points[-1]]
            yield Line(link=link, points=tuple(self.to_borders(link, points)))

    def to_borders(self, link: Link, points: list[Point]) -> list[Point]:
        """Lead a line that begins or ends at a border from inside to that border."""
        if self.is_around(link.tail, link.head):
            points = [Point(points[0].x, self.rects[link.tail].y), *points]
        if self.is_around(link.head, link.tail):
            box = self.rects[link.head]
            points = [*points, Point(points[-1].x, box.y + box.height)]
        return points

    def is_around(self, card: str, other: str) -> bool:
        """Whether a card is a state that the other lies in."""
        regions = self.sketch.definition.regions
        return card in {f"state {regions[one].owner}" for one in self.chain(other)}

    def chain(self, card: str) -> tuple[str, ...]:
        return chain(self.sketch.definition, self.sketch.cards[card].home)


def _way(out: Sequence[str], into: Sequence[str]) -> list[str]:
    """The regions that a link passes, in its direction."""
    common = next(region for region in out if region in into)
    return [*out[: out.index(common) + 1], *reversed(into[: into.index(common)])]
