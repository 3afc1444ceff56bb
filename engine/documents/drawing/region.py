"""The layout of one region: its members in ranks, its lines between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handrail.engine.documents.drawing.members import PORTS, headline
from handrail.engine.documents.drawing.place import Width, place, spaced
from handrail.engine.documents.drawing.ranks import Segment, rank
from handrail.engine.documents.drawing.shapes import Area, Content, Member, Point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from handrail.engine.documents.drawing.cards import Card
    from handrail.engine.documents.drawing.nesting import Inner

__all__ = ["lay_out_region"]

_GAP: Final = 30.0  # between ranks
_EMPTY_GAP: Final = 6.0  # where no line runs
_FAR: Final = 140.0  # lines that run further sideways get a higher gap:
_SLOPE: Final = 0.06  # so much for each pixel
_HIGHEST: Final = 34.0  # but no more than this


def lay_out_region(
    inner: Inner, header: Card | None, lay_out: Callable[[str, int], Member]
) -> Area:
    """Lay out a region.

    :param header: what stands at its upper left.
    :param lay_out: lays out one member, given its key and the most lines at one border.
    """
    return _Region(inner, header, lay_out).area()


class _Region:
    def __init__(
        self, inner: Inner, header: Card | None, lay_out: Callable[[str, int], Member]
    ) -> None:
        self.inner = inner
        self.members = {key: lay_out(key, self.attached(key)) for key in inner.members}
        pinned = [] if header is None else [header.key]
        if header is not None:
            self.members[header.key] = headline(header)
        self.offsets: dict[tuple[int, str], float] = {}  # leg, member -> from its left edge
        self.fix()
        self.ranked = rank(inner, lid=pinned, attach=self.fraction)
        self.spread()
        self.left = place(self.ranked, self.widths(), self.attach, pinned=len(pinned))
        self.slide()

    def attached(self, key: str) -> int:
        """The most lines at one border of a member."""
        above = sum(leg.lower == key for leg in self.inner.legs)
        below = sum(leg.upper == key for leg in self.inner.legs)
        return max(above, below)

    # -- where lines are attached ----------------------------------------------------

    def fix(self) -> None:
        """Note where lines pass the borders of states with others inside."""
        for at, leg in enumerate(self.inner.legs):
            for key, enters in ((leg.upper, leg.flipped), (leg.lower, not leg.flipped)):
                member = self.members.get(key)
                x = None if member is None else member.ports.get((leg.link, enters))
                if x is not None:
                    self.offsets[at, key] = x

    def fraction(self, key: str, leg: int) -> float:
        """Where on a member a leg is attached, from 0 to 1."""
        member = self.members.get(key)
        if member is None or not member.width:
            return 0.5
        x = self.offsets.get((leg, key), member.box.width / 2)
        return min(max(x / member.width, 0.01), 0.99)

    def attach(self, key: str, segment: Segment) -> float:
        """How far from a member's left edge a segment is attached; 0 for bends and ports."""
        return self.offsets.get((segment.leg, key), 0.0)

    def x(self, key: str, leg: int) -> float:
        """Where a leg passes a member, bend or port."""
        return self.left[key] + self.offsets.get((leg, key), 0.0)

    def borders(self) -> Iterator[tuple[str, list[Segment], bool]]:
        """Each border with its segments from left to right, and whether it is a lower one."""
        ranks = self.ranked.ranks
        for level, pieces in enumerate(self.ranked.segments):
            for lower in (True, False):
                mine, others = (level, level + 1) if lower else (level + 1, level)
                places = {key: at for at, key in enumerate(ranks[others])}
                ends: dict[str, list[tuple[float, Segment]]] = {}
                for one in pieces:
                    near, far = (one.upper, one.lower) if lower else (one.lower, one.upper)
                    spot = places[far] + self.fraction(far, one.leg)
                    ends.setdefault(near, []).append((spot, one))
                for key in ranks[mine]:
                    if key in self.members and key in ends:
                        ordered = sorted(ends[key], key=lambda end: end[0])
                        yield key, [one for _, one in ordered], lower

    def spread(self) -> None:
        """Spread the lines at each border that may be anywhere on it."""
        for key, ends, _ in self.borders():
            member = self.members[key]
            fixed = [self.offsets[one.leg, key] for one in ends if (one.leg, key) in self.offsets]
            free = [one for one in ends if (one.leg, key) not in self.offsets]
            if member.pointed or (member.centred and len(free) == 1):
                spots = [member.box.width / 2] * len(free)
            else:
                spots = _spots(fixed, len(free), member.box.width)
            for one, spot in zip(free, spots, strict=True):
                self.offsets[one.leg, key] = spot

    def slide(self) -> None:
        """Let the lines at each plain state run straight where its border has room."""
        for key, ends, lower in self.borders():
            member = self.members[key]
            if member.centred or member.ports:
                continue
            wanted = [self.x(one.lower if lower else one.upper, one.leg) for one in ends]
            edge = min(PORTS, member.box.width / 4)
            room = member.box.width - 2 * edge
            gap = min(PORTS, room / max(len(ends) - 1, 1))
            spots = spaced(wanted, [gap] * (len(ends) - 1), [1.0] * len(ends))
            for at, (one, spot) in enumerate(zip(ends, spots, strict=True)):
                low, high = edge + at * gap, edge + room - (len(ends) - 1 - at) * gap
                self.offsets[one.leg, key] = min(max(spot - self.left[key], low), high)

    # -- sizes -----------------------------------------------------------------------

    def widths(self) -> dict[str, Width]:
        keys = (key for level in self.ranked.ranks for key in level)
        line = Member()
        members = {key: self.members.get(key, line) for key in keys}
        return {key: Width(member.width, member.is_card) for key, member in members.items()}

    def heights(self) -> list[float]:
        """The height of each rank."""
        return [
            max((self.members[key].height for key in level if key in self.members), default=0.0)
            for level in self.ranked.ranks
        ]

    def tops(self, heights: Sequence[float]) -> list[float]:
        tops = [0.0]
        for level, height in enumerate(heights[:-1]):
            tops.append(tops[-1] + height + self.gap(level))
        return tops

    def gap(self, level: int) -> float:
        """The distance to the next rank: higher where lines run far to the side."""
        segments = self.ranked.segments[level]
        if not segments:
            return _EMPTY_GAP
        runs = [abs(self.x(one.upper, one.leg) - self.x(one.lower, one.leg)) for one in segments]
        return _GAP + min(max(max(runs) - _FAR, 0.0) * _SLOPE, _HIGHEST)

    # -- all of it -------------------------------------------------------------------

    def area(self) -> Area:
        heights = self.heights()
        tops = self.tops(heights)
        content = Content()
        for level, keys in enumerate(self.ranked.ranks):
            for key in keys:
                if key in self.members:
                    content.take(self.members[key].content, self.left[key], tops[level])
        self.put_legs(content, tops, heights)
        return Area(
            width=max(
                (self.left[key] + one.width for key, one in self.widths().items()), default=0
            ),
            height=tops[-1] + heights[-1],
            content=content,
            ports=self.ports(),
            from_above=[self.left[key] for key in self.inner.lids],
        )

    def ports(self) -> dict[tuple[int, bool], float]:
        found = {}
        for leg in self.inner.legs:
            if leg.upper in self.inner.lids:
                found[leg.link, not leg.flipped] = self.left[leg.upper]
            if leg.lower in self.inner.bottoms:
                found[leg.link, leg.flipped] = self.left[leg.lower]
        return found

    def put_legs(self, content: Content, tops: Sequence[float], heights: Sequence[float]) -> None:
        points: dict[int, list[Point]] = {}
        for level, segments in enumerate(self.ranked.segments):
            for one in segments:
                spots = points.setdefault(one.leg, [])
                if one.upper not in self.ranked.bends:
                    spots += self.leaving(one, tops[level], heights[level])
                x = self.x(one.lower, one.leg)
                spots.append(Point(x, tops[level + 1]))
                if one.lower in self.ranked.bends:
                    spots.append(Point(x, tops[level + 1] + heights[level + 1]))
        for at, spots in points.items():
            leg = self.inner.legs[at]
            way = spots[::-1] if leg.flipped else spots
            content.legs.append((leg.link, self.inner.id, tuple(way)))

    def leaving(self, segment: Segment, top: float, height: float) -> list[Point]:
        """From the lower border of the upper end to the end of its rank."""
        x = self.x(segment.upper, segment.leg)
        member = self.members.get(segment.upper)
        begin = top + (member.box.height if member is not None else 0.0)
        return [Point(x, begin)] + ([Point(x, top + height)] if begin != top + height else [])


def _spots(fixed: Sequence[float], count: int, width: float) -> list[float]:
    """Places for so many more lines at a border, from left to right."""
    if not fixed:
        return [width * (at + 1) / (count + 1) for at in range(count)]
    taken = [0.0, *sorted(fixed), width]
    found = []
    for _ in range(count):
        at = max(range(len(taken) - 1), key=lambda one: taken[one + 1] - taken[one])
        found.append((taken[at] + taken[at + 1]) / 2)
        taken.insert(at + 1, found[-1])
    return sorted(found)
