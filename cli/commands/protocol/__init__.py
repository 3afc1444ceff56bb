"""``handrail protocol``: what administrators do with protocols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import typer

from handrail.cli.group import LazyGroup


class Protocol(LazyGroup):
    """The commands of ``handrail protocol``."""

    package = "handrail.cli.commands.protocol"
    table: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "Commands": {
            "list": "List the documents, and which are in force.",
            "show": "Show a protocol in words.",
            "new": "Begin a protocol that checks.",
            "check": "Check documents: what is wrong, where, and the mend.",
            "explain": "Explain a finding: what, why, an example.",
            "schema": "Let an editor know the language.",
            "fmt": "Write documents in one style; comments are kept.",
            "test": "Play the scenarios of protocols.",
            "graph": "Draw a protocol, and the path that an incident took.",
            "simulate": "Walk through a protocol at random, many times.",
            "diff": "Compare two revisions by what they mean.",
            "effort": "Say what a protocol costs those who follow it.",
        }
    }


app = typer.Typer(cls=Protocol, no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def options() -> None:
    """Write protocols, and show, check, rehearse and measure them."""
