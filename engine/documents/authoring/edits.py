"""Small changes to a document's text that leave every other character as it stands.

A change is worked out on the positions of the reader (``source.Place``), so comments,
blank lines and the way that an author breaks lines are kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.documents.source import BREAK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from handrail.engine.documents.source import Place, Source
    from handrail.engine.machine.definition import Path

__all__ = ["Edit", "apply_edits", "change", "flow", "offset"]

_PLAIN = re.compile(r"[a-z][a-z0-9-]*")
_RESERVED = frozenset({"true", "false", "null"})


class Edit(NamedTuple):
    """Put ``text`` in place of what stands between two offsets."""

    start: int
    end: int
    text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with all edits, which must not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def flow(value: object) -> str:
    """Write ids, true and false, and lists of them, in one line of YAML."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if _PLAIN.fullmatch(text) and text not in _RESERVED:
        return text
    import json  # noqa: PLC0415 - hardly ever: ids need no quotes

    return json.dumps(text, ensure_ascii=False)  # JSON's strings are YAML 1.2's


def change(source: Source, path: Path, members: Mapping[str, object]) -> list[Edit]:
    """Set members of the map at ``path``: those it has are replaced, others go behind the last.

    :param members: ids, booleans, or lists of ids; ``None``: the map shall not have it.
    """
    inside = _inside(source, path)
    gone = [key for key in inside if members.get(str(key), key) is None]
    wanted = {key: value for key, value in members.items() if value is not None}
    edits = [_removed(source, path, key) for key in gone]
    edits += [
        _replaced(source, (*path, key), value) for key, value in wanted.items() if key in inside
    ]
    new = {key: value for key, value in wanted.items() if key not in inside}
    if new:
        last = [key for key in inside if key not in gone][-1]
        edits.append(_added(source, (*path, last), new))
    return edits


def _removed(source: Source, path: Path, key: str | int) -> Edit:
    """Take a member out of the map at ``path``; not its first, which says what it is."""
    inside = _inside(source, path)
    start, end = _key_start(source, inside[key]), _end(source, (*path, key))
    if _is_flow(source, path):
        before = list(inside)[list(inside).index(key) - 1]
        return Edit(_end(source, (*path, before)), end, "")
    return _without_line(source.text, start, end)


def _without_line(text: str, start: int, end: int) -> Edit:
    """Take out the lines of a member of a block map; a comment behind it stays."""
    before = [found.end() for found in BREAK.finditer(text, 0, start)]
    first = before[-1] if before else 0
    stop, last = _line_end(text, end)
    comment = text[end:stop].strip()
    return Edit(first, last, f"{text[first:start]}{comment}{text[stop:last]}" if comment else "")


def _line_end(text: str, at: int) -> tuple[int, int]:
    """Where the line ends, before its break and after it."""
    found = BREAK.search(text, at)
    return (len(text), len(text)) if found is None else found.span()


def _inside(source: Source, path: Path) -> Mapping[str | int, Place]:
    return source.place(path).inside or {}


def _key_start(source: Source, place: Place) -> int:
    """The offset of the key that leads to a value."""
    assert place.key is not None  # noqa: S101 - asked of members of maps only
    return offset(source, place.key.line, place.key.column)


def offset(source: Source, line: int, column: int) -> int:
    """The offset of a line and column, both from 1."""
    at = 0
    for _ in range(line - 1):
        _, at = _line_end(source.text, at)
    return at + column - 1


def _is_flow(source: Source, path: Path) -> bool:
    return source.text[source.place(path).start : source.place(path).start + 1] in ("{", "[")


def _end(source: Source, path: Path) -> int:
    """Where a value ends: libyaml ends blocks where the next thing begins."""
    place, text = source.place(path), source.text
    value = source.data
    for part in path:
        value = value[part]
    if isinstance(value, dict | list) and value and text[place.start] not in "{[":
        last = list(value)[-1] if isinstance(value, dict) else len(value) - 1
        return _end(source, (*path, last))
    return place.start + len(text[place.start : place.end].rstrip())


def _replaced(source: Source, path: Path, value: object) -> Edit:
    start, end = source.place(path).start, _end(source, path)
    if source.text[start : start + 1] == "-" and isinstance(value, list | tuple):
        return Edit(start, end, _items(source.text[start:end], _indent(source.text, start), value))
    return Edit(start, end, flow(value))


def _items(written: str, indent: str, value: Sequence[object]) -> str:
    """A block list with other items; comments, and the lines of those that stay, are kept."""
    wanted = dict.fromkeys(str(item) for item in value)
    kept: list[str] = []
    for line in map(str.strip, BREAK.split(written)):
        name = line[1:].partition(" #")[0].strip(" '\"")
        if line.startswith("#") or name in wanted:
            kept.append(line)
            wanted.pop(name, None)
    return f"{_break(written)}{indent}".join([*kept, *(f"- {flow(name)}" for name in wanted)])


def _indent(text: str, at: int) -> str:
    return " " * (at - max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) - 1)


def _added(source: Source, behind: Path, members: Mapping[str, object]) -> Edit:
    text, path = source.text, behind[:-1]
    at = _end(source, behind)
    pairs = [f"{key}: {flow(value)}" for key, value in members.items()]
    if _is_flow(source, path):
        return Edit(at, at, "".join(f", {pair}" for pair in pairs))
    first = next(iter(_inside(source, path).values()))
    indent = _break(text) + _indent(text, _key_start(source, first))
    stop, _ = _line_end(text, at)
    return Edit(stop, stop, "".join(f"{indent}{pair}" for pair in pairs))


def _break(text: str) -> str:
    """How the text breaks its lines."""
    found = BREAK.search(text)
    return "\n" if found is None else found[0]
