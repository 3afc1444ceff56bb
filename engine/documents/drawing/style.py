"""How drawings look: one sheet for a light and one for a dark page."""

from __future__ import annotations

from enum import StrEnum
from string import Template
from typing import Final

__all__ = ["Theme", "sheet"]


class Theme(StrEnum):
    """What page a drawing is for; ``auto`` follows the reader's system."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


_LIGHT: Final = {
    "paper": "#ffffff",
    "ink": "#1b2430",
    "dim": "#4d5a6b",
    "line": "#5b6879",
    "box": "#f4f7fb",
    "edge": "#6b7a8f",
    "region": "#eaeff5",
    "chip": "#ffffff",
    "chipedge": "#aab6c5",
    "seen": "#0a58ab",
    "seenbox": "#dcebfb",
    "now": "#9a4a00",
    "nowbox": "#ffeccc",
    "late": "#a3171f",
}
_DARK: Final = {
    "paper": "#12161c",
    "ink": "#e7ecf3",
    "dim": "#a9b5c5",
    "line": "#8593a6",
    "box": "#1f2731",
    "edge": "#77869b",
    "region": "#181e26",
    "chip": "#12161c",
    "chipedge": "#4d5b6d",
    "seen": "#6fb2f7",
    "seenbox": "#16314f",
    "now": "#f5b34d",
    "nowbox": "#46320f",
    "late": "#f58a8a",
}
_FONT: Final = "system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif"
_SHAPES: Final = Template("""
.hg{font-family:$font;font-size:11px}
.hg .title,.hg .track{font-size:13px;font-weight:600}
.hg .track{font-weight:500;font-style:italic}
.hg .name{font-size:16px;font-weight:700}
.hg .step{font-size:12px}
.hg .guard{font-style:italic}
.hg .badge,.hg .now,.hg .late{font-weight:700}
.hg rect,.hg path,.hg polygon,.hg line{stroke-width:1.2}
.hg .way,.hg .loop,.hg .bar,.hg .divide{fill:none}
.hg .auto{stroke-dasharray:5 4}
.hg .divide{stroke-dasharray:2 4}
.hg .was>.shape,.hg .was.way,.hg .was.loop{stroke-width:2.2}
.hg .here>.shape{stroke-width:3.2}
.hg .sign{fill:none;stroke-width:1.1}
""")
_COLOURS: Final = Template("""
.hg .paper{fill:$paper}
.hg text{fill:$ink}
.hg .info,.hg .clock,.hg .guard,.hg .track{fill:$dim}
.hg .shape{fill:$box;stroke:$edge}
.hg .region>.shape{fill:$region}
.hg .deep>.shape{fill:$box}
.hg .chip>.shape{fill:$chip;stroke:$chipedge}
.hg .branch>.shape{fill:none;stroke:none}
.hg .start>.shape{fill:$line;stroke:none}
.hg .way,.hg .loop,.hg .divide,.hg .ring,.hg .bar{stroke:$line}
.hg .ring{fill:none}
.hg .tip{fill:$line}
.hg .sign{stroke:$dim}
.hg .was>.shape{fill:$seenbox;stroke:$seen}
.hg .was>.ring,.hg .was>.bar,.hg .was.way,.hg .was.loop{stroke:$seen}
.hg .region.was>.shape{fill:$region}
.hg .was.tip,.hg .plate{fill:$seen}
.hg .badge{fill:$paper}
.hg .here>.shape{fill:$nowbox;stroke:$now}
.hg .region.here>.shape{fill:$region}
.hg .here .now{fill:$now}
.hg .late{fill:$late}
.hg .here>.plate{fill:$now}
.hg .put>.plate{fill:$late}
.hg .put>.shape{stroke:$late}
""")


def sheet(theme: Theme) -> str:
    """Return the CSS of a drawing; each of its selectors begins with ``.hg``."""
    shapes = _SHAPES.substitute(font=_FONT)
    if theme is not Theme.AUTO:
        return shapes + _COLOURS.substitute(_DARK if theme is Theme.DARK else _LIGHT)
    dark = _COLOURS.substitute(_DARK)
    return (
        f"{shapes}{_COLOURS.substitute(_LIGHT)}"
        f"@media screen and (prefers-color-scheme:dark){{{dark}}}\n"
    )
