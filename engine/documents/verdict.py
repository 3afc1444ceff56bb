"""Whether a schema finds anything at all, without saying what.

Nearly every document that is checked is sound, so each schema is put together once
into plain functions that only say yes or no, in a fifth of the time, and without
importing jsonschema. Where the answer is no, ``keywords`` finds out why. A test holds
this to the verdict of both.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.documents.schemas import linked, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.documents.schemas import Schema

__all__ = ["compiled", "sound"]

Check = Callable[[Any], bool]
_ABSENT: Final = object()


def sound(data: Any, kind: str) -> bool:
    """Whether the schema of ``kind`` finds nothing in ``data``."""
    return _compiled(kind)(data)


def compiled(schema: Schema) -> Check:
    """A schema, linked, as a function.

    :raises NotImplementedError: it has a keyword that ours do not use.
    """
    return _Compiler().check(schema)


@cache
def _compiled(kind: str) -> Check:
    return compiled(linked()[f"{kind}.schema.json"])


class _Compiler:
    """Puts checks together; ``_made`` holds them by the identity of their schema."""

    def __init__(self) -> None:
        self._made: dict[int, Check] = {}

    def check(self, schema: Schema) -> Check:
        """The check of a schema; one that is inside itself is looked up when it is run."""
        made = self._made.get(id(schema))
        if made is None:
            key = id(schema)
            self._made[key] = lambda value: self._made[key](value)  # noqa: PLW0108 - made later
            made = self._made[key] = _all(list(self._parts(schema)))
        return made

    def _parts(self, schema: Schema) -> Iterator[Check]:
        for keyword, value in schema.items():
            if keyword in _SIMPLE:
                yield _SIMPLE[keyword](value)
            elif keyword not in _IN_GROUPS and keyword not in _SAYS_NOTHING:
                raise NotImplementedError(keyword)
        if "anyOf" in schema:
            yield _any([self.check(form) for form in schema["anyOf"]])
        if "not" in schema:
            yield _not(self.check(schema["not"]))
        if not _MAPS.isdisjoint(schema):
            yield self._map(schema)
        if "items" in schema:
            yield _items(self.check(schema["items"]))
        if "$ref" in schema:
            yield self.check(schema["$ref"])
        if "if" in schema:
            yield self._if(schema)

    def _if(self, schema: Schema) -> Check:
        test = self.check(schema["if"])
        then = self.check(schema.get("then", {}))
        other = self.check(schema.get("else", {}))
        return lambda value: then(value) if test(value) else other(value)

    def _map(self, schema: Schema) -> Check:
        """``properties`` and what goes with it, in one pass over the keys."""
        inner = {key: self.check(part) for key, part in schema.get("properties", {}).items()}
        rest = self.check(schema["additionalProperties"]) if _rest(schema) else None
        names = self.check(schema["propertyNames"]) if "propertyNames" in schema else None
        required = tuple(schema.get("required", ()))
        known = self._known(schema) if schema.get("unevaluatedProperties") is False else None

        def check(value: Any) -> bool:
            if type(value) is not dict:
                return True
            for key in required:
                if key not in value:
                    return False
            for key, item in value.items():
                part = inner.get(key, rest)
                if part is not None and not part(item):
                    return False
                if names is not None and not names(key):
                    return False
            return known is None or value.keys() <= known(value)

        return check

    def _known(self, schema: Schema) -> Callable[[Any], frozenset[str]]:
        """The keys that may stand in a value, by the form that it has."""
        own = frozenset(schema.get("properties", ()))
        if "$ref" in schema:
            other = self._known(schema["$ref"])
            if "if" not in schema:
                return (lambda value: own | other(value)) if own else other
            below: Callable[[Any], frozenset[str]] = lambda value: own | other(value)  # noqa: E731
        else:
            below = lambda _: own  # noqa: E731 - one of two
        if "if" not in schema:
            return below
        test = self.check(schema["if"])
        then, rest = self._known(schema.get("then", {})), self._known(schema.get("else", {}))
        return lambda value: below(value) | (then(value) if test(value) else rest(value))


# -- the keywords --------------------------------------------------------------------


def _all(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    if not checks:
        return lambda _: True
    first, rest = checks[0], _all(checks[1:])
    return lambda value: first(value) and rest(value)


def _any(checks: list[Check]) -> Check:
    return lambda value: any(check(value) for check in checks)


def _not(check: Check) -> Check:
    return lambda value: not check(value)


def _items(check: Check) -> Check:
    return lambda value: type(value) is not list or all(map(check, value))


def _rest(schema: Schema) -> bool:
    return isinstance(schema.get("additionalProperties"), dict)


_TYPES: Final[Mapping[str, frozenset[type]]] = {
    "object": frozenset({dict}),
    "array": frozenset({list}),
    "string": frozenset({str}),
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "number": frozenset({int, Decimal}),
}
_NUMBERS: Final = _TYPES["number"]


def _type(names: str | list[str]) -> Check:
    wanted = [names] if isinstance(names, str) else names
    types = frozenset[type]().union(*(_TYPES[name] for name in wanted))
    return lambda value: type(value) in types


def _one_of(values: list[Any]) -> Check:
    """Equal, and of one kind: true is not 1."""
    known = frozenset((type(value) is bool, value) for value in values)

    def check(value: Any) -> bool:
        return type(value) not in _INSIDE and (type(value) is bool, value) in known

    return check


_INSIDE: Final = frozenset({dict, list})


def _pattern(text: str) -> Check:
    search = pattern(text).search
    return lambda value: type(value) is not str or search(value) is not None


def _size(kind: type[Any], holds: Callable[[int, int], bool]) -> Callable[[int], Check]:
    return lambda bound: lambda value: type(value) is not kind or holds(len(value), bound)


def _unique(wanted: bool) -> Check:  # noqa: FBT001 - the keyword's value
    def check(value: Any) -> bool:
        if type(value) is not list:
            return True
        items = [(type(item), item) for item in value if type(item) not in _INSIDE]
        return len(set(items)) == len(items)

    return check if wanted else lambda _: True


def _minimum(bound: int) -> Check:
    return lambda value: type(value) not in _NUMBERS or value >= bound


def _maximum(bound: int) -> Check:
    return lambda value: type(value) not in _NUMBERS or value <= bound


_SIMPLE: Final[Mapping[str, Callable[[Any], Check]]] = {
    "type": _type,
    "enum": _one_of,
    "const": lambda value: _one_of([value]),
    "pattern": _pattern,
    "minimum": _minimum,
    "maximum": _maximum,
    "minLength": _size(str, int.__ge__),
    "maxLength": _size(str, int.__le__),
    "minItems": _size(list, int.__ge__),
    "minProperties": _size(dict, int.__ge__),
    "maxProperties": _size(dict, int.__le__),
    "uniqueItems": _unique,
}
_MAPS: Final = frozenset(
    {"properties", "additionalProperties", "propertyNames", "required", "unevaluatedProperties"}
)
_IN_GROUPS: Final = _MAPS | {"items", "$ref", "if", "then", "else", "anyOf", "not"}
_SAYS_NOTHING: Final = frozenset({"$schema", "$id", "$defs", "$comment", "title", "description"})
