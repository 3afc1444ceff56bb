"""The schemas as they are shipped, linked once: ``$ref`` stands for the schema it names.

All come from package data, so nothing is ever fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["KINDS", "Schema", "linked", "pattern", "schema_text"]

KINDS = ("site", "lifecycle", "protocol", "agreement", "scenario", "workspace")
_PARTS = ("common", "machine")

Schema = Mapping[str, Any]


def schema_text(name: str) -> str:
    """The schema file ``NAME.schema.json`` as it is shipped."""
    return (files("handrail.schemas") / f"{name}.schema.json").read_text(encoding="utf-8")


@cache
def linked() -> dict[str, Any]:
    """Every schema by its file's name."""
    loaded = {f"{name}.schema.json": json.loads(schema_text(name)) for name in (*_PARTS, *KINDS)}
    for name, schema in loaded.items():
        _link(schema, name, loaded)
    return loaded


def _link(part: Any, base: str, loaded: Mapping[str, Any]) -> None:
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for item in inside:
        _link(item, base, loaded)
    if isinstance(part, dict) and isinstance(part.get("$ref"), str):
        file, _, pointer = part["$ref"].partition("#/")
        target = loaded[file or base]
        for key in pointer.split("/"):
            target = target[key]
        part["$ref"] = target


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern whose ``$`` is the end of the text, as in JSON Schema, not of a last line."""
    return re.compile(re.sub(r"\$$", r"\\Z", text))
