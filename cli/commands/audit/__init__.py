"""``handrail audit``: what auditors do with the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import typer

from handrail.cli.group import LazyGroup


class Audit(LazyGroup):
    """The commands of ``handrail audit``."""

    package = "handrail.cli.commands.audit"
    table: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "Commands": {
            "log": "List records, filtered.",
            "show": "Show one incident as it went.",
            "report": "Write the report of an incident, as one HTML file.",
            "stats": "Count incidents: outcomes, times, what was late, what was seen.",
            "verify": "Prove that the log is whole, or say what is wrong.",
            "checkpoint": "Sign the head of the log, to be kept elsewhere.",
            "anchor": "Sign it, and put it where handrail.yaml says.",
            "prove": "Prove an incident or a record, in one file.",
            "verify-proof": "Check such a file with the verifier key alone.",
            "redact": "Remove personal data for good, by a recorded decision.",
            "hold": "Forbid that anything of an incident is removed.",
            "retention": "List what was kept long enough, or remove it.",
            "export": "Write records in another form: jsonl, csv, ocsf, ecs, xes.",
            "rotate-key": "Give the log a new key, signed for by the old one.",
        }
    }


app = typer.Typer(cls=Audit, no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def options() -> None:
    """Read and verify the log."""
