"""A way through a protocol, written as the scenario that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.clock import parse_instant, stamp
from handrail.engine.documents.authoring.yamlish import written
from handrail.engine.documents.rehearsal import BEGINNING
from handrail.engine.durations import say_duration
from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.documents.authoring.shortest import Way
    from handrail.engine.documents.authoring.way import Did
    from handrail.engine.machine.definition import Definition

__all__ = ["scenario_text"]


def scenario_text(  # noqa: PLR0913 - what a scenario says
    definition: Definition,
    way: Way,
    people: Mapping[str, tuple[str, ...]],
    *,
    title: str,
    schema: str,
    lang: str = "en",
) -> str:
    """Return the scenario.

    :param people: those who act on the way, each with their roles.
    :param schema: where an editor finds the schema, for its first line.
    """
    cast = {name: list(roles) for name, roles in people.items() if _acts(name, way)}
    data = {
        "handrail": 1,
        "kind": "scenario",
        "protocol": definition.id,
        "title": title,
        "cast": cast or {name: list(roles) for name, roles in people.items()},
        "play": list(_moves(way, lang)),
        "ends": way.outcome,
    }
    return f"# yaml-language-server: $schema={schema}\n{written(data)}"


def _acts(name: str, way: Way) -> bool:
    return any(did.by == name for did in way.did)


def _moves(way: Way, lang: str) -> Iterator[dict[str, Any]]:
    now, leaves = stamp(BEGINNING), None
    for number, did in enumerate(way.did):
        following = way.did[number + 1] if number + 1 < len(way.did) else None
        move = _move(did, now, lang)
        if did.kind == "step" and following is not None and following.kind == "confirm":
            move["pending"] = True
        elif did.leaves != leaves:
            move["in"] = list(did.leaves)
        yield move
        now, leaves = did.at, did.leaves


def _move(did: Did, now: str, lang: str) -> dict[str, Any]:
    name, _, item = did.name.partition("/")
    facts = {key: _value(value, lang) for key, value in did.facts.items()}
    if did.kind == "wait":
        return {"wait": say_duration(parse_instant(did.at) - parse_instant(now))}
    if did.kind == "outcome":
        protocol, outcome = did.name.split(": ")
        return {"outcome": {protocol: outcome}}
    if did.kind == "attach":
        return {"attach": say(lang, "an example"), "by": did.by} | ({"task": name} if name else {})
    if did.kind == "fact":
        return {"fact": facts, "by": did.by}
    move: dict[str, Any] = {did.kind: name, "by": did.by}
    if item:
        move["item"] = item
    return {**move, "with": facts} if facts else move


def _value(value: object, lang: str) -> object:
    """The value as it is written; a personal one is only an example."""
    return say(lang, "an example") if isinstance(value, dict) else value
