"""``handrail agreement``: how a document comes into force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import typer

from handrail.cli.group import LazyGroup


class Agreement(LazyGroup):
    """The commands of ``handrail agreement``."""

    package = "handrail.cli.commands.agreement"
    table: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "Commands": {
            "list": "List the documents: where each is, and whom it waits for.",
            "show": "Show one page for a manager: what it is for, costs and changes.",
            "start": "Submit a registered document.",
            "step": "Take a step of an agreement; say yes, or no with a reason.",
            "confirm": "Say yes, or no, as the second person.",
            "statement": "Write what you would sign, to be signed elsewhere.",
            "export": "Write an agreement as a folder that ssh-keygen can verify.",
        }
    }


app = typer.Typer(cls=Agreement, no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def options() -> None:
    """Take documents through their agreement with management."""
