"""Write new YAML: blocks for what is long, braces for what is short, quotes where needed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Short", "scalar", "written"]

# Texts that no reader takes for anything else: in braces a comma would end them.
_IN_FLOW = re.compile(r"[^\W\d_][\w .'-]*[\w.'-]|[^\W\d_]|[0-9]+[a-z][0-9a-z]*")
_IN_BLOCK = re.compile(r"[^\W\d_][\w .,?!'-]*[\w.,?!'-]|[^\W\d_]|[0-9]+[a-z][0-9a-z]*")
_WHOLE = re.compile(r"[0-9]|[1-9][0-9]*")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class Short(dict[str, Any]):
    """A map that is written in braces, on one line."""


def written(data: Mapping[str, Any]) -> str:
    """Return the document; a key that is only blanks is a blank line."""
    return "\n".join(_map(data, 0)) + "\n"


def scalar(value: object, *, flow: bool = False) -> str:
    """One value; a text in quotes where it could be read as something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if isinstance(value, int) and _WHOLE.fullmatch(text):
        return text
    plain = (_IN_FLOW if flow else _IN_BLOCK).fullmatch(text)
    if plain and text.lower() not in _RESERVED and "  " not in text:
        return text
    return json.dumps(text, ensure_ascii=False)  # JSON's strings are YAML 1.2's


def _map(data: Mapping[str, Any], indent: int) -> Iterator[str]:
    begin = " " * indent
    for key, value in data.items():
        if not key.strip():
            yield ""
        elif value and isinstance(value, dict) and not isinstance(value, Short):
            yield f"{begin}{key}:"
            yield from _map(value, indent + 2)
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            yield f"{begin}{key}:"
            yield from (f"{begin}  - {_flow(item)}" for item in value)
        elif isinstance(value, dict | list | tuple):
            yield f"{begin}{key}: {_flow(value)}"
        else:
            yield f"{begin}{key}: {scalar(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return scalar(value, flow=True)
