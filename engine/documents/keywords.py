"""JSON Schema, draft 2020-12, as our schemas use it; the only module that imports jsonschema.

Its keywords are walked here without making a validator for each part, which takes
it four times as long. A few keywords are our own: the stock ones name no place
for an unknown key, a missing key or a misspelt name, let ``$`` match before a last
line break, and compare lists of maps in quadratic time. A test holds all this to the
stock validator's verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema import Draft202012Validator

from handrail.engine.documents.schemas import linked
from handrail.engine.documents.schemas import pattern as compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from handrail.engine.documents.schemas import Schema

__all__ = ["Fault", "Unknown", "faults"]

Path = tuple[str | int, ...]


class Fault(NamedTuple):
    """One thing that a schema does not allow."""

    path: Path  # where, in the data
    keyword: str  # that says so
    value: Any  # the keyword's value, or what our own keywords put in its place
    instance: Any  # what stands there
    schema: Schema  # that the keyword is in


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a key is unknown, in place of the keyword's value."""

    keys: tuple[str, ...]  # those that could stand here
    part: str  # title of the part it stands in
    belongs: tuple[str, ...]  # titles of the forms of this part that have such a key


def faults(data: Any, kind: str) -> Iterator[Fault]:
    """What the schema of ``kind`` finds in ``data``, one fault after the other."""
    return _WALKER.descend(data, linked()[f"{kind}.schema.json"])


class _Walker:
    """What a stock keyword asks of its validator, and no more."""

    is_type = staticmethod(Draft202012Validator.TYPE_CHECKER.is_type)

    def descend(
        self,
        instance: Any,
        schema: Schema,
        path: str | int | None = None,
        schema_path: object = None,  # noqa: ARG002 - stock keywords give it
    ) -> Iterator[Fault]:
        for keyword, value in schema.items():
            check = _KEYWORDS.get(keyword)
            for fault in (check(self, value, instance, schema) or ()) if check else ():
                if not isinstance(fault, Fault):
                    yield Fault(() if path is None else (path,), keyword, value, instance, schema)
                else:
                    yield fault if path is None else fault._replace(path=(path, *fault.path))

    def holds(self, instance: Any, schema: Schema) -> bool:
        return next(self.descend(instance, schema), None) is None


_WALKER = _Walker()


def _ref(walker: _Walker, ref: Schema, instance: Any, _schema: Schema) -> Iterator[Fault]:
    return walker.descend(instance, ref)


_PYTHON: dict[str, type] = {"object": dict, "array": list, "string": str}


def _type(walker: _Walker, types: Any, instance: Any, schema: Schema) -> Iterator[Fault]:
    names = [types] if isinstance(types, str) else types
    if _PYTHON.get(names[0]) is type(instance):  # nearly always
        return
    if not any(walker.is_type(instance, name) for name in names):
        yield Fault((), "type", types, instance, schema)


def _if(walker: _Walker, test: Schema, instance: Any, schema: Schema) -> Iterator[Fault]:
    branch = schema.get("then" if walker.holds(instance, test) else "else")
    return iter(()) if branch is None else walker.descend(instance, branch)


def _any_of(walker: _Walker, forms: list[Schema], instance: Any, schema: Schema) -> Iterator[Fault]:
    if not any(walker.holds(instance, form) for form in forms):
        yield Fault((), "anyOf", forms, instance, schema)


def _required(_walker: _Walker, keys: list[str], instance: Any, schema: Schema) -> Iterator[Fault]:
    if isinstance(instance, dict):
        for key in keys:
            if key not in instance:
                yield Fault((), "required", key, instance, schema)


def _unevaluated(walker: _Walker, allowed: Any, instance: Any, schema: Schema) -> Iterator[Fault]:
    if allowed is not False or not isinstance(instance, dict):
        return
    keys, part = _known(walker, instance, schema)
    for key, value in instance.items():
        if key not in keys:
            why = Unknown(tuple(keys), part, tuple(_belongs(schema, key)))
            yield Fault((key,), "unevaluatedProperties", why, value, schema)


def _known(walker: _Walker, instance: Any, schema: Schema) -> tuple[dict[str, None], str]:
    """The keys that may stand in ``instance``, and the title of the form that it has."""
    keys, part = dict.fromkeys(schema.get("properties", ())), schema.get("title", "")
    inner = [schema["$ref"]] if "$ref" in schema else []
    if "if" in schema:
        branch = "then" if walker.holds(instance, schema["if"]) else "else"
        inner += [schema[branch]] if branch in schema else []
    for other in inner:
        more, title = _known(walker, instance, other)
        keys |= more
        part = title or part
    return keys, part


def _belongs(schema: Schema, key: str) -> Iterator[str]:
    for branch in ("$ref", "then", "else"):
        if other := schema.get(branch):
            if key in other.get("properties", ()) and "title" in other and "anyOf" not in other:
                yield other["title"]
            yield from _belongs(other, key)


def _pattern(_walker: _Walker, pattern: str, instance: Any, schema: Schema) -> Iterator[Fault]:
    if isinstance(instance, str) and not compiled(pattern).search(instance):
        yield Fault((), "pattern", pattern, instance, schema)


def _names(walker: _Walker, names: Schema, instance: Any, _schema: Schema) -> Iterator[Fault]:
    if isinstance(instance, dict):
        for key in instance:
            for fault in walker.descend(key, names, path=key):
                yield fault._replace(keyword="propertyNames")


def _unique(_walker: _Walker, wanted: Any, instance: Any, schema: Schema) -> Iterator[Fault]:
    if not wanted or not isinstance(instance, list):
        return
    seen: dict[object, int] = {}
    for index, item in enumerate(instance):
        if isinstance(item, dict | list):
            continue  # lists of ids are meant, and the items' own schema says so
        first = seen.setdefault((type(item), item), index)
        if first != index:
            yield Fault((index,), "uniqueItems", first, item, schema)


_KEYWORDS: Mapping[str, Callable[[Any, Any, Any, Any], Iterator[Any] | None]] = {
    **Draft202012Validator.VALIDATORS,
    "$ref": _ref,
    "type": _type,
    "if": _if,
    "anyOf": _any_of,
    "required": _required,
    "unevaluatedProperties": _unevaluated,
    "pattern": _pattern,
    "propertyNames": _names,
    "uniqueItems": _unique,
}
