"""The strict reader: one YAML 1.2 file in, data with positions out.

Only ``true``, ``false``, ``null`` (and an empty value) and plain decimal numbers
are not strings (YAML 1.2.2 §10.3, narrowed). Whole numbers come as ``int``,
others as ``Decimal``. Aliases, anchors, tags, merge keys, duplicate keys, and
nesting deeper than 64 are findings. Data is built straight from libyaml's event
stream, which is never composed into a graph: a bomb has nothing to go off in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.documents.finding import Finding, Severity
from handrail.engine.errors import CheckFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.documents.finding import Message
    from handrail.engine.machine.definition import Path

__all__ = ["BREAK", "Mark", "Place", "Source", "SourceError", "read_source"]

BREAK = re.compile(r"\r\n|\r|\n")


class Mark(NamedTuple):
    """Where something stands: line and column from 1, length in characters of that line."""

    line: int
    column: int
    length: int = 1

    @property
    def end(self) -> int:
        """The column of its last character."""
        return self.column + self.length - 1


class Place(NamedTuple):
    """Where a value stands, and its key when it has one. Offsets count from 0."""

    start: int  # offset of the value in the text
    end: int
    line: int  # of the value, from 0
    column: int
    key: Mark | None = None
    inside: Mapping[str | int, Place] | None = None  # of a map or list, by key or number


class SourceError(CheckFoundError):
    """A document cannot be read; ``findings`` say where and why."""

    def __init__(self, name: str, findings: list[Finding]) -> None:
        super().__init__("“{name}” cannot be read: {first}", name=name, first=findings[0].message)
        self.findings = findings


@dataclass(frozen=True, kw_only=True)
class Source:
    """A document as it was read. What stands where is only looked up when somebody asks."""

    name: str  # the file's name, as findings show it
    text: str
    data: Any = None  # dicts, lists, str, int, Decimal, bool, None

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, without their ends."""
        return BREAK.split(self.text)

    @cached_property
    def root(self) -> Place:
        """The place of the whole, with those of all its parts inside."""
        from handrail.engine.documents.places import places  # noqa: PLC0415 - yaml costs 20 ms

        return places(self.text)

    def place(self, path: Path) -> Place:
        """The place of the part at ``path``, or of the nearest part around it that exists."""
        here = self.root
        for part in path:
            if here.inside is None or part not in here.inside:
                break
            here = here.inside[part]
        return here

    def mark(self, path: Path) -> Mark:
        """The part's mark: of a scalar the value, of a map or list its key where it has one."""
        at = self.place(path)
        if at.key is not None and at.inside is not None:
            return at.key
        line = self.lines[at.line] if at.line < len(self.lines) else ""
        length = min(at.end - at.start, len(line.rstrip()) - at.column)
        return Mark(at.line + 1, at.column + 1, max(length, 1))

    def key(self, path: Path) -> Mark:
        """The mark of the key that leads to the part; of an item of a list, the item's."""
        return self.place(path).key or self.mark(path)

    def raw(self, path: Path) -> str:
        """The value at ``path`` as it is written."""
        at = self.place(path)
        return self.text[at.start : at.end]

    def finding(
        self, code: str, message: Message, mark: Mark, *, mend: Message | None, **more: Any
    ) -> Finding:
        """Make a finding at ``mark``, with its line quoted; ``severity`` is error by default.

        :param mend: what to do; ``None`` where ``near`` says what was meant.
        """
        severity = more.pop("severity", Severity.ERROR)
        quoted = self.lines[mark.line - 1] if mark.line <= len(self.lines) else ""
        return Finding(
            code=code,
            severity=severity,
            message=message,
            file=self.name,
            quoted=quoted,
            line=mark.line,
            column=mark.column,
            length=mark.length,
            mend=mend,
            **more,
        )


def read_source(data: bytes, name: str) -> Source:
    """Read one document.

    :raises SourceError: with every finding of the first pass that found any.
    """
    from handrail.engine.documents.events import build  # noqa: PLC0415 - yaml costs 20 ms
    from handrail.engine.documents.plain import decode  # noqa: PLC0415 - the same path

    return build(Source(name=name, text=decode(data, name)))
