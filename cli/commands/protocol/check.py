"""``handrail protocol check``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.cli import out
from handrail.cli.session import Session
from handrail.engine.documents.finding import Finding
from handrail.engine.errors import HandrailError, UsageError

if TYPE_CHECKING:
    from handrail.cli.desk import Desk


class Form(StrEnum):
    """How findings are written."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


MACHINES = {Form.JSON, Form.GITHUB, Form.SARIF}  # that read it: nothing else is said


def command(
    ctx: typer.Context,
    documents: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DOCUMENT",
            help="Files, folders or ids; - reads the input; by default all of the workspace.",
        ),
    ] = None,
    *,
    form: Annotated[
        Form,
        typer.Option(
            "--format",
            help="full; concise (one line each); json; github (annotations); sarif (2.1.0).",
        ),
    ] = Form.FULL,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever a file changes; Ctrl-C ends.")
    ] = False,
) -> None:
    """Check documents: each finding with its place, what was expected, and the mend."""
    from handrail.cli.desk import Desk  # noqa: PLC0415 - reads YAML

    session = Session.of(ctx)
    desk, asked = Desk(session), documents or []
    form = Form.JSON if session.json and form is not Form.SARIF else form
    if watch:
        _watch(session, desk, asked, form)
    if _check(session, desk, asked, form):
        raise typer.Exit(3)


def _check(session: Session, desk: Desk, asked: Sequence[str], form: Form) -> int:
    """Check once; return how many errors there are."""
    checked = desk.judge(asked)
    findings = [finding for one in checked for finding in one.findings]
    _show(findings, form, session)
    counts = Counter(str(finding.severity) for finding in findings)
    if form not in MACHINES:
        _count(len(checked), counts, session)
        if form is Form.FULL and findings and not session.quiet:
            command = session.line("protocol", "explain", findings[0].code)
            out.message("  " + session.say("more: {command}", command=command), "dim")
    return counts["error"]


def _watch(session: Session, desk: Desk, asked: Sequence[str], form: Form) -> None:
    """Check again and again, until interrupted.

    :raises UsageError: the input cannot be looked at again.
    """
    from handrail.cli.watching import watching  # noqa: PLC0415 - only here

    if "-" in asked:
        raise UsageError("the input cannot be watched: name files or folders")
    desk.check(asked)  # what cannot be found is told at once

    def again() -> None:
        if out.on_terminal(sys.stdout):
            out.data("\x1b[2J\x1b[H")
        try:
            _check(session, desk, asked, form)
        except HandrailError as fault:  # a file went away while somebody edits
            out.message(f"handrail: {fault.words(session.lang)}", "alarm")
        sys.stdout.flush()

    watching(lambda: desk.files(asked), again)


def _show(findings: Sequence[Finding], form: Form, session: Session) -> None:
    from handrail.engine.documents import render  # noqa: PLC0415 - beside its use

    if form is Form.JSON:
        out.emit({"findings": render.as_json(findings, session.lang)})
    elif form is Form.SARIF:
        from handrail.engine.documents.sarif import sarif  # noqa: PLC0415 - only for this

        out.emit(sarif(findings, session.lang))
    elif findings:
        out.block(_write(form)(findings, session.lang))


def _write(form: Form) -> Callable[[Sequence[Finding], str], str]:
    from handrail.engine.documents import render  # noqa: PLC0415 - beside its use
    from handrail.engine.documents.github import github  # noqa: PLC0415 - the same

    writers = {Form.FULL: render.full, Form.CONCISE: render.concise, Form.GITHUB: github}
    return writers[form]


def _count(documents: int, counts: Counter[str], session: Session) -> None:
    told = session.say(
        "{documents} checked: {errors}, {warnings}",
        documents=documents,
        errors=session.counted("{count} error", "{count} errors", counts["error"]),
        warnings=session.counted("{count} warning", "{count} warnings", counts["warning"]),
    )
    out.message(told, "alarm" if counts["error"] else "good")
