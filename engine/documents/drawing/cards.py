"""What a drawing is made of before anything has a place: cards of text, and links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handrail.engine.documents.drawing.words import Wording
    from handrail.engine.machine.definition import Definition

__all__ = ["Card", "Link", "Sketch", "Words", "chain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One paragraph of a card."""

    text: str
    style: str = "info"  # title | step | guard | clock (with its sign) | now | late | track


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Something that has a place of its own."""

    key: str  # "state ID", "step STATE ID", "branch …", "start REGION"
    home: str  # the id of the region that it lies in
    shape: str  # a kind of state | step | branch | start | header
    order: float  # where it stands in the document: that of its state, a little more for others
    words: tuple[Words, ...] = ()
    badge: str = ""  # the numbers of the moves through it
    marks: frozenset[str] = frozenset()  # visited | now | deviated
    about: str = ""  # the whole of it, for a tooltip

    @property
    def is_nested(self) -> bool:
        """Whether it is a state with others inside."""
        return self.shape in {"compound", "parallel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A line from card to card."""

    tail: str
    head: str
    arrow: bool = True  # whether it ends here, or goes on from the head
    automatic: bool = False  # taken by the engine itself
    visited: bool = False


@dataclass(slots=True, kw_only=True)
class Sketch:
    """All of a drawing, before layout."""

    definition: Definition
    wording: Wording
    cards: dict[str, Card] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    loops: dict[str, list[str]] = field(default_factory=dict)  # state card -> cards of its loops


def chain(definition: Definition, region: str) -> tuple[str, ...]:
    """Return the regions from ``region`` to the top one, innermost first."""
    found = [region]
    while (owner := definition.regions[found[-1]].owner) is not None:
        found.append(definition.states[owner].region)
    return tuple(found)
