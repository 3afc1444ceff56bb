"""The columns that the log is filtered by, as options of several commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from handrail.cli import complete
from handrail.cli.params import full_id
from handrail.cli.when import recorded_at

if TYPE_CHECKING:
    from handrail.engine.store.rows import Filter

__all__ = ["By", "Case", "Drill", "OfProtocol", "OfType", "Since", "Until", "which"]

Case = Annotated[
    str | None,
    typer.Option(
        metavar="CASE",
        help="An incident, or DOC-id for a document.",
        autocompletion=complete.incidents,
    ),
]
By = Annotated[str | None, typer.Option(metavar="PERSON", help="What this person did.")]
OfProtocol = Annotated[str | None, typer.Option(metavar="PROTOCOL", help="Under this protocol.")]
OfType = Annotated[
    str | None, typer.Option("--type", metavar="TYPE", help="Of this type, such as step-taken.")
]
Since = Annotated[
    str | None, typer.Option(metavar="TIME", help="Recorded then or later: like 2026-11-21.")
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Recorded before that.")]
Drill = Annotated[
    bool | None, typer.Option("--drill/--real", help="Only drills, or only what was real.")
]


def which(  # noqa: PLR0913 - the columns
    *,
    case: str | None,
    by: str | None,
    protocol: str | None,
    kind: str | None,
    since: str | None,
    until: str | None,
    drill: bool | None,
) -> Filter:
    """Read the options.

    :raises UsageError: a time that is none.
    """
    from handrail.engine.store.rows import Filter  # noqa: PLC0415 - help needs none

    return Filter(
        case=full_id(case) if case else None,
        actor=by,
        protocol=protocol,
        type=kind,
        since=recorded_at(since),
        until=recorded_at(until),
        drill=drill,
    )
