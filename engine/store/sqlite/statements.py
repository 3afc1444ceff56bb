"""Reads the ``.sql`` files beside it.

As plain files: ``importlib.resources`` would cost every command 13 ms of start-up.
"""

from __future__ import annotations

from pathlib import Path
from sqlite3 import complete_statement

__all__ = ["SQL", "schema"]


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def _named(text: str) -> dict[str, str]:
    """Return the statements of a file by the names on the lines before them."""
    parts = (part.partition("\n") for part in text.split("-- name: ")[1:])
    return {name: _bare(body) for name, _, body in parts}


def _bare(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if line and not line.startswith("--"))


def schema() -> list[str]:
    """Return the statements that make an empty store."""
    found, begun = [], ""
    for line in _text("schema.sql").splitlines(keepends=True):
        begun += line
        if complete_statement(begun):
            found.append(begun)
            begun = ""
    return found


SQL = _named(_text("statements.sql"))
