"""The tree of a text: what is written, where it begins and ends, and in what style."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from yaml import events as ev

from handrail.engine.documents.events import events_of
from handrail.engine.documents.source import BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Entry", "Many", "Text", "Tree", "Value", "tree_of"]


@dataclass(slots=True, kw_only=True)
class Node:
    """A value. ``start`` and ``end`` are offsets, ``line`` and ``last`` lines from 0."""

    start: int
    line: int
    column: int
    end: int = 0
    last: int = 0  # the line in which it ends


@dataclass(slots=True, kw_only=True)
class Text(Node):
    """A scalar, as it is written; ``block``: by ``|`` or ``>``."""

    raw: str  # with \n between its lines
    block: bool = False
    indent: int = 0  # of a block: how far its text is indented


@dataclass(slots=True, kw_only=True)
class Many(Node):
    """A map or a list; ``flow``: in braces or brackets."""

    flow: bool
    keyed: bool  # whether it is a map
    entries: list[Entry] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        """Whether it is written as a block: it was one, or it was broken over lines."""
        return bool(self.entries) and (not self.flow or self.last != self.line)


@dataclass(slots=True)
class Entry:
    """A member of a map (with its key), or an item of a list."""

    value: Value
    key: Text | None = None

    @property
    def first(self) -> Value:
        """What stands first of it."""
        return self.value if self.key is None else self.key


Value = Text | Many


class Tree(NamedTuple):
    """A document: its root, and where its ``---`` stands, if it has one."""

    root: Value
    opened: int | None  # offset
    line: int
    directive: bool  # whether %YAML stands before it


def tree_of(text: str) -> Tree:
    """Return the tree of a text that the reader has accepted."""
    grower = _Grower(text)
    opened, line, directive = None, 0, False
    for event in events_of(text):
        at = event.start_mark
        if type(event) is ev.DocumentStartEvent and event.explicit and at is not None:
            directive = event.version is not None
            opened = text.index("---", at.index)
            line = len(BREAK.findall(text, 0, opened))
        grower.take(event)
    (root,) = grower.top.entries
    return Tree(root.value, opened, line, directive)


class _Grower:
    def __init__(self, text: str) -> None:
        self.text = text
        self.top = Many(start=0, line=0, column=0, flow=False, keyed=False)
        self.stack = [self.top]
        self.keys: list[Text | None] = [None]

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is ev.ScalarEvent:
            self.put(self.scalar(event))
        elif kind is ev.MappingStartEvent or kind is ev.SequenceStartEvent:
            at, keyed = event.start_mark, kind is ev.MappingStartEvent
            node = Many(
                start=at.index, line=at.line, column=at.column, flow=event.flow_style, keyed=keyed
            )
            self.put(node)
            self.stack.append(node)
            self.keys.append(None)
        elif kind is ev.MappingEndEvent or kind is ev.SequenceEndEvent:
            self.keys.pop()
            self.close(self.stack.pop(), event.end_mark)

    def put(self, node: Value) -> None:
        parent = self.stack[-1]
        key = self.keys[-1]
        if parent.keyed and key is None and isinstance(node, Text):
            self.keys[-1] = node
            return
        parent.entries.append(Entry(node, key))
        self.keys[-1] = None

    def close(self, node: Many, mark: Any) -> None:
        """A flow collection ends at its bracket; a block where its last entry does."""
        if node.flow or not node.entries:
            node.end, node.last = mark.index, mark.line
        else:
            node.end, node.last = node.entries[-1].value.end, node.entries[-1].value.last

    def scalar(self, event: Any) -> Text:
        start, end = event.start_mark, event.end_mark
        if event.style in {"|", ">"}:
            return self.block(start)
        raw = "\n".join(BREAK.split(self.text[start.index : end.index]))
        at = {"start": start.index, "line": start.line, "column": start.column}
        return Text(**at, end=end.index, last=end.line, raw=raw)

    def block(self, start: Any) -> Text:
        """A block scalar: its lines end where one is indented less, which libyaml reads over."""
        pieces = list(_lines(self.text, start.index))
        indent = self.indent(pieces)
        kept = 1
        for number, (line, _) in enumerate(pieces[1:], start=1):
            if line.strip() and len(line) - len(line.lstrip(" ")) < indent:
                break
            kept = number + 1
        if "+" not in pieces[0][0]:  # blank lines behind it are kept only where it says so
            while kept > 1 and not pieces[kept - 1][0].strip():
                kept -= 1
        raw = "\n".join(line for line, _ in pieces[:kept])
        end, last = pieces[kept - 1][1], start.line + kept - 1
        if end == len(self.text):  # no line break behind it, and ours has one
            raw = re.sub(r"^([|>]\d?)[+-]?", r"\1-", raw)
        at = {"start": start.index, "line": start.line, "column": start.column}
        return Text(**at, end=end, last=last, raw=raw, block=True, indent=indent)

    def indent(self, pieces: list[tuple[str, int]]) -> int:
        """How far its text is indented: as its header says, else as its first line is."""
        said = re.search(r"\d", pieces[0][0].partition("#")[0])
        if said is not None:
            return self.stack[-1].column + int(said[0])
        first = next((line for line, _ in pieces[1:] if line.strip()), "")
        return len(first) - len(first.lstrip(" "))


def _lines(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Each line from an offset on, and the offset of its end."""
    while True:
        found = BREAK.search(text, at)
        stop = len(text) if found is None else found.start()
        yield text[at:stop], stop
        if found is None or found.end() == len(text):
            return
        at = found.end()
