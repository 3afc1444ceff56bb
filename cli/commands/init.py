"""``handrail init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session
from handrail.cli.shell import quote


def command(
    ctx: typer.Context,
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="Where; a new or an empty folder.")
    ] = ".",
    *,
    site: Annotated[
        str | None, typer.Option(metavar="NAME", help="The site's name, such as a museum's.")
    ] = None,
    pack: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What it begins with: museum (you are its one person), or north-museum "
            "(an example with people, to learn with).",
        ),
    ] = "museum",
) -> None:
    """Make a workspace: site plan, the library's protocols to edit, store, log key."""
    from handrail.engine.founding import found  # noqa: PLC0415 - heavy, and only here

    session = Session.of(ctx)
    made = found(Path(folder).absolute(), pack=pack, name=site, lang=session.lang)
    if session.json:
        out.emit(made)
        return
    _tell(session, made)


def _tell(session: Session, made: dict[str, Any]) -> None:
    say = session.say
    out.page([line(span(say("workspace: {folder}", folder=made["workspace"]), "good"))])
    out.page([line(say("verifier key (give it to your auditor): {key}", key=made["vkey"]))])
    if not session.quiet:
        there = (
            "" if Path.cwd() == Path(made["workspace"]) else f"cd {quote(made['workspace'])} && "
        )
        out.message(say("next: {command}", command=there + session.line(*made["next"])))
