"""Scenarios: who and what they name must be in the protocol, the cast, the site plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.documents.finding import msg
from handrail.engine.documents.rules.subject import NO_PROTOCOL_WORDS, NO_ROLE_WORDS
from handrail.engine.machine.agreement import STANDINGS
from handrail.engine.machine.build import build
from handrail.engine.machine.definition import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Document
    from handrail.engine.machine.definition import Definition, Path

__all__ = ["rules"]

_UNKNOWN_WORDS = {
    "HR220": "{protocol} has no fact “{name}”",
    "HR271": "{protocol} has no state “{name}”",
    "HR272": "{protocol} has no step “{name}”",
    "HR273": "{protocol} has no task “{name}”",
}


def rules(document: Document) -> Iterator[Finding]:
    """HR270 to HR275."""
    yield from _cast(document)
    others = document.others
    if others is None:
        return
    name = document.data["protocol"]
    if "states" not in others.get(name, {}):
        known = [key for key, data in others.items() if "states" in data]
        yield document.missing("HR224", ("protocol",), NO_PROTOCOL_WORDS, name, known)
        return
    yield from _play(document, build(others[name], ""))


def _cast(document: Document) -> Iterator[Finding]:
    cast = document.data["cast"]
    path: Path
    for index, move in enumerate(document.data["play"]):
        if move.get("by", next(iter(cast))) not in cast:
            path = ("play", index, "by")
            template = "there is no “{name}” in the cast"
            yield document.missing("HR270", path, template, move["by"], cast)
    known = _known_roles(document)
    for person, roles in cast.items() if document.site else ():
        for index, role in enumerate(roles):
            if role not in known:
                path = ("cast", person, index)
                yield document.missing("HR250", path, NO_ROLE_WORDS, role, known)


def _known_roles(document: Document) -> list[str]:
    """Of an agreement's people it is enough to say how they stand to the document."""
    agreed = (document.others or {}).get(document.data["protocol"], {}).get("kind") == "agreement"
    roles = document.site.registers["roles"] if document.site else ()
    return [*roles, *(STANDINGS if agreed else ())]


def _play(document: Document, protocol: Definition) -> Iterator[Finding]:
    data = document.data
    yield from _states(document, ("starts",), data.get("starts", ()), protocol)
    for index, move in enumerate(data["play"]):
        path = ("play", index)
        yield from _states(document, (*path, "in"), move.get("in", ()), protocol)
        yield from _move(document, path, move, protocol)
    ends = data.get("ends")
    finals = _outcomes(protocol)
    if ends is not None and ends not in finals:
        template = "{protocol} never ends with “{name}”"
        yield document.missing("HR274", ("ends",), template, ends, finals, protocol=protocol.id)


def _outcomes(protocol: Definition) -> list[str]:
    top = (state for state in protocol.states.values() if not state.region)
    return [state.outcome or "" for state in top if state.kind is Kind.FINAL]


def _states(
    document: Document, path: Path, names: list[str], protocol: Definition
) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name not in protocol.states:
            template = _UNKNOWN_WORDS["HR271"]
            yield document.missing(
                "HR271", (*path, index), template, name, protocol.states, protocol=protocol.id
            )
        elif protocol.states[name].inside or protocol.states[name].tracks:
            message = msg("“{name}” has states inside: “in” names the innermost ones", name=name)
            mend = msg("name the states inside it that are active")
            yield document.found("HR275", (*path, index), message, mend=mend)


def _move(
    document: Document, path: Path, move: dict[str, Any], protocol: Definition
) -> Iterator[Finding]:
    states = protocol.states
    steps = dict.fromkeys(key for state in states.values() for key in state.steps)
    tasks = dict.fromkeys(key for state in states.values() for key in state.tasks)
    for key, code, known in (
        ("step", "HR272", steps),
        ("confirm", "HR272", steps),
        ("task", "HR273", tasks),
        ("deviate", "HR271", states),
    ):
        if key in move and move[key] not in known:
            name, at, words = move[key], (*path, key), _UNKNOWN_WORDS[code]
            yield document.missing(code, at, words, name, known, protocol=protocol.id)
    for part in ("with", "fact"):
        for name in move.get(part, {}):
            if name not in protocol.facts:
                at, template = (*path, part, name), _UNKNOWN_WORDS["HR220"]
                yield document.missing(
                    "HR220", at, template, name, protocol.facts, key=True, protocol=protocol.id
                )
