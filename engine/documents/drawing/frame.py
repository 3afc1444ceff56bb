"""What stands around a drawing: its title above, what its signs mean below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.documents.drawing.letters import measure, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.drawing.shapes import Drawing
    from handrail.engine.documents.drawing.words import Wording

__all__ = ["LEAST", "Caption", "Heading", "Legend", "heading", "legend"]

LEAST: Final = 300.0  # the least width of a drawing with a frame
_TITLE: Final = 16.0
_SMALL: Final = 11.0
_SIGN: Final = 26.0  # the width of a sign
_ROW: Final = 20.0
_AIR: Final = 16.0  # between captions


class Heading(NamedTuple):
    """The lines above a drawing."""

    title: tuple[str, ...]
    below: tuple[str, ...]
    height: float


class Caption(NamedTuple):
    """A sign and its meaning; ``x`` and ``y`` are the left end of the sign's middle."""

    sign: str  # step | automatic | final | running | deciding | clock | number | now
    text: str
    x: float
    y: float


class Legend(NamedTuple):
    """The signs that a drawing has."""

    captions: tuple[Caption, ...]
    height: float


def heading(wording: Wording, width: float) -> Heading:
    """Say what the drawing shows."""
    definition = wording.definition
    title = wrap(wording.title(definition.title, definition.id), _TITLE, width, bold=True)
    pin = f"{definition.id} · {wording.say('revision {number}', number=definition.revision)}"
    below = wrap(f"{pin} · sha256 {definition.sha256[:12]}", _SMALL, width)
    return Heading(tuple(title), tuple(below), len(title) * 21 + len(below) * 15 + 14)


def legend(drawing: Drawing, wording: Wording, width: float) -> Legend:
    """Say what the signs in a drawing mean, in rows of at most ``width``."""
    captions = []
    x, y = 0.0, _ROW
    for sign, text in _signs(drawing, wording):
        wide = _SIGN + 6 + measure(text, _SMALL)
        if x and x + wide > width:
            x, y = 0.0, y + _ROW
        captions.append(Caption(sign, text, x, y))
        x += wide + _AIR
    return Legend(tuple(captions), y + _ROW / 2 if captions else 0.0)


def _signs(drawing: Drawing, wording: Wording) -> Iterator[tuple[str, str]]:
    cards = [box.card for box in drawing.boxes]
    shapes = {card.shape for card in cards}
    styles = {words.style for card in cards for words in card.words}
    shown = {
        "step": ("step" in shapes, wording.say("a step that people take")),
        "automatic": (_moves_by_itself(drawing), wording.say("by itself")),
        "deciding": ("deciding" in shapes, wording.say("decides at once")),
        "running": ("running" in shapes, wording.say("carries out another protocol")),
        "final": ("final" in shapes, wording.say("an end")),
        "clock": ("clock" in styles, wording.say("time limit")),
        "number": (any(card.badge for card in cards), wording.say("the moves in their order")),
        "now": (any("now" in card.marks for card in cards), wording.say("where it is now")),
    }
    return ((sign, text) for sign, (is_there, text) in shown.items() if is_there)


def _moves_by_itself(drawing: Drawing) -> bool:
    return any(line.link.automatic for line in drawing.lines)
