"""Where the members of ranks stand from left to right.

Each sweep draws every member to where its legs want it, as far as the order and the
distances allow (least squares under an order, by pooling adjacent violators). Then
what is almost straight is made straight.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from handrail.engine.documents.drawing.ranks import Ranked, Segment

__all__ = ["Width", "place", "spaced"]

_ROUNDS: Final = 10
_FIRM: Final = 1e6
_FAR: Final = 1e9
_CORNER: Final = 25.0  # pixels of moving that a corner less is worth
_BEND_WEIGHT: Final = 8.0  # legs that pass should be straight
_WEIGHT: Final = 1.0


class Width(NamedTuple):
    """What the placing needs to know of a member."""

    width: float
    is_card: bool  # cards keep further apart than lines


def spaced(
    wanted: Sequence[float], distances: Sequence[float], weights: Sequence[float]
) -> list[float]:
    """Return the positions nearest to those wanted that keep the distances.

    Least squares; pools adjacent violators (Barlow and others 1972).

    :param distances: between each position and the next; one less than positions.
    """
    offsets = [0.0]
    for distance in distances:
        offsets.append(offsets[-1] + distance)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, members
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        block = (want - offset, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, heavy, count = blocks.pop()
            total = heavy + block[1]
            block = ((mean * heavy + block[0] * block[1]) / total, total, count + block[2])
        blocks.append(block)
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def place(
    ranked: Ranked,
    widths: Mapping[str, Width],
    attach: Callable[[str, Segment], float],
    *,
    pinned: int,
) -> dict[str, float]:
    """Return the left edge of each member.

    :param attach: how far from a member's left edge a segment is attached.
    :param pinned: so many members at the left of the first rank stay at the very left.
    """
    return _Placer(ranked, widths, attach).place(pinned)


class _Pull(NamedTuple):
    """What draws one member: the other end of a segment."""

    other: str
    shift: float  # the member's left edge, seen from the other's
    weight: float


class _Post(NamedTuple):
    """A member that an upright line passes."""

    member: str
    offset: float  # from its left edge


class _Placer:
    def __init__(
        self,
        ranked: Ranked,
        widths: Mapping[str, Width],
        attach: Callable[[str, Segment], float],
    ) -> None:
        self.ranked = ranked
        self.widths = widths
        self.attach = attach
        self.left: dict[str, float] = {}
        self.firm: dict[str, float] = {}  # the left edge of what is straight already
        self.rank_of = {member: one for one in ranked.ranks for member in one}
        self.up: dict[str, list[_Pull]] = {}
        self.down: dict[str, list[_Pull]] = {}
        for segment in (one for segments in ranked.segments for one in segments):
            upper, lower = segment.upper, segment.lower
            shift = attach(lower, segment) - attach(upper, segment)
            both = upper in ranked.bends, lower in ranked.bends
            weight = _BEND_WEIGHT if all(both) else _WEIGHT * (1 + sum(both))
            self.up.setdefault(lower, []).append(_Pull(upper, -shift, weight))
            self.down.setdefault(upper, []).append(_Pull(lower, shift, weight))

    def place(self, pinned: int) -> dict[str, float]:
        for rank in self.ranked.ranks:
            self.settle(rank, [0.0] * len(rank), [1.0] * len(rank))
        ranks = self.ranked.ranks
        for _ in range(_ROUNDS):
            for rank in ranks:
                self.draw(rank, (self.up,))
            for rank in reversed(ranks):
                self.draw(rank, (self.down,))
        for rank in (*ranks, *reversed(ranks), *ranks, *reversed(ranks)):
            self.draw(rank, (self.up, self.down))
        self.straighten()
        self.pin(pinned)
        return self.left

    def draw(self, rank: Sequence[str], sides: Iterable[Mapping[str, list[_Pull]]]) -> None:
        """Move one rank to where its neighbours want it."""
        wanted, weights = [], []
        sides = list(sides)
        for member in rank:
            pulls = [pull for side in sides for pull in side.get(member, ())]
            total = sum(pull.weight for pull in pulls)
            if member in self.firm:
                wanted.append(self.firm[member])
                total = _FIRM
            elif pulls:
                spots = (pull.weight * (self.left[pull.other] + pull.shift) for pull in pulls)
                wanted.append(sum(spots) / total)
            else:
                wanted.append(self.left[member])
            weights.append(total or 0.01)
        self.settle(rank, wanted, weights)

    def settle(
        self, rank: Sequence[str], wanted: Sequence[float], weights: Sequence[float]
    ) -> None:
        distances = [self.distance(one, two) for one, two in pairwise(rank)]
        for member, left in zip(rank, spaced(wanted, distances, weights), strict=True):
            self.left[member] = left

    def distance(self, one: str, two: str) -> float:
        """From the left edge of one member to that of the next, at least."""
        cards = self.widths[one].is_card + self.widths[two].is_card
        return self.widths[one].width + (12.0, 14.0, 22.0)[cards]

    # -- what is almost straight -----------------------------------------------------

    def straighten(self) -> None:
        """Make the ways of legs upright, the longest first.

        What was made straight is firm: other members give way to it, not it to them.
        """
        for chain in sorted(self.chains(), key=len, reverse=True):
            for part in self.parts(chain):
                self.line_up(*part)
        for rank in (*self.ranked.ranks, *reversed(self.ranked.ranks)):
            self.draw(rank, (self.up, self.down))

    def chains(self) -> Iterator[list[_Post]]:
        """The bends of each leg, from top to bottom, below the card that only it leaves."""
        chains: dict[int, list[_Post]] = {}
        for segment in (one for segments in self.ranked.segments for one in segments):
            upper, lower = segment.upper, segment.lower
            if upper not in self.ranked.bends:
                alone = len(self.down[upper]) == 1 == len(self.up.get(upper, ()))
                offset = self.attach(upper, segment)
                chains[segment.leg] = [_Post(upper, offset)] if alone else []
            if lower in self.ranked.bends:
                chains[segment.leg].append(_Post(lower, 0.0))
        return (chain for chain in chains.values() if chain)

    def parts(self, chain: Sequence[_Post]) -> Iterator[tuple[list[_Post], float, float]]:
        """The longest parts of a chain that can be upright, with the room for their x."""
        part: list[_Post] = []
        low, high = -_FAR, _FAR
        for post in chain:
            least, most = self.room(post)
            if part and max(low, least) > min(high, most):
                yield part, low, high
                part, low, high = [], -_FAR, _FAR
            part.append(post)
            low, high = max(low, least), min(high, most)
        yield part, low, high

    def line_up(self, posts: Sequence[_Post], low: float, high: float) -> None:
        """Put all of these at one x between the limits, moving little."""
        ends = [self.wanted(posts[0], self.up), self.wanted(posts[-1], self.down)]
        stand = [self.left[post.member] + post.offset for post in posts]
        spots = [min(max(spot, low), high) for spot in (*ends, sorted(stand)[len(stand) // 2])]

        def unrest(spot: float) -> float:
            corners = sum(abs(end - spot) > 1 for end in ends)
            return sum(abs(one - spot) for one in stand) + _CORNER * corners

        best = min(spots, key=unrest)
        for post in posts:
            self.firm[post.member] = best - post.offset
            self.settle_firm(self.rank_of[post.member])

    def settle_firm(self, rank: Sequence[str]) -> None:
        wanted = [self.firm.get(member, self.left[member]) for member in rank]
        self.settle(rank, wanted, [_FIRM if member in self.firm else 1.0 for member in rank])

    def wanted(self, post: _Post, side: Mapping[str, list[_Pull]]) -> float:
        pull = side[post.member][0]  # it has one on each side
        return self.left[pull.other] + pull.shift + post.offset

    def room(self, post: _Post) -> tuple[float, float]:
        """Between which firm neighbours a member lies, less what lies between."""
        member = post.member
        if member in self.firm:
            spot = self.firm[member] + post.offset
            return spot, spot
        rank = self.rank_of[member]
        at = rank.index(member)
        low, high = -_FAR, _FAR
        need = 0.0
        for one, two in zip(reversed(rank[:at]), reversed(rank[1 : at + 1]), strict=True):
            need += self.distance(one, two)
            if one in self.firm:
                low = self.firm[one] + need
                break
        need = 0.0
        for one, two in zip(rank[at:], rank[at + 1 :], strict=False):
            need += self.distance(one, two)
            if two in self.firm:
                high = self.firm[two] - need
                break
        return low + post.offset, max(low, high) + post.offset

    def pin(self, pinned: int) -> None:
        """Move what heads the region to its left edge; then everything to 0."""
        least = min(self.left.values(), default=0.0)
        for member in self.ranked.ranks[0][:pinned] if self.ranked.ranks else ():
            self.left[member] = least
        for member in self.left:
            self.left[member] -= least
