"""``handrail protocol check``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.session import Session
from handrail.engine.documents.finding import Finding


class Form(StrEnum):
    """How findings are written."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"


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
        Form, typer.Option("--format", help="full, concise (one line each) or json.")
    ] = Form.FULL,
) -> None:
    """Check documents: each finding with its place, what was expected, and the mend."""
    from handrail.cli.desk import Desk  # noqa: PLC0415 - reads YAML

    session = Session.of(ctx)
    checked = Desk(session).judge(documents or [])
    findings = [finding for one in checked for finding in one.findings]
    _show(findings, Form.JSON if session.json else form, session)
    counts = Counter(str(finding.severity) for finding in findings)
    if form is not Form.JSON and not session.json:
        _count(len(checked), counts, session)
    if counts["error"]:
        raise typer.Exit(3)


def _show(findings: Sequence[Finding], form: Form, session: Session) -> None:
    from handrail.engine.documents import render  # noqa: PLC0415 - beside its use

    if form is Form.JSON:
        out.emit({"findings": render.as_json(findings, session.lang)})
    elif findings:
        write = render.full if form is Form.FULL else render.concise
        out.block(write(findings, session.lang))


def _count(documents: int, counts: Counter[str], session: Session) -> None:
    out.message(
        session.say(
            "{documents} checked: {errors} errors, {warnings} warnings",
            documents=documents,
            errors=counts["error"],
            warnings=counts["warning"],
        ),
        "alarm" if counts["error"] else "good",
    )
