"""Links cut at the borders of nested regions, each piece directed downward.

A link between two cards of different regions becomes *legs*: one in each region
that it passes. Where a leg ends at the border of its region, it ends in a *port* at
the top or the bottom, and goes on in the region outside from the same place. Inside
a region all legs run from top to bottom; one whose link runs upward is *flipped*.
Which legs are flipped is found region by region from the outside in: a link that
leaves a compound state upward outside leaves it through the top inside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from handrail.engine.documents.drawing.cards import chain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from handrail.engine.documents.drawing.cards import Sketch

__all__ = ["BOTTOM", "LID", "Inner", "Leg", "nest"]

Piece = tuple[int, str, str]  # a link, and the ends of its part in a region

LID: Final = "top"  # the side of a port at the upper border
BOTTOM: Final = "bottom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A piece of a link in one region, from its upper to its lower end."""

    link: int  # the link's index in the sketch
    upper: str  # the key of a card, a joint or a port
    lower: str
    flipped: bool  # whether the link runs from the lower end to the upper


@dataclass(slots=True, kw_only=True)
class Inner:
    """What lies in one region."""

    id: str
    members: list[str]  # cards and joints, in document order
    lids: list[str] = field(default_factory=list)  # ports at the top
    bottoms: list[str] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)


def port(link: int, region: str, side: str) -> str:
    """Return the key of the port where a link crosses a border of a region."""
    return f"{side} {region} {link}"


def nest(sketch: Sketch) -> dict[str, Inner]:
    """Cut the links of a sketch; the regions come outermost first."""
    return _Nest(sketch).regions()


class _Nest:
    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.definition = sketch.definition
        loops = {key for keys in sketch.loops.values() for key in keys}
        self.members: dict[str, list[str]] = {region: [] for region in self.definition.regions}
        for card in sketch.cards.values():
            if card.key not in loops:
                self.members[card.home].append(card.key)
        self.chains = {
            card.key: chain(self.definition, card.home) for card in sketch.cards.values()
        }
        # On which side a link crosses the border of a region, once it is known.
        self.sides: dict[tuple[int, str], str] = {}

    def regions(self) -> dict[str, Inner]:
        depth = {one: len(chain(self.definition, one)) for one in self.definition.regions}
        outward = sorted(self.definition.regions, key=lambda region: depth[region])
        return {region: self.region(region) for region in outward}

    def region(self, region: str) -> Inner:
        inner = Inner(id=region, members=self.members[region])
        pieces = [
            piece for link in range(len(self.sketch.links)) for piece in self.cut(inner, link)
        ]
        inner.legs = _directed(inner, pieces, self.order)
        for leg in inner.legs:
            self.tell(region, leg)
        return inner

    def order(self, member: str) -> float:
        """Where a member stands in the document; a joint stands behind its state."""
        if member.startswith("joint "):
            link = self.sketch.links[int(member.removeprefix("joint "))]
            return max(self.sketch.cards[end].order for end in (link.tail, link.head)) + 0.1
        return self.sketch.cards[member].order

    def cut(self, inner: Inner, link: int) -> Iterator[Piece]:
        """The pieces of a link in a region, in the link's own direction."""
        ends = self.sketch.links[link]
        tail, head = self.within(inner.id, ends.tail), self.within(inner.id, ends.head)
        if (tail is None and head is None) or self.is_elsewhere(inner.id, link):
            return
        if tail is None:
            tail = self.port(inner, link, LID)
        if head is None:
            head = self.port(inner, link, BOTTOM)
        if tail == head:  # from one track of a state into another: around the outside
            joint = f"joint {link}"
            inner.members.append(joint)
            yield link, tail, joint
            tail = joint
        yield link, tail, head

    def is_elsewhere(self, region: str, link: int) -> bool:
        """Whether both ends lie in the region, but the link runs inside one member of it."""
        ends = self.sketch.links[link]
        out, into = self.chains[ends.tail], self.chains[ends.head]
        if region not in out or region not in into:
            return False
        if region != next(name for name in out if name in into):
            return True
        return ends.tail == self.within(region, ends.head) or ends.head == self.within(
            region, ends.tail
        )

    def within(self, region: str, card: str) -> str | None:
        """The member of a region that is the card or holds it."""
        regions = self.chains[card]
        if region not in regions:
            return None
        at = regions.index(region)
        return card if at == 0 else f"state {self.definition.regions[regions[at - 1]].owner}"

    def port(self, inner: Inner, link: int, otherwise: str) -> str:
        """The port of a link at the border of a region; from inside a border: ``otherwise``."""
        side = self.sides.get((link, inner.id), otherwise)
        key = port(link, inner.id, side)
        (inner.lids if side == LID else inner.bottoms).append(key)
        return key

    def tell(self, region: str, leg: Leg) -> None:
        """Say to the regions inside on which side a leg goes on in them."""
        ends = self.sketch.links[leg.link]
        for member, side in ((leg.upper, BOTTOM), (leg.lower, LID)):
            for card in (ends.tail, ends.head):
                if member != card and self.within(region, card) == member:
                    regions = self.chains[card]
                    self.sides[leg.link, regions[regions.index(region) - 1]] = side


def _directed(inner: Inner, pieces: list[Piece], order: Callable[[str], float]) -> list[Leg]:
    """Turn as few pieces as closes no circle; where it is all the same, follow the document."""
    ports = {*inner.lids, *inner.bottoms}
    against = {
        at
        for at, (_, tail, head) in enumerate(pieces)
        if ports.isdisjoint((tail, head)) and order(head) < order(tail)
    }
    turned = min(against, _closing(inner, pieces), key=len)
    legs = []
    for at, (link, tail, head) in enumerate(pieces):
        flipped = at in turned or tail in inner.bottoms or head in inner.lids
        upper, lower = (head, tail) if flipped else (tail, head)
        legs.append(Leg(link=link, upper=upper, lower=lower, flipped=flipped))
    return legs


def _closing(inner: Inner, pieces: list[Piece]) -> set[int]:
    """The pieces that lead back to where a walk came from (depth first, no recursion)."""
    ways: dict[str, list[int]] = {}
    for at, (_, tail, _) in enumerate(pieces):
        ways.setdefault(tail, []).append(at)
    turned: set[int] = set()
    seen: set[str] = set()
    for root in (*inner.lids, *inner.members):
        if root not in seen:
            _walk(root, pieces, ways, seen, turned)
    return turned


def _walk(
    root: str,
    pieces: list[Piece],
    ways: Mapping[str, list[int]],
    seen: set[str],
    turned: set[int],
) -> None:
    seen.add(root)
    path = [root]
    stack = [iter(ways.get(root, ()))]
    while stack:
        at = next(stack[-1], -1)
        if at < 0:
            stack.pop()
            path.pop()
            continue
        head = pieces[at][2]
        if head in path:
            turned.add(at)
        elif head not in seen:
            seen.add(head)
            path.append(head)
            stack.append(iter(ways.get(head, ())))
