"""The members of a region, each laid out in itself: cards, and states with others inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handrail.engine.documents.drawing.cards import Card, Words
from handrail.engine.documents.drawing.fit import Fitted, fit
from handrail.engine.documents.drawing.shapes import Box, Member, Rect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from handrail.engine.documents.drawing.shapes import Area
    from handrail.engine.documents.drawing.words import Wording

__all__ = ["PORTS", "compound", "headline", "parallel", "plain", "with_loops"]

PORTS: Final = 16.0  # between the lines at one border
_PAD: Final = 16.0  # between a state's border and what lies in it
_LOOP: Final = 34.0  # from a state to the card of a loop
_LOOP_GAP: Final = 8.0
_CENTRED: Final = frozenset({"start", "deciding", "step", "branch"})  # lines attach in the middle
_POINTED: Final = frozenset({"start", "deciding"})  # even several


def plain(card: Card, attached: int) -> Member:
    """Lay out a card, wide enough for the lines at its borders."""
    least = 0.0 if card.shape in _CENTRED else PORTS * (attached + 1)
    fitted = fit(card, least=least)
    member = Member(
        width=fitted.width,
        height=fitted.height,
        box=Rect(0, 0, fitted.width, fitted.height),
        is_card=card.shape != "start",
        centred=card.shape in _CENTRED,
        pointed=card.shape in _POINTED,
    )
    member.content.boxes.append(Box(card=card, rect=member.box, fitted=fitted))
    return member


def headline(card: Card) -> Member:
    """Lay out what heads a region. A state's header is text of its box; a track's is a box."""
    fitted = fit(card)
    rect = Rect(0, 0, fitted.width, fitted.height)
    member = Member(width=fitted.width, height=fitted.height, box=rect, is_card=True)
    if card.key.startswith("track "):
        member.content.boxes.append(Box(card=card, rect=rect, fitted=fitted))
    return member


def compound(card: Card, lay_out: Callable[[Card], Area]) -> Member:
    """Lay out a state with one region inside."""
    header = _header(card)
    inner = lay_out(header)
    member = _around(inner.width + 2 * _PAD, inner.height + 2 * _PAD)
    fitted = _shifted(fit(header), _PAD, _PAD)
    member.content.boxes.append(Box(card=card, rect=member.box, fitted=fitted))
    _put_inside(member, inner, _PAD, _PAD)
    return member


def parallel(
    card: Card,
    tracks: Sequence[str],
    wording: Wording,
    lay_out: Callable[[str, Card], Area],
) -> Member:
    """Lay out a state with its tracks side by side under one header."""
    header = fit(_header(card))
    areas = [lay_out(track, _track_header(track, wording)) for track in tracks]
    lefts, right = [], 0.0
    for area in areas:
        lefts.append(right + _PAD)
        right += area.width + 2 * _PAD
    crossing = [left + x for left, area in zip(lefts, areas, strict=True) for x in area.from_above]
    at = _free(crossing, header.width, right - _PAD)
    if at is None:  # no room for it between the lines: it stands before them all
        at, shift = _PAD, header.width + _PAD
        lefts, right = [left + shift for left in lefts], right + shift
    top = 2 * _PAD + header.height
    height = top + max(area.height for area in areas) + _PAD
    member = _around(max(right, header.width + 2 * _PAD), height)
    dividers = tuple(
        Rect(left - _PAD, top - _PAD / 4, 0, height - top + _PAD / 4) for left in lefts[1:]
    )
    fitted = _shifted(header, at, _PAD)
    box = Box(card=card, rect=member.box, fitted=fitted, dividers=dividers)
    member.content.boxes.append(box)
    for left, area in zip(lefts, areas, strict=True):
        _put_inside(member, area, left, top)
    return member


def with_loops(member: Member, loops: Sequence[Card]) -> Member:
    """Put the cards of a state's loops at its right."""
    if not loops:
        return member
    state = member.content.boxes[0]
    fitted = [fit(card) for card in loops]
    stack = sum(one.height + _LOOP_GAP for one in fitted) - _LOOP_GAP
    y = _PAD if state.card.is_nested else max((member.box.height - stack) / 2, 0.0)
    for card, one in zip(loops, fitted, strict=True):
        rect = Rect(member.box.width + _LOOP, y, one.width, one.height)
        box = Box(card=card, rect=rect, fitted=one)
        member.content.boxes.append(box)
        member.content.loops.append((state, box))
        member.width = max(member.width, rect.x + rect.width)
        y += one.height + _LOOP_GAP
    member.height = max(member.height, y - _LOOP_GAP)
    return member


def _around(width: float, height: float) -> Member:
    return Member(width=width, height=height, box=Rect(0, 0, width, height), is_card=True)


def _put_inside(member: Member, area: Area, x: float, y: float) -> None:
    member.content.take(area.content, x, y, deeper=1)
    member.ports |= {crossing: at + x for crossing, at in area.ports.items()}


def _header(card: Card) -> Card:
    """The text of a state with others inside, as it stands at its upper left."""
    return Card(
        key=f"header {card.key}",
        home=card.home,
        shape="header",
        order=card.order,
        words=card.words,
        badge=card.badge,
    )


def _track_header(track: str, wording: Wording) -> Card:
    region = wording.definition.regions[track]
    title = wording.title(region.title, region.track or track)
    words = (Words(text=title, style="track"),)
    return Card(key=f"track {track}", home=track, shape="header", order=-2.0, words=words)


def _shifted(fitted: Fitted, x: float, y: float) -> Fitted:
    badge = fitted.badge and fitted.badge._replace(x=fitted.badge.x + x, y=fitted.badge.y + y)
    rows = tuple(row._replace(x=row.x + x, y=row.y + y) for row in fitted.rows)
    return Fitted(width=fitted.width, height=fitted.height, rows=rows, badge=badge)


def _free(crossing: Iterable[float], width: float, right: float) -> float | None:
    """Where a text of this width can begin so that no line crosses it."""
    left = _PAD
    for x in [*sorted(crossing), right + _PAD]:
        if x - left >= width + _PAD / 2:
            return left
        left = max(left, x + _PAD / 2)
    return None
