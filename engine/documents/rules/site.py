"""The site plan: its registers refer to each other, its settings to protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.documents.finding import Severity, msg
from handrail.engine.documents.rules.subject import NO_LIFECYCLE_WORDS, NO_PROTOCOL_WORDS
from handrail.engine.documents.rules.values import FITTING, wrong_value
from handrail.engine.machine.build import read_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Document
    from handrail.engine.machine.definition import Path

__all__ = ["rules"]


def rules(document: Document) -> Iterator[Finding]:
    """HR260 to HR264."""
    data = document.data
    for person, about in data.get("people", {}).items():
        yield from _person(document, ("people", person, "roles"), about["roles"])
    for key, adversary in data.get("adversaries", {}).items():
        for part, register in (("wants", "assets"), ("uses", "methods")):
            path: Path = ("adversaries", key, part)
            for index, name in enumerate(adversary.get(part, ())):
                yield from _registered(document, (*path, index), name, register)
    for key, method in data.get("methods", {}).items():
        if "stage" in method:
            path = ("methods", key, "stage")
            yield from _registered(document, path, method["stage"], "planning-cycle")
    yield from _indicators(document)
    yield from _lifecycle(document)
    yield from _retention(document)
    for what, roles in data.get("may", {}).items():
        for index, role in enumerate(roles):
            yield from _known(document, ("may", what, index), role)
    for protocol, settings in data.get("settings", {}).items():
        yield from _settings(document, protocol, settings)


def _person(document: Document, path: Path, roles: list[Any]) -> Iterator[Finding]:
    for index, item in enumerate(roles):
        if isinstance(item, str):
            yield from _known(document, (*path, index), item)
            continue
        yield from _known(document, (*path, index, "role"), item["role"])
        if item.get("from", "") > item.get("to", "9999"):
            message = msg("from {start} to {end} is no time", start=item["from"], end=item["to"])
            mend = msg("let “to” be later than “from”")
            yield document.found("HR263", (*path, index, "from"), message, mend=mend)


def _known(document: Document, path: Path, role: str) -> Iterator[Finding]:
    known = document.data["roles"]
    if role not in known:
        template = "there is no role “{name}”"
        yield document.missing("HR264", path, template, role, known)


def _registered(document: Document, path: Path, name: str, register: str) -> Iterator[Finding]:
    """A warning: a threat picture may be unfinished, and nothing is decided by it."""
    known = document.data.get(register, ())
    if name not in known:
        template = "there is no “{name}” in {register}"
        severity = Severity.WARNING
        yield document.missing(
            "HR260", path, template, name, known, register=register, severity=severity
        )


def _indicators(document: Document) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for method, about in document.data.get("methods", {}).items():
        for key in about.get("indicators", {}):
            if key in first:
                message = msg(
                    "the indicator “{id}” stands in {method} too", id=key, method=first[key]
                )
                mend = msg("name one of them otherwise")
                path = ("methods", method, "indicators", key)
                yield document.found_key("HR261", path, message, mend=mend)
            first.setdefault(key, method)


def _lifecycle(document: Document) -> Iterator[Finding]:
    name, others = document.data.get("lifecycle"), document.others
    if name is None or others is None:
        return
    known = [key for key, data in others.items() if data.get("kind") == "lifecycle"]
    if name not in known:
        yield document.missing("HR262", ("lifecycle",), NO_LIFECYCLE_WORDS, name, known)


def _retention(document: Document) -> Iterator[Finding]:
    """A rule for a protocol that is not there would keep its incidents for ever."""
    others = document.others
    for key, rule in document.data.get("retention", {}).items():
        if others is not None and rule.get("protocol", "") not in {"", *others}:
            path: Path = ("retention", key, "protocol")
            yield document.missing("HR224", path, NO_PROTOCOL_WORDS, rule["protocol"], others)


def _settings(document: Document, protocol: str, settings: dict[str, Any]) -> Iterator[Finding]:
    if document.others is None:
        return
    path = ("settings", protocol)
    other = document.others.get(protocol)
    if other is None:
        yield document.missing(
            "HR224", path, NO_PROTOCOL_WORDS, protocol, document.others, key=True
        )
        return
    declared = other.get("settings", {})
    for key, value in settings.items():
        at = (*path, key)
        if key not in declared:
            template = "{protocol} has no setting “{name}”"
            yield document.missing(
                "HR222", at, template, key, declared, key=True, protocol=protocol
            )
        elif wrong := wrong_value(read_fact(key, declared[key], at), value, document.site):
            yield document.found("HR230", at, wrong, mend=FITTING)
