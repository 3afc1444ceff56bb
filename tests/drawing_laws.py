"""What must hold of every drawing: nothing overlaps, nothing is crossed, lines touch."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from handrail.engine.documents.drawing.shapes import Point, Rect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.drawing.cards import Sketch
    from handrail.engine.documents.drawing.shapes import Box, Drawing, Line

REGIONS = ("compound", "parallel")
NEAR = 0.01  # pixels


def violations(sketch: Sketch, drawing: Drawing) -> list[str]:
    """Everything that is wrong with a drawing, in words."""
    return [
        *_all_there(sketch, drawing),
        *_overlaps(sketch, drawing),
        *_untouched(drawing),
        *_crossed(sketch, drawing),
    ]


def _all_there(sketch: Sketch, drawing: Drawing) -> Iterator[str]:
    keys = [box.card.key for box in drawing.boxes if box.card.shape != "header"]
    if sorted(keys) != sorted(sketch.cards):
        yield f"cards {sorted(set(sketch.cards) ^ set(keys))}, twice {len(keys) - len(set(keys))}"
    if len(drawing.lines) != len(sketch.links):
        yield "not every link has a line"
    frame = Rect(0, 0, drawing.width, drawing.height)
    for box in drawing.boxes:
        if not _holds(frame, box.rect):
            yield f"{box.card.key} is outside of the drawing"


def _overlaps(sketch: Sketch, drawing: Drawing) -> Iterator[str]:
    for one, two in combinations(drawing.boxes, 2):
        if not _meet(one.rect, two.rect):
            continue
        outer, inner = (one, two) if one.card.key in around(sketch, two) else (two, one)
        if outer.card.key not in around(sketch, inner):
            yield f"{one.card.key} overlaps {two.card.key}"
        elif not _holds(outer.rect, inner.rect):
            yield f"{inner.card.key} sticks out of {outer.card.key}"
    for box in drawing.boxes:
        if box.card.shape not in REGIONS:
            continue
        for other in drawing.boxes:
            covers = other is not box and _meet(heading(box), other.rect)
            if covers and other.card.key not in around(sketch, box):
                yield f"{other.card.key} covers the heading of {box.card.key}"


def _untouched(drawing: Drawing) -> Iterator[str]:
    rects = {box.card.key: box.rect for box in drawing.boxes}
    for line in drawing.lines:
        for end, key in ((line.points[0], line.link.tail), (line.points[-1], line.link.head)):
            rect = rects[key]
            level = min(abs(end.y - rect.y), abs(end.y - rect.y - rect.height)) < NEAR
            if not level or not rect.x - NEAR <= end.x <= rect.x + rect.width + NEAR:
                yield f"{line.link.tail} -> {line.link.head} does not touch {key}"


def _crossed(sketch: Sketch, drawing: Drawing) -> Iterator[str]:
    for line in drawing.lines:
        ends = {line.link.tail, line.link.head}
        spots = list(_spots(line))
        for box in drawing.boxes:
            if box.card.key in ends and box.card.shape not in REGIONS:
                continue
            rect = heading(box) if _may_pass(sketch, line, box) else box.rect
            if any(_inside(rect, spot) for spot in spots):
                yield f"{line.link.tail} -> {line.link.head} crosses {box.card.key}"


def _may_pass(sketch: Sketch, line: Line, box: Box) -> bool:
    """Whether a line belongs into a box: one of its ends lies in it, or is it."""
    ends = (line.link.tail, line.link.head)
    cards = [sketch.cards[end] for end in ends]
    inside = any(box.card.key in _owners(sketch, card.home) for card in cards)
    return inside or box.card.key in ends


def heading(box: Box) -> Rect:
    """Where the text of a state with others inside stands."""
    rows = [*box.fitted.rows, *([box.fitted.badge] if box.fitted.badge else [])]
    if box.card.shape not in REGIONS or not rows:
        return box.rect
    left = min(row.x for row in rows)
    right = max(row.x + row.width for row in rows)
    top, bottom = min(row.y for row in rows) - 9, max(row.y for row in rows) + 2
    return Rect(box.rect.x + left, box.rect.y + top, right - left, bottom - top)


def around(sketch: Sketch, box: Box) -> set[str]:
    """The state cards that a box lies in."""
    return _owners(sketch, box.card.home)


def _owners(sketch: Sketch, region: str) -> set[str]:
    owners = set()
    owner = sketch.definition.regions[region].owner
    while owner is not None:
        owners.add(f"state {owner}")
        owner = sketch.definition.regions[sketch.definition.states[owner].region].owner
    return owners


def _spots(line: Line) -> Iterator[Point]:
    """Places on a line, close to each other; the S is the curve that the SVG draws."""
    for one, two in pairwise(line.points):
        for step in range(1, 16):
            t = step / 16
            bent = 3 * t * t - 2 * t * t * t
            high = (one.y + two.y) / 2
            y = (1 - t) ** 3 * one.y + 3 * t * (1 - t) * high + t**3 * two.y
            yield Point(one.x + (two.x - one.x) * bent, y)


def _meet(one: Rect, two: Rect) -> bool:
    return (
        one.x + NEAR < two.x + two.width
        and two.x + NEAR < one.x + one.width
        and one.y + NEAR < two.y + two.height
        and two.y + NEAR < one.y + one.height
    )


def _holds(outer: Rect, inner: Rect) -> bool:
    return (
        outer.x <= inner.x + NEAR
        and outer.y <= inner.y + NEAR
        and inner.x + inner.width <= outer.x + outer.width + NEAR
        and inner.y + inner.height <= outer.y + outer.height + NEAR
    )


def _inside(rect: Rect, spot: Point) -> bool:
    return (
        rect.x + NEAR < spot.x < rect.x + rect.width - NEAR
        and rect.y + NEAR < spot.y < rect.y + rect.height - NEAR
    )
