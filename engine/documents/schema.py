"""The JSON Schema's errors as findings: what was expected, what stands there, the mend."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from handrail.engine.documents.finding import MOST_FINDINGS, Finding, Message, bare, msg, near

if TYPE_CHECKING:
    from collections.abc import Callable

    from handrail.engine.documents.keywords import Fault
    from handrail.engine.documents.source import Source
    from handrail.engine.machine.definition import Path

__all__ = ["schema_findings", "show"]

_SHORT = 40
_TYPES = {
    "string": msg("text"),
    "number": msg("a number"),
    "integer": msg("a whole number"),
    "boolean": msg("true or false"),
    "array": msg("a list"),
    "object": msg("a map"),
}
_ALIKE = {"yes": "true", "no": "false", "on": "true", "off": "false", "y": "true", "n": "false"}


def schema_findings(source: Source) -> list[Finding]:
    """Everything that the schema of the document's kind finds, in the order of the text."""
    from handrail.engine.documents.verdict import sound  # noqa: PLC0415 - not without a document

    if finding := _kind(source):
        return [finding]
    return [] if sound(source.data, source.data["kind"]) else _faults(source)


def _faults(source: Source) -> list[Finding]:
    from handrail.engine.documents.keywords import faults  # noqa: PLC0415 - jsonschema: 80 ms

    found: dict[tuple[Path, str], Finding] = {}
    mistyped: set[Path] = set()
    for fault in _plain(list(islice(faults(source.data, source.data["kind"]), MOST_FINDINGS))):
        path, what = fault.path, fault.keyword
        if path in mistyped:
            continue
        if what == "type":
            mistyped.add(path)
        made = _FINDINGS[what](source, path, fault)
        found.setdefault((path, made.code + str(made.message)), made)
    return sorted(found.values(), key=lambda finding: finding.place)


def _plain(found: list[Fault]) -> list[Fault]:
    """Leave out what only follows from a misspelt key that says which form a map has."""
    unknown = [one for one in found if one.keyword == "unevaluatedProperties"]
    formless = {one.path for one in found if one.keyword == "anyOf"}
    misspelt = {one.path[:-1] for one in unknown if not one.value.belongs}

    def follows(one: Fault) -> bool:
        if one.keyword == "unevaluatedProperties":
            return bool(one.value.belongs) and one.path[:-1] in formless
        return one.keyword == "anyOf" and one.path in misspelt

    return [one for one in found if not follows(one)]


def show(value: Any, raw: str = "") -> Message:
    """Say what a value is: ``the text “a”``, ``the number 1.10``, ``a list``."""
    if value is None:
        return msg("nothing")
    if isinstance(value, bool):
        return msg("the value {value}", value="true" if value else "false")
    if isinstance(value, str):
        return msg("the text “{value}”", value=_short(value))
    if isinstance(value, list):
        return msg("a list")
    if isinstance(value, dict):
        return msg("a map")
    return msg("the number {value}", value=_short(raw or str(value)))


def _short(text: str) -> str:
    line = text.partition("\n")[0]
    return text if len(text) <= _SHORT and line == text else line[: _SHORT - 1] + "…"


def _kind(source: Source) -> Finding | None:
    from handrail.engine.documents.schemas import KINDS  # noqa: PLC0415 - beside its use

    data = source.data
    if not isinstance(data, dict):
        found = show(data, source.raw(()))
        message = msg("a document is a map of keys and values, not {found}", found=found)
        mend = msg("begin with “handrail: 1”")
        return source.finding("HR100", message, source.mark(()), found=found, mend=mend)
    kind = data.get("kind")
    if kind in KINDS:
        return None
    expected = msg("one of {names}", names=list(KINDS))
    if kind is None:
        message, mark = msg("the document does not say what kind it is"), source.mark(())
        mend = msg("add “kind: protocol”, or another kind")
        return source.finding("HR101", message, mark, expected=expected, mend=mend)
    found = show(kind, source.raw(("kind",)))
    message = msg("there is no such kind of document: {found}", found=found)
    alike = near(kind, KINDS) if isinstance(kind, str) else ()
    mark = source.mark(("kind",))
    mend = msg("write one of them")
    return source.finding(
        "HR101", message, mark, expected=expected, found=found, near=alike, mend=mend
    )


def _unknown(source: Source, path: Path, fault: Fault) -> Finding:
    why, key = fault.value, str(path[-1])
    message = msg("unknown key “{key}” in: {part}", key=_short(key), part=msg(why.part))
    alike = near(key, why.keys)
    mend = None if alike else msg("take it out, or write one of those keys")
    if why.belongs:
        mend = msg(
            "“{key}” belongs in: {parts}", key=key, parts=[msg(part) for part in why.belongs]
        )
    return source.finding(
        "HR102",
        message,
        source.key(path),
        expected=msg("one of {names}", names=list(why.keys)),
        near=alike,
        mend=mend,
    )


def _missing(source: Source, path: Path, fault: Fault) -> Finding:
    key = fault.value
    about = _property(fault.schema, key).get("description")
    return source.finding(
        "HR103",
        msg("“{key}” is missing", key=key),
        source.mark(path),
        expected=msg(about) if about else None,
        mend=msg("add “{key}:”", key=key),
    )


def _property(schema: Any, key: str) -> Any:
    if key in schema.get("properties", {}):
        return schema["properties"][key]
    return _property(schema["$ref"], key) if "$ref" in schema else {}


