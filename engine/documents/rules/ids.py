"""Ids: each state and task once in a document; no fact under a reserved name.

These run on the data itself, before a definition is built from it, which would
lose one of two states with the same id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.documents.finding import msg
from handrail.engine.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Document
    from handrail.engine.machine.definition import Path

__all__ = ["rules"]

RESERVED = frozenset(
    {"all", "any", "evidence", "incident", "known", "not", "outcome", "runs", "setting", "site"}
    | {"states", "tasks", "tracks"}
)
_DURATIONS = frozenset({"within", "after", "time", "every"})


def rules(document: Document) -> Iterator[Finding]:
    """HR201 to HR204."""
    yield from _twice(document, "HR201", "the state “{id}” stands here twice", _states)
    yield from _twice(document, "HR202", "the task “{id}” stands here twice", _tasks)
    yield from _reserved(document)
    yield from _too_long(document, document.data, ())


def _twice(document: Document, code: str, template: str, parts: Any) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for key, path in parts(document.data, ()):
        if first.setdefault(key, path) != path:
            line = document.source.key(first[key]).line
            mend = msg("the first stands in line {line}: name one of them otherwise", line=line)
            yield document.found_key(code, path, msg(template, id=key), mend=mend)


def _states(data: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Path]]:
    for key, state in data.get("states", {}).items():
        here = (*path, "states", key)
        yield key, here
        yield from _states(state, here)
        for track, inside in state.get("tracks", {}).items():
            yield from _states(inside, (*here, "tracks", track))


def _tasks(data: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Path]]:
    for _, at in _states(data, path):
        state: Any = data
        for part in at[len(path) :]:
            state = state[part]
        yield from ((task, (*at, "tasks", task)) for task in state.get("tasks", {}))


def _reserved(document: Document) -> Iterator[Finding]:
    for key in document.data.get("facts", {}):
        if key in RESERVED:
            message = msg("“{id}” cannot be a fact: guards use the name for something else", id=key)
            mend = msg("give the fact another name")
            yield document.found_key("HR203", ("facts", key), message, mend=mend)


def _too_long(document: Document, data: Any, path: Path) -> Iterator[Finding]:
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, dict | list):
            yield from _too_long(document, value, (*path, key))
        elif key in _DURATIONS and isinstance(value, str) and not _in_reach(value):
            message = msg("“{value}” is longer than a hundred years", value=value)
            mend = msg("write a shorter time")
            yield document.found("HR204", (*path, key), message, mend=mend)


def _in_reach(text: str) -> bool:
    try:
        parse_duration(text)
    except ValueError:
        return False
    return True
