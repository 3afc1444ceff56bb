"""``handrail protocol test``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.cli.page import Line

MARKS = {True: ("ok", "good"), False: ("FAIL", "alarm")}


def command(
    ctx: typer.Context,
    documents: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DOCUMENT",
            help="Protocols' ids or files, or scenarios; by default all of the workspace.",
        ),
    ] = None,
) -> None:
    """Play the scenarios of protocols, and say what none of them has visited."""
    from handrail.cli.rehearse import rehearse  # noqa: PLC0415 - reads YAML

    session = Session.of(ctx)
    result = rehearse(session, documents or [])
    if session.json:
        out.emit(result)
    else:
        out.page(_page(result, session))
    if not all(one["ok"] for one in result["scenarios"]):
        raise typer.Exit(3)


def _page(result: dict[str, Any], session: Session) -> Iterator[Line]:
    for one in result["scenarios"]:
        word, style = MARKS[one["ok"]]
        yield line(
            span(f"{word:<5}", style), span(one["protocol"], "strong"), f"  {one['title']}", hang=7
        )
        for finding in one["findings"]:
            place = f"{finding['file']}:{finding['line']}:{finding['column']}"
            yield line(span(f"{place}: ", "dim"), finding["message"], indent=7)
    yield from _coverage(result["coverage"], session)


def _coverage(rows: Sequence[dict[str, Any]], session: Session) -> Iterator[Line]:
    for row in rows:
        counts = ", ".join(
            f"{session.say(str(PART_WORDS[kind]))} {seen}/{total}"
            for kind, (seen, total) in row["counts"].items()
        )
        yield line(span(row["protocol"], "strong"), f"  {counts}")
        for missed in row["missed"]:
            text = session.say("never visited: {name}", name=missed["name"])
            yield line(span(text, "warn"), indent=2)


PART_WORDS = {
    "states": "states",
    "steps": "steps",
    "branches": "branches",
    "deadlines": "deadlines",
}
