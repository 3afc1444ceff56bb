"""Ranks of a region's members, and their order in each rank.

A layered drawing (Sugiyama, Tagawa, Toda 1981): each leg runs from a rank to a
lower one; where it passes ranks it has a *bend* in each, so that nothing else stands
in its way; and the order in the ranks is sought in which the fewest legs cross.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from handrail.engine.documents.drawing.nesting import Inner, Leg

__all__ = ["Ranked", "Segment", "rank"]

_SWEEPS: Final = 12
_SWAPS: Final = 6

_Spots = tuple[list[float], list[float]]  # above and below


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A leg's piece from one rank to the next."""

    leg: int  # the leg's index in the region
    upper: str  # a member or a bend
    lower: str


@dataclass(slots=True, kw_only=True)
class Ranked:
    """A region's members in ranks, with the bends of legs that pass."""

    ranks: list[list[str]] = field(default_factory=list)  # top to bottom, left to right
    segments: list[list[Segment]] = field(default_factory=list)  # below each rank but the last
    bends: frozenset[str] = frozenset()


def rank(inner: Inner, *, lid: Sequence[str], attach: Callable[[str, int], float]) -> Ranked:
    """Rank and order what lies in a region.

    :param lid: what stands in the first rank from the left, before ports (a header).
    :param attach: where a leg (its index) is attached to a member, from 0 to 1.
    """
    levels = _levels(inner, lid)
    ranked = _ranked(inner, lid, levels)
    _order(ranked, attach, pinned=len(lid))
    return ranked


# -- ranks -----------------------------------------------------------------------------


def _levels(inner: Inner, lid: Sequence[str]) -> dict[str, int]:
    """As high as the legs allow; ports at the top and bottom."""
    first = 1 if lid or inner.lids else 0
    levels = dict.fromkeys(inner.members, first)
    levels |= dict.fromkeys([*lid, *inner.lids], 0)
    for leg in _downward(inner.legs, [*inner.lids, *inner.members]):
        levels[leg.lower] = max(levels.get(leg.lower, first), levels[leg.upper] + 1)
    last = max([levels[member] for member in inner.members], default=0)
    levels |= dict.fromkeys(inner.bottoms, last + 1)
    return levels


def _downward(legs: Sequence[Leg], members: Iterable[str]) -> Iterator[Leg]:
    """The legs in an order in which all that lead to a member come before those from it."""
    below: dict[str, list[Leg]] = {}
    waits: dict[str, int] = {}
    for leg in legs:
        below.setdefault(leg.upper, []).append(leg)
        waits[leg.lower] = waits.get(leg.lower, 0) + 1
    ready = [member for member in members if member not in waits]
    while ready:
        for leg in below.get(ready.pop(0), ()):
            yield leg
            waits[leg.lower] -= 1
            if not waits[leg.lower]:
                ready.append(leg.lower)


def _ranked(inner: Inner, lid: Sequence[str], levels: Mapping[str, int]) -> Ranked:
    ranks: list[list[str]] = [[] for _ in range(max(levels.values(), default=0) + 1)]
    for member in (*lid, *inner.lids, *inner.members, *inner.bottoms):
        ranks[levels[member]].append(member)
    segments: list[list[Segment]] = [[] for _ in ranks[1:]]
    bends: list[str] = []
    for at, leg in enumerate(inner.legs):
        upper = leg.upper
        for level in range(levels[leg.upper], levels[leg.lower]):
            lower = leg.lower if level + 1 == levels[leg.lower] else f"bend {at} {level + 1}"
            if lower != leg.lower:
                ranks[level + 1].append(lower)
                bends.append(lower)
            segments[level].append(Segment(leg=at, upper=upper, lower=lower))
            upper = lower
    return Ranked(ranks=ranks, segments=segments, bends=frozenset(bends))


# -- order -----------------------------------------------------------------------------


