"""CSV (RFC 4180) that a spreadsheet opens without running anything.

A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP,
CSV Injection), the wide forms of its first signs as well; every cell is in quotes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.audit.formats import About, Row

__all__ = ["COLUMNS", "neutral", "write"]

COLUMNS: Final = (
    "seq", "case", "cseq", "type", "recorded", "occurred", "actor", "roles", "how", "host",
    "drill", "run", "protocol", "revision", "step", "task", "item", "state", "from", "to",
    "outcome", "refused", "facts", "title", "note", "text", "why", "basis", "sha256", "leaf",
)  # fmt: skip
# Any of these at its beginning makes a cell a formula, in one program or another.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide forms


def write(rows: Iterable[Row], about: About) -> Iterator[str]:  # noqa: ARG001 - as all formats
    """Give the lines, the names of the columns first."""
    yield _line(COLUMNS)
    for row in rows:
        flat = _flat(row)
        yield _line([flat.get(column) for column in COLUMNS])


def neutral(text: str) -> str:
    """Return a cell's text so that no program takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _flat(row: Row) -> dict[str, Any]:
    """The row with what is nested in it as cells."""
    actor, pin = row["actor"], row.get("protocol") or {}
    refused = row.get("refused") or {}
    return {
        **row,
        "actor": actor["id"],
        "roles": actor["roles"],
        "how": actor["how"],
        "host": actor["host"],
        "protocol": pin.get("id"),
        "revision": pin.get("revision"),
        "refused": refused.get("code"),
    }


def _line(cells: Iterable[object]) -> str:
    quoted = (neutral(_text(cell)).replace('"', '""') for cell in cells)
    return ",".join(f'"{cell}"' for cell in quoted) + "\r\n"


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case list() if all(isinstance(item, str) for item in cell):
            return ", ".join(cell)
        case dict() | list():
            return json.dumps(cell, ensure_ascii=False)
    return str(cell)
