"""``handrail protocol test``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session

if TYPE_CHECKING:
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
    *,
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Write into the scenarios what happens (in, refused, ends), and show what that "
            "changed; to be reviewed.",
        ),
    ] = False,
    junit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the result as JUnit XML as well."),
    ] = None,
) -> None:
    """Play the scenarios of protocols, and say what none of them has visited."""
    from handrail.cli.rehearse import rehearse  # noqa: PLC0415 - reads YAML

    session = Session.of(ctx)
    result = rehearse(session, documents or [], update=update)
    if junit is not None:
        _write(junit, result)
    if session.json:
        out.emit(result)
    else:
        out.page(_page(result, session))
    if not all(one["ok"] for one in result["scenarios"]):
        raise typer.Exit(3)


def _write(file: Path, result: dict[str, Any]) -> None:
    from handrail.engine.documents.authoring.junit import junit  # noqa: PLC0415 - only for this

    file.write_text(junit(result["scenarios"], result["coverage"]), encoding="utf-8")


def _page(result: dict[str, Any], session: Session) -> Iterator[Line]:
    for one in result["scenarios"]:
        yield from _scenario(one, session)
    yield from _coverage(result["coverage"], session)


def _scenario(one: dict[str, Any], session: Session) -> Iterator[Line]:
    word, style = MARKS[one["ok"]]
    updated = f"  {session.say('updated')}" if one.get("updated") else ""
    yield line(
        span(f"{word:<5}", style),
        span(one["protocol"], "strong"),
        f"  {one['title']}",
        span(updated, "warn"),
        hang=7,
    )
    for finding in one["findings"]:
        place = f"{finding['file']}:{finding['line']}:{finding['column']}"
        yield line(span(f"{place}: ", "dim"), finding["message"], indent=7)
    for row in one.get("diff", "").splitlines()[2:]:
        yield line(span(row, DIFF_STYLES.get(row[:1], "dim")), indent=7)


def _coverage(rows: Sequence[dict[str, Any]], session: Session) -> Iterator[Line]:
    for row in rows:
        counts = ", ".join(
            f"{session.say(str(PART_WORDS[kind]))} {seen}/{total}"
            for kind, (seen, total) in row["counts"].items()
        )
        yield line(span(row["protocol"], "strong"), f"  {counts}")
        for missed in row["missed"]:
            yield _missed(row["file"], missed, session)


def _missed(file: str, part: dict[str, Any], session: Session) -> Line:
    kind = session.say(str(MISSED_WORDS[part["kind"]]), name=part["name"])
    when = f" ({part['when']})" if "when" in part else ""
    place = span(f"{file}:{part['line']}: ", "dim")
    return line(place, span(f"{kind}{when}", "warn"), indent=2)


DIFF_STYLES = {"+": "good", "-": "alarm"}
PART_WORDS = {
    "states": "states",
    "steps": "steps",
    "branches": "branches",
    "deadlines": "deadlines",
}
MISSED_WORDS = {
    "states": "the state {name} is never entered",
    "steps": "the step {name} is never taken",
    "branches": "the branch {name} is never taken",
    "deadlines": "the deadline of {name} never passes",
}
