"""What cannot be undone is done only by one who says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from handrail.engine.errors import UsageError

if TYPE_CHECKING:
    from handrail.cli.session import Session

__all__ = ["sure"]


def sure(session: Session, question: str) -> None:
    """Ask; go on only after a yes, which ``--yes`` gives.

    :raises UsageError: nobody can be asked, and ``--yes`` was not given.
    """
    if session.yes:
        return
    if not session.may_ask:
        raise UsageError("this cannot be undone: say --yes")
    from handrail.cli.ask import agreed  # noqa: PLC0415 - at a terminal only

    if not agreed(session, question):
        raise typer.Exit(1)
