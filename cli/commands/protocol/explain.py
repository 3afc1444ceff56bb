"""``handrail protocol explain``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.page import Line, Table, line, span
from handrail.cli.session import Session

if TYPE_CHECKING:
    from handrail.cli.page import Block
    from handrail.engine.documents.explain import Example, Page


def command(
    ctx: typer.Context,
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", help="A finding's code, such as HR210; without it, all."),
    ] = None,
) -> None:
    """Explain a finding: what it means, why it is one, an example wrong and right."""
    session = Session.of(ctx)
    if code is None:
        _all(session)
        return
    from handrail.engine.documents.explain import explain  # noqa: PLC0415 - only where it is asked

    page = explain(code)
    if session.json:
        out.emit(_row(page))
    else:
        out.page(_page(page, session))


def _all(session: Session) -> None:
    from handrail.engine.documents.codes import CODES  # noqa: PLC0415 - beside its use

    if session.json:
        out.emit({"codes": dict(CODES)})
        return
    rows = tuple((span(code, "strong"), span(title)) for code, title in CODES.items())
    out.page([Table(head=(session.say("code"), session.say("title")), rows=rows)])


def _row(page: Page) -> dict[str, Any]:
    return {
        "code": page.code,
        "title": page.title,
        "what": page.what,
        "why": page.why,
        "wrong": [one.text for one in page.wrong],
        "right": [one.text for one in page.right],
    }


def _page(page: Page, session: Session) -> Iterator[Block]:
    yield line(span(f"{page.code}: {page.title}", "title"))
    yield Line()
    yield line(page.what, hang=0)
    yield Line()
    yield line(page.why, hang=0)
    for title, style, examples in (
        (session.say("Wrong"), "alarm", page.wrong),
        (session.say("Right"), "good", page.right),
    ):
        if examples:
            yield Line()
            yield line(span(title, style))
            for one in examples:
                yield from _example(one)


def _example(one: Example) -> Iterator[Line]:
    yield Line()
    for row in one.text.splitlines():
        text = row.lstrip(" ")
        indent = 4 + len(row) - len(text)
        yield line(span(f"$ {text}" if one.shell else text), indent=indent)
