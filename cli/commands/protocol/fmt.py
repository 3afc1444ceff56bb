"""``handrail protocol fmt``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session
from handrail.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.cli.page import Line

DIFF_STYLES = {"+": "good", "-": "alarm", "@": "dim"}


class Sheet(NamedTuple):
    """A document before and after."""

    name: str  # the file; - is the input
    before: str
    after: str


def command(
    ctx: typer.Context,
    documents: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DOCUMENT",
            help="Files, folders or ids; - reads the input and writes to the output; by default "
            "all of the workspace.",
        ),
    ] = None,
    *,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; end with 3 where something would change."),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; show what would change.")
    ] = False,
) -> None:
    """Write documents in one style: indentation, spacing, blank lines. Comments are kept."""
    from handrail.cli.desk import Desk  # noqa: PLC0415 - reads YAML

    session = Session.of(ctx)
    sheets = [_sheet(name, data) for name, data in Desk(session).named(documents or [])]
    for one in sheets:
        if one.name == "-" and not (check or diff or session.json):
            out.data(one.after)
        elif one.after != one.before and not (check or diff):
            _write(one)
    rows = [_row(one, written=not (check or diff) and one.name != "-") for one in sheets]
    if session.json:
        out.emit({"files": rows})
    else:
        _tell(session, sheets, rows, diff=diff)
    if check and any(row["changed"] for row in rows):
        raise typer.Exit(3)


def _sheet(name: str, data: bytes) -> Sheet:
    from handrail.engine.documents.authoring.layout import formatted  # noqa: PLC0415 - as above
    from handrail.engine.documents.source import read_source  # noqa: PLC0415 - the same

    source = read_source(data, name)
    return Sheet(name, data.decode(), formatted(source))


def _write(one: Sheet) -> None:
    if not Path(one.name).is_file():
        raise UsageError("“{name}” is no file that can be written", name=one.name)
    Path(one.name).write_bytes(one.after.encode())


def _row(one: Sheet, *, written: bool) -> dict[str, Any]:
    changed = one.after != one.before
    return {"file": one.name, "changed": changed, "written": changed and written}


def _tell(session: Session, sheets: list[Sheet], rows: list[dict[str, Any]], *, diff: bool) -> None:
    changed = [one for one in sheets if one.after != one.before]
    if diff:
        for one in changed:
            out.page(_diff(one))
    for one, row in zip(sheets, rows, strict=True):
        if row["changed"] and one.name != "-":
            words = WROTE_WORDS["written" if row["written"] else "left"]
            out.message(session.say(words, file=one.name), "good" if row["written"] else "warn")
    if not session.quiet and not changed and "-" not in {one.name for one in sheets}:
        left = session.counted(
            "{count} document: nothing to change",
            "{count} documents: nothing to change",
            len(sheets),
        )
        out.message(left)


def _diff(one: Sheet) -> Iterator[Line]:
    from difflib import unified_diff  # noqa: PLC0415 - only here

    before, after = one.before.splitlines(), one.after.splitlines()
    for row in unified_diff(before, after, one.name, one.name, lineterm=""):
        yield line(span(row, DIFF_STYLES.get(row[:1], "")))


WROTE_WORDS = {"written": "formatted: {file}", "left": "would be formatted: {file}"}
