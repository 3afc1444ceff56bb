"""JSON Schema, draft 2020-12, as our schemas use it; the only module that imports jsonschema.

Stock keywords, but for a few: theirs name no place for an unknown key, a missing
key or a misspelt name, let ``$`` match before a last line break, and compare
lists of maps in quadratic time. ``$ref`` stands for the schema itself: all of them
are linked once, from package data, so that nothing is ever fetched. A test
holds these keywords to the stock validator's verdict.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

__all__ = ["KINDS", "Unknown", "errors", "schema_text"]

KINDS = ("site", "lifecycle", "protocol", "agreement", "scenario", "workspace")
_PARTS = ("common", "machine")

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a key is unknown, in place of the keyword's value."""

    keys: tuple[str, ...]  # those that could stand here
    part: str  # title of the part it stands in
    belongs: tuple[str, ...]  # titles of the forms of this part that have such a key


def errors(data: Any, kind: str) -> Iterator[ValidationError]:
    """What the schema of ``kind`` finds in ``data``, one error after the other."""
    return _validator(kind).iter_errors(data)  # type: ignore[no-any-return]


def schema_text(name: str) -> str:
    """The schema file ``NAME.schema.json`` as it is shipped."""
    return (files("handrail.schemas") / f"{name}.schema.json").read_text(encoding="utf-8")


@cache
def _validator(kind: str) -> Any:
    return _Validator(_linked()[f"{kind}.schema.json"])


@cache
def _linked() -> dict[str, Any]:
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


def _ref(validator: Any, ref: Schema, instance: Any, _schema: Schema) -> Iterator[ValidationError]:
    yield from validator.descend(instance, ref)


def _required(
    _validator: Any, keys: list[str], instance: Any, _schema: Schema
) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for key in keys:
            if key not in instance:
                yield ValidationError(f"{key!r} is required", validator_value=key)


def _unevaluated(
    validator: Any, allowed: Any, instance: Any, schema: Schema
) -> Iterator[ValidationError]:
    if allowed is not False or not isinstance(instance, dict):
        return
    keys, part = _known(validator, instance, schema)
    for key in instance:
        if key not in keys:
            why = Unknown(tuple(keys), part, tuple(_belongs(schema, key)))
            yield ValidationError(f"{key!r} is unknown", path=(key,), validator_value=why)


def _known(validator: Any, instance: Any, schema: Schema) -> tuple[dict[str, None], str]:
    """The keys that may stand in ``instance``, and the title of the form that it has."""
    keys, part = dict.fromkeys(schema.get("properties", ())), schema.get("title", "")
    inner = [schema["$ref"]] if "$ref" in schema else []
    if "if" in schema:
        branch = "then" if validator.evolve(schema=schema["if"]).is_valid(instance) else "else"
        inner += [schema[branch]] if branch in schema else []
    for other in inner:
        more, title = _known(validator, instance, other)
        keys |= more
        part = title or part
    return keys, part


def _belongs(schema: Schema, key: str) -> Iterator[str]:
    for branch in ("$ref", "then", "else"):
        if other := schema.get(branch):
            if key in other.get("properties", ()) and "title" in other and "anyOf" not in other:
                yield other["title"]
            yield from _belongs(other, key)


def _pattern(
    _validator: Any, pattern: str, instance: Any, _schema: Schema
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


def _names(
    validator: Any, names: Schema, instance: Any, _schema: Schema
) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for key in instance:
            for error in validator.descend(key, names, path=key):
                error.validator = "propertyNames"
                yield error


def _unique(
    _validator: Any, wanted: Any, instance: Any, _schema: Schema
) -> Iterator[ValidationError]:
    if not wanted or not isinstance(instance, list):
        return
    seen: dict[object, int] = {}
    for index, item in enumerate(instance):
        if isinstance(item, dict | list):
            continue  # lists of ids are meant, and the items' own schema says so
        first = seen.setdefault((type(item), item), index)
        if first != index:
            yield ValidationError(f"{item!r} twice", path=(index,), validator_value=first)


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "$ref": _ref,
        "required": _required,
        "unevaluatedProperties": _unevaluated,
        "pattern": _pattern,
        "propertyNames": _names,
        "uniqueItems": _unique,
    },
)