def _type(source: Source, path: Path, fault: Fault) -> Finding:
    wanted = fault.value
    names = [wanted] if isinstance(wanted, str) else wanted
    expected = _either([_TYPES[name] for name in names])
    found = show(fault.instance, source.raw(path))
    message = msg("expected {expected}, found {found}", expected=expected, found=found)
    mend = _retype(names, fault.instance, source.raw(path))
    mark = source.mark(path)
    return source.finding("HR104", message, mark, expected=expected, found=found, mend=mend)


def _either(items: list[Message]) -> Message:
    if len(items) == 1:
        return items[0]
    return msg("{some} or {last}", some=items[:-1], last=items[-1])


def _retype(names: list[str], value: Any, raw: str) -> Message:
    if value is None:
        return msg("write a value, or take the key out")
    if isinstance(value, dict | list) or names == ["object"]:
        return _rebuild(names)
    if "string" in names:
        return msg('put it in quotes: "{raw}"', raw=_short(raw))
    if "array" in names:
        return msg("make it a list: [{raw}]", raw=_short(raw))
    return _rewrite(names, str(value).lower())


def _rebuild(names: list[str]) -> Message:
    if names == ["object"]:
        return msg("write it as “key: value”, one line each")
    if names == ["array"]:
        return msg("make it a list: begin each item with “- ”")
    return msg("write one value, without “-”, “[” or “{” before it")


def _rewrite(names: list[str], word: str) -> Message:
    if names == ["boolean"]:
        known = word in {"true", "false", *_ALIKE}
        word = _ALIKE.get(word, word) if known else "true or false"
        return msg("write {word}", word=word)
    return msg("write it with the digits 0 to 9, without quotes or a leading zero")


def _enum(source: Source, path: Path, fault: Fault) -> Finding:
    value = fault.value
    names = [_word(item) for item in (value if isinstance(value, list) else [value])]
    found = show(fault.instance, source.raw(path))
    expected = msg("one of {names}", names=names) if len(names) > 1 else bare(names[0])
    message = msg("expected {expected}, found {found}", expected=expected, found=found)
    alike = near(str(fault.instance), names)
    mend = (
        None
        if alike
        else msg("write one of them")
        if len(names) > 1
        else msg("write {word}", word=names[0])
    )
    mark = source.mark(path)
    return source.finding(
        "HR105", message, mark, expected=expected, found=found, near=alike, mend=mend
    )


def _word(value: Any) -> str:
    return "true" if value is True else str(value)


def _neither(source: Source, path: Path, fault: Fault) -> Finding:
    names = [key for item in fault.value for key in item["required"]]
    expected = msg("one of {names}", names=names)
    message = msg("there must be {expected}", expected=expected)
    mend = msg("add one of them, and take the others out")
    return source.finding("HR103", message, source.mark(path), expected=expected, mend=mend)


def _pattern(source: Source, path: Path, fault: Fault) -> Finding:
    return _form(source, path, fault, "HR106", source.mark(path))


def _name(source: Source, path: Path, fault: Fault) -> Finding:
    return _form(source, path, fault, "HR109", source.key(path))


def _form(source: Source, path: Path, fault: Fault, code: str, mark: Any) -> Finding:  # noqa: ARG001
    found = show(fault.instance)
    expected = msg(fault.schema.get("description", "another form"))
    message = msg("{found} does not have the form that is expected here", found=found)
    mended = _as_id(fault.instance) if fault.schema.get("title") == "Id" else ""
    alike = (mended,) if mended else ()
    mend = None if alike else msg("write it in the form that is expected")
    return source.finding(
        code, message, mark, expected=expected, found=found, near=alike, mend=mend
    )


def _as_id(text: str) -> str:
    import re  # noqa: PLC0415 - only a mistake pays for it

    mended = re.sub(r"[^a-z0-9]+", "-", text[:80].lower()).strip("-")
    return mended if mended[:1].isalpha() else ""


# What a bound says, and what to do.
_BOUNDS = {
    "minimum": (msg("the number is too small: at least {limit}"), msg("write {limit} or more")),
    "maximum": (msg("the number is too large: at most {limit}"), msg("write {limit} or less")),
    "minLength": (msg("the text is empty"), msg("write it, or take the key out")),
    "maxLength": (
        msg("the text is too long: at most {limit} characters"),
        msg("say it in fewer words"),
    ),
    "minItems": (msg("the list is empty"), msg("put something in it, or take the key out")),
    "minProperties": (msg("the map is empty"), msg("put something in it, or take the key out")),
    "maxProperties": (msg("there may be only one key here"), msg("keep one of them")),
}


def _bound(source: Source, path: Path, fault: Fault) -> Finding:
    params = {"limit": fault.value}
    message, mend = (replace(said, params=params) for said in _BOUNDS[fault.keyword])
    about = fault.schema.get("description")
    expected = msg(about) if about else None
    return source.finding("HR107", message, source.mark(path), expected=expected, mend=mend)


def _twice(source: Source, path: Path, fault: Fault) -> Finding:
    first = source.mark((*path[:-1], fault.value))
    value = source.raw(path)
    message = msg("{value} stands twice in this list", value=_short(value))
    mend = msg("the first stands in line {line}: keep one of them", line=first.line)
    return source.finding("HR108", message, source.mark(path), mend=mend)


_FINDINGS: dict[str, Callable[[Source, Path, Fault], Finding]] = {
    "unevaluatedProperties": _unknown,
    "required": _missing,
    "type": _type,
    "enum": _enum,
    "const": _enum,
    "anyOf": _neither,
    "pattern": _pattern,
    "propertyNames": _name,
    "uniqueItems": _twice,
    **dict.fromkeys(_BOUNDS, _bound),
}
