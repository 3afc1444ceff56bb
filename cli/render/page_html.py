"""A page as one self-contained HTML file: no script, nothing from elsewhere, also for paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from handrail.cli.page import Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from handrail.cli.page import Block, Span

__all__ = ["page_html"]

_STYLE: Final = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; }
p { margin: .15rem 0; overflow-wrap: anywhere; }
p.deep { margin-left: 1.5rem; }
.strong, .state { font-weight: 600; }
.dim { opacity: .7; }
.good { color: #1a7f37; } .warn { color: #9a6700; } .alarm { color: #cf222e; font-weight: 600; }
.command { font-family: ui-monospace, monospace; font-size: .9em; }
figure { margin: 1.5rem 0; } svg { max-width: 100%; height: auto; }
@media (prefers-color-scheme: dark) {
  .good { color: #3fb950; } .warn { color: #d29922; } .alarm { color: #f85149; }
}
@media print { body { margin: 0; max-width: none; } .command { display: none; } }
"""
_FORM: Final = """\
<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
{drawing}</main>
</body>
</html>
"""


def page_html(
    blocks: Iterable[Block], *, title: str, lang: str, drawing: str = "", caption: str = ""
) -> str:
    """Write blocks as a page; a span's style says what is a heading.

    :param drawing: an SVG, to stand under the text.
    :param caption: what the drawing shows.
    """
    figure = ""
    if drawing:
        words = f"<figcaption>{escape(caption)}</figcaption>"
        figure = f"<figure>\n{drawing}{words}\n</figure>\n"
    lines = [text for block in blocks for text in _block(block)]
    return _FORM.format(
        lang=escape(lang),
        title=escape(title),
        style=_STYLE,
        body="\n".join(lines),
        drawing=figure,
    )


def _block(block: Block) -> Iterator[str]:
    rows: Sequence[Line] = (block,) if isinstance(block, Line) else [*_rows(block)]
    for row in rows:
        if row.spans:
            yield _line(row)


def _rows(table: Table) -> Iterator[Line]:
    for row in table.rows:
        yield Line(spans=row)


_HEADINGS: Final = {"title": "h1", "state": "h2"}
_PART: Final = 2  # how far the lines of a part are indented: deeper ones belong to one above


def _line(row: Line) -> str:
    tag = _HEADINGS.get(row.spans[0].style, "p")
    inner = "".join(_span(span, tag) for span in row.spans)
    deep = ' class="deep"' if row.indent > _PART else ""
    return f"<{tag}{deep}>{inner}</{tag}>"


def _span(span: Span, tag: str) -> str:
    text = escape(span.text)
    if not span.style or _HEADINGS.get(span.style) == tag:
        return text
    kind = f' class="{span.style}"'
    return f"<span{kind}>{text}</span>" if tag == "p" else f"<small{kind}>{text}</small>"
