"""What a standing program tells of itself while it works."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["News"]


class News(NamedTuple):
    """One thing that happened, apart from what the log tells."""

    event: str  # kebab-case; schemas/output.schema.json names them all
    members: dict[str, Any]  # JSON values, by event
