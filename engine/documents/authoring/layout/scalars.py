"""Texts of several lines, indented anew; what they say stays the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handrail.engine.documents.authoring.layout.tree import Text

__all__ = ["block_lines", "folded_lines"]


def folded_lines(raw: str, indent: int) -> list[str]:
    """The lines of a plain or quoted text: but for the first, where they begin means nothing."""
    first, *rest = raw.split("\n")
    lines = [first if not rest else _stripped(first)]
    for number, line in enumerate(rest, start=1):
        inner = line.lstrip(" \t")
        text = inner if number == len(rest) else _stripped(inner)
        lines.append(" " * indent + text if text else "")
    return lines


def _stripped(line: str) -> str:
    """Without the blanks at its end, which folding takes away; an escaped one stays."""
    bare = line.rstrip(" \t")
    return line if bare.endswith("\\") else bare


def block_lines(text: Text, indent: int, step: int) -> list[str]:
    """The header of a block text without its comment, and its lines."""
    header, *rest = text.raw.split("\n")
    header = re.sub(r"\d", str(step), header.partition("#")[0].rstrip())
    return [header, *(_moved(line, text.indent, indent) for line in rest)]


def _moved(line: str, before: int, after: int) -> str:
    """A line of a block text; one that is blank keeps what it has beyond the indentation."""
    inner = line[before:]
    return " " * after + inner if inner else ""
