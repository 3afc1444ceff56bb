"""``handrail protocol new``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session


class Kind(StrEnum):
    """What kind of protocol it begins as."""

    THREAT = "threat"
    PROCEDURE = "procedure"
    POLICY = "policy"


class Impact(StrEnum):
    """What it costs the primary process."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def command(
    ctx: typer.Context,
    protocol: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="The new protocol's id; without it, of its title."),
    ] = None,
    *,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="What it is called.")] = None,
    kind: Annotated[
        Kind | None,
        typer.Option(
            help="threat (observe, make contact, act or let go), procedure (a checklist) or "
            "policy (looked at once a year)."
        ),
    ] = None,
    owner: Annotated[str | None, typer.Option(metavar="ROLE", help="Whose protocol it is.")] = None,
    by: Annotated[
        list[str] | None, typer.Option(metavar="ROLE", help="Who carries it out; may be repeated.")
    ] = None,
    asset: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="What is worth protecting; may be repeated."),
    ] = None,
    adversary: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Who is interested in it; may be repeated."),
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="How they go to work; may be repeated."),
    ] = None,
    impact: Annotated[
        Impact | None, typer.Option(help="What it costs the primary process.")
    ] = None,
    costs: Annotated[str | None, typer.Option(metavar="TEXT", help="That cost in words.")] = None,
    carries_out: Annotated[
        str | None,
        typer.Option("--carries-out", metavar="ID", help="The policy or protocol above it."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to write it, where that is not the workspace."),
    ] = None,
) -> None:
    """Begin a protocol: asks, or takes options; writes one that checks, and its scenarios."""
    from handrail.cli.begin import begin  # noqa: PLC0415 - reads YAML

    session = Session.of(ctx)
    given = {
        "id": protocol,
        "title": title,
        "kind": kind,
        "owner": owner,
        "by": by,
        "assets": asset,
        "adversaries": adversary,
        "methods": method,
        "impact": impact,
        "costs": costs,
        "carries_out": carries_out,
    }
    result = begin(session, {key: value for key, value in given.items() if value}, folder)
    if session.json:
        out.emit(result)
        return
    for file in (result["file"], *result["scenarios"]):
        out.page([line(span(session.say("written: {file}", file=file), "good"))])
    if not session.quiet:
        for words in (("check", result["id"]), ("test", result["id"]), ("effort", result["id"])):
            typed = session.line("protocol", *words)
            out.message(session.say("next: {command}", command=typed), "dim")
