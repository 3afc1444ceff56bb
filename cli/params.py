"""Arguments and options that several commands share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.cli import complete
from handrail.engine.clock import SystemClock
from handrail.engine.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handrail.engine.charter.approval import Brought

__all__ = [
    "AgreementStep",
    "DocumentId",
    "Given",
    "Incident",
    "IncidentOrLatest",
    "Occurred",
    "ProtocolId",
    "ProtocolSource",
    "Run",
    "Signed",
    "StepId",
    "brought",
    "full_id",
    "pairs",
    "read_text",
    "readable",
]

_INCIDENT_HELP = "The incident, such as INC-2026-0001; of this year's the number is enough."

Incident = Annotated[
    str,
    typer.Argument(metavar="INCIDENT", help=_INCIDENT_HELP, autocompletion=complete.incidents),
]
IncidentOrLatest = Annotated[
    str | None,
    typer.Argument(
        metavar="INCIDENT",
        help="The incident; without it the one that was opened last and is still open.",
        autocompletion=complete.incidents,
    ),
]
ProtocolId = Annotated[
    str,
    typer.Argument(
        metavar="PROTOCOL", help="The protocol's id.", autocompletion=complete.protocols
    ),
]
DocumentId = Annotated[
    str,
    typer.Argument(
        metavar="DOCUMENT", help="The document's id.", autocompletion=complete.registered
    ),
]
ProtocolSource = Annotated[
    str,
    typer.Argument(
        metavar="PROTOCOL",
        help="A protocol's id or file; - reads the input.",
        autocompletion=complete.registered,
    ),
]
AgreementStep = Annotated[
    str,
    typer.Argument(metavar="STEP", help="The step's id.", autocompletion=complete.agreement_steps),
]
Signed = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="A statement that was signed elsewhere, as agreement statement writes it; "
        "its signature lies beside it, in FILE.sig.",
    ),
]
StepId = Annotated[
    str, typer.Argument(metavar="STEP", help="The step's id.", autocompletion=complete.steps)
]
Given = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FACT=VALUE",
        help="What is known: yes or no, a choice's id, a number, 10m, HH:MM, words in quotes; "
        "several with commas between; - reads the value from the input.",
        autocompletion=complete.facts,
    ),
]
Run = Annotated[
    str | None,
    typer.Option(
        metavar="RUN",
        help="Which run, where two of the incident offer the same.",
        autocompletion=complete.runs,
    ),
]
Occurred = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="When it happened, if not now: HH:MM, or like 2026-11-21T23:10."
    ),
]


def full_id(incident: str) -> str:
    """Write out an incident of this year that was given by its number."""
    if incident.isdecimal() and incident.isascii():
        return f"INC-{SystemClock().now().year}-{int(incident):04d}"
    return incident.upper() if incident[:4].lower() == "inc-" else incident


def pairs(given: Sequence[str] | None) -> dict[str, str]:
    """Read FACT=VALUE words.

    :raises UsageError: a word has no ``=``, or a fact is given twice.
    """
    facts: dict[str, str] = {}
    for word in given or ():
        fact, equals, value = word.partition("=")
        if not equals or not fact:
            raise UsageError("“{word}” is not of the form FACT=VALUE", word=word)
        if fact in facts:
            raise UsageError("{fact} is given twice", fact=fact)
        facts[fact] = read_text(value)
    return facts


def read_text(text: str) -> str:
    """Return the text, or for ``-`` what stands on the input, without the last line feed.

    :raises UsageError: the input is not UTF-8.
    """
    return readable(sys.stdin.read()).removesuffix("\n") if text == "-" else text


def readable(text: str) -> str:
    """Return what was read from the input, if it is text.

    :raises UsageError: it is not UTF-8: nothing could be recorded of it.
    """
    if not text.isascii() and "\\ud" in ascii(text):
        raise UsageError("the input is not UTF-8; convert it, and try again")
    return text


def brought(file: str | None) -> Brought | None:
    """Read a statement that was signed elsewhere, and its signature beside it.

    :raises NotFoundError: one of the two files is not there.
    """
    if file is None:
        return None
    from pathlib import Path  # noqa: PLC0415 - seldom

    from handrail.engine.charter.approval import Brought  # noqa: PLC0415 - seldom

    texts = []
    for path in (Path(file), Path(f"{file}.sig")):
        if not path.is_file():
            raise NotFoundError("file", str(path))
        texts.append(path.read_bytes())
    return Brought(texts[0], texts[1].decode("ascii", errors="replace"))