class _Orderer:
    """Looks for an order with few crossings: medians, then neighbours exchanged."""

    def __init__(self, ranked: Ranked, attach: Callable[[str, int], float], *, pinned: int) -> None:
        self.ranks = ranked.ranks
        self.segments = ranked.segments
        self.attach = attach
        self.pinned = pinned  # so many at the left of the first rank stay there
        self.above: dict[str, list[Segment]] = {}
        self.below: dict[str, list[Segment]] = {}
        for segments in ranked.segments:
            for segment in segments:
                self.below.setdefault(segment.upper, []).append(segment)
                self.above.setdefault(segment.lower, []).append(segment)

    def place(self, member: str, leg: int, places: Mapping[str, int]) -> float:
        return places[member] + self.attach(member, leg)

    def median(self, level: int, *, down: bool) -> None:
        """Order one rank by where its neighbours in the rank before stand."""
        places = self.places(level - 1 if down else level + 1)
        keys: dict[str, float] = {}
        rank_ = self.ranks[level]
        for at, member in enumerate(rank_):
            legs = (self.above if down else self.below).get(member, ())
            spots = sorted(
                self.place(leg.upper if down else leg.lower, leg.leg, places) for leg in legs
            )
            keys[member] = _middle(spots) if spots else float(at)
        fixed = self.pinned if level == 0 else 0
        self.ranks[level] = rank_[:fixed] + sorted(rank_[fixed:], key=keys.__getitem__)

    def crossings(self, level: int) -> int:
        """How many segments cross between a rank and the next."""
        upper, lower = self.places(level), self.places(level + 1)
        ends = sorted(
            (self.place(one.upper, one.leg, upper), self.place(one.lower, one.leg, lower))
            for one in self.segments[level]
        )
        seen: list[float] = []
        count = 0
        for _, end in ends:
            count += len(seen) - bisect_right(seen, end)
            insort(seen, end)
        return count

    def total(self) -> int:
        return sum(self.crossings(level) for level in range(len(self.segments)))

    def exchange(self) -> None:
        """Exchange neighbours while that takes crossings away."""
        for _ in range(_SWAPS):
            found = [self.exchange_in(level) for level in range(len(self.ranks))]
            if not any(found):
                return

    def exchange_in(self, level: int) -> bool:
        found = False
        rank_ = self.ranks[level]
        around = self.places(level - 1), self.places(level + 1)
        spots = {member: self.spots(member, *around) for member in rank_}
        for at in range(self.pinned if level == 0 else 0, len(rank_) - 1):
            one, two = spots[rank_[at]], spots[rank_[at + 1]]
            if _crossed(two, one) < _crossed(one, two):
                rank_[at], rank_[at + 1] = rank_[at + 1], rank_[at]
                found = True
        return found

    def spots(self, member: str, over: Mapping[str, int], under: Mapping[str, int]) -> _Spots:
        """Where the segments of a member end, above and below."""
        above, below = self.above.get(member, ()), self.below.get(member, ())
        return (
            [self.place(one.upper, one.leg, over) for one in above],
            [self.place(one.lower, one.leg, under) for one in below],
        )

    def places(self, level: int) -> dict[str, int]:
        inside = 0 <= level < len(self.ranks)
        return {member: at for at, member in enumerate(self.ranks[level])} if inside else {}


def _crossed(left: _Spots, right: _Spots) -> int:
    """How many segments of two neighbours cross."""
    return sum(
        one > two
        for mine, others in zip(left, right, strict=True)
        for one in mine
        for two in others
    )


def _middle(spots: Sequence[float]) -> float:
    half = len(spots) // 2
    return spots[half] if len(spots) % 2 else (spots[half - 1] + spots[half]) / 2


def _order(ranked: Ranked, attach: Callable[[str, int], float], *, pinned: int) -> None:
    orderer = _Orderer(ranked, attach, pinned=pinned)
    best, fewest = [list(one) for one in orderer.ranks], orderer.total()
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        levels = range(1, len(orderer.ranks)) if down else range(len(orderer.ranks) - 2, -1, -1)
        for level in levels:
            orderer.median(level, down=down)
        orderer.exchange()
        if (count := orderer.total()) < fewest:
            best, fewest = [list(one) for one in orderer.ranks], count
    ranked.ranks = best
