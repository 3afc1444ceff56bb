"""A drawing as SVG 1.1: text, boxes and lines; no script, no font, no picture from elsewhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from handrail.engine.documents.drawing.frame import LEAST, heading, legend
from handrail.engine.documents.drawing.layout import lay_out
from handrail.engine.documents.drawing.outlines import box_outline
from handrail.engine.documents.drawing.sketch import sketch
from handrail.engine.documents.drawing.strokes import line_strokes, loop_strokes, number
from handrail.engine.documents.drawing.style import Theme, sheet
from handrail.engine.documents.drawing.tell import tell
from handrail.engine.documents.drawing.words import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.drawing.frame import Heading, Legend
    from handrail.engine.documents.drawing.marks import Marks
    from handrail.engine.documents.drawing.shapes import Drawing
    from handrail.engine.machine.definition import Definition

__all__ = ["svg"]

_MARGIN: Final = 18.0


def svg(  # noqa: PLR0913 - the ways in which a drawing can differ
    definition: Definition,
    *,
    lang: str = "en",
    theme: Theme = Theme.AUTO,
    marks: Marks | None = None,
    ids: bool = False,
    name: str = "",
    framed: bool = True,
) -> str:
    """Draw a definition.

    :param marks: the path of a run, to be marked.
    :param ids: show ids in the place of titles.
    :param name: what the ids inside the drawing begin with, where several share a page.
    :param framed: with its title above, and below what its signs mean.
    """
    wording = Wording(definition, lang, ids=ids, settings=marks.settings if marks else None)
    drawing = lay_out(sketch(definition, wording, marks))
    writer = _Writer(drawing, wording, name or f"hg-{definition.id}", theme, framed=framed)
    return "".join(f"{line}\n" for line in writer.lines())


class _Writer:
    def __init__(
        self, drawing: Drawing, wording: Wording, name: str, theme: Theme, *, framed: bool
    ) -> None:
        self.drawing = drawing
        self.wording = wording
        self.name = name
        self.theme = theme
        self.width = max(drawing.width, LEAST if framed else 0.0)
        self.heading = heading(wording, self.width) if framed else None
        self.legend = legend(drawing, wording, self.width) if framed else None

    def lines(self) -> Iterator[str]:
        top = _MARGIN + (self.heading.height if self.heading else 0.0)
        below = self.legend.height if self.legend else 0.0
        wide = number(self.width + 2 * _MARGIN)
        high = number(top + self.drawing.height + below + _MARGIN)
        yield from self.opening(wide, high)
        yield f'<rect class="paper" width="{wide}" height="{high}"/>'
        if self.heading is not None:
            yield from _heading(self.heading)
        left = _MARGIN + (self.width - self.drawing.width) / 2
        yield f'<g transform="translate({number(left)} {number(top)})">'
        yield from self.body()
        yield "</g>"
        if self.legend is not None:
            yield from _legend(self.legend, top + self.drawing.height)
        yield "</svg>"

    def opening(self, wide: str, high: str) -> Iterator[str]:
        definition = self.wording.definition
        title = self.wording.title(definition.title, definition.id)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="hg" role="img" '
            f'aria-labelledby="{self.name}-t {self.name}-d" lang="{escape(self.wording.lang)}" '
            f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">'
        )
        yield f'<title id="{self.name}-t">{escape(title)}</title>'
        yield f'<desc id="{self.name}-d">{escape(tell(definition, self.wording))}</desc>'
        yield f"<style>{sheet(self.theme)}</style>"

    def body(self) -> Iterator[str]:
        """Lines run over the states that hold others, and under everything else."""
        for box in self.drawing.boxes:
            if box.card.is_nested:
                yield from box_outline(box)
        for line in self.drawing.lines:
            yield from line_strokes(line)
        for state, card in self.drawing.loops:
            yield from loop_strokes(state, card)
        for box in self.drawing.boxes:
            if not box.card.is_nested:
                yield from box_outline(box)


def _heading(lines: Heading) -> Iterator[str]:
    y = _MARGIN
    for style, texts, step in (("name", lines.title, 19), ("info", lines.below, 15)):
        for text in texts:
            y += step
            place = f'x="{number(_MARGIN)}" y="{number(y)}"'
            yield f'<text class="{style}" {place}>{escape(text)}</text>'


def _legend(signs: Legend, top: float) -> Iterator[str]:
    for caption in signs.captions:
        place = f"translate({number(_MARGIN + caption.x)} {number(top + caption.y)})"
        yield f'<g transform="{place}">{_SIGNS[caption.sign]}'
        yield f'<text class="info" x="32" y="4">{escape(caption.text)}</text></g>'


_SIGNS: Final = {  # 26 wide, 12 high, around y = 0
    "step": '<g class="chip"><rect class="shape" y="-6" width="26" height="12" rx="6"/></g>',
    "automatic": '<path class="way auto" d="M0 0H20"/>'
    '<polygon class="tip" points="26,0 18,-4 18,4"/>',
    "deciding": '<polygon class="shape" points="13,-7 24,0 13,7 2,0"/>',
    "running": '<rect class="shape" y="-6" width="26" height="12" rx="1"/>'
    '<path class="bar" d="M5 -6V6M21 -6V6"/>',
    "final": '<rect class="shape" y="-7" width="26" height="14" rx="5"/>'
    '<rect class="ring" x="3" y="-4" width="20" height="8" rx="3"/>',
    "clock": '<circle class="sign" cx="13" cy="0" r="4.6"/>'
    '<path class="sign" d="M13 -3V0L15.4 1.4"/>',
    "number": '<rect class="plate" x="4" y="-7.5" width="18" height="15" rx="7"/>'
    '<text class="badge" x="13" y="4" text-anchor="middle">1</text>',
    "now": '<g class="here"><rect class="shape" y="-6" width="26" height="12" rx="4"/></g>',
}
