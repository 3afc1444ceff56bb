"""What a command says when it has changed something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.engine.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.cli.session import Session

__all__ = ["changed", "manner", "screen", "told"]


def changed(session: Session, view: Mapping[str, Any], done: str) -> None:
    """Print the incident after the change: as JSON, or what was done and what to do now."""
    if session.json:
        out.emit(view)
        return
    out.page([line(span(done, "good"), span(head(session, view), "dim"))])
    if not session.quiet:
        out.data("\n")
        screen(session, view)


def head(session: Session, view: Mapping[str, Any]) -> str:
    """Say the head of the log in short form, to be written down or compared."""
    top = view.get("head")
    if not top:
        return ""
    return "  " + session.say("log {size} · {root}", size=top["size"], root=top["root"][:12])


def screen(session: Session, view: Mapping[str, Any]) -> None:
    """Print what to do now."""
    from handrail.cli.render.now import Screen  # noqa: PLC0415 - JSON and --quiet need none

    out.page(Screen(view, session, SystemClock().now()).blocks())


def told(session: Session, page: Mapping[str, Any], done: str) -> None:
    """Print a document's agreement after a change: as JSON, or what was done and what is next."""
    if session.json:
        out.emit(page)
        return
    out.page([line(span(done, "good"), span(head(session, page["case"]), "dim"))])
    if not session.quiet:
        from handrail.cli.render.agreement import onward  # noqa: PLC0415 - as for a screen

        out.page(onward(page, session))


def manner(session: Session, in_force: Mapping[str, Any]) -> list[str]:
    """Say how something was agreed, where there is something to say."""
    how = [session.say("self-agreed")] if in_force["self_agreed"] else []
    return how if in_force["signed"] else [*how, session.say("unsigned")]
