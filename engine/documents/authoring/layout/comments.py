"""The comments of a text, each with its place, to be handed out in their order."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.documents.authoring.layout.tree import Text
from handrail.engine.documents.source import BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.authoring.layout.tree import Value

__all__ = ["Comment", "Comments", "comments_of"]


class Comment(NamedTuple):
    """A comment; lines and columns count from 0."""

    start: int  # offset
    line: int
    column: int
    text: str  # with its #
    before: str  # what stands before it on its line, without the blanks at the end

    @property
    def alone(self) -> bool:
        """Whether it has the line to itself."""
        return not self.before.strip()


class Comments:
    """Hands out comments in order."""

    def __init__(self, text: str, root: Value) -> None:
        self.waiting = list(comments_of(text, root))
        self.waiting.reverse()
        self.blank = [not line.strip() for line in BREAK.split(text)]

    def next(self) -> Comment | None:
        """The next comment, which stays where it is."""
        return self.waiting[-1] if self.waiting else None

    def take(self) -> Comment:
        """Hand out the next comment."""
        return self.waiting.pop()

    def before(self, offset: int) -> Iterator[Comment]:
        """Hand out those that stand before an offset."""
        while self.waiting and self.waiting[-1].start < offset:
            yield self.waiting.pop()

    def behind(self, line: int, limit: int) -> Comment | None:
        """Hand out the one that stands behind something on a line, before an offset."""
        found = self.next()
        if found is None or found.alone or found.line != line or found.start >= limit:
            return None
        return self.take()

    def gap(self, line: int, other: int) -> bool:
        """Whether a line between the two is blank."""
        return any(self.blank[line + 1 : other])


def comments_of(text: str, root: Value) -> Iterator[Comment]:
    """Every comment: what begins with # outside of the scalars."""
    scalars = sorted((one.start, one.end, one.block) for one in _texts(root))
    starts = [start for start, _, _ in scalars]
    at = 0
    for number, line in enumerate(BREAK.split(text)):
        column = line.find("#")
        while column >= 0:
            index = bisect_right(starts, at + column) - 1
            inside = index >= 0 and at + column < scalars[index][1]
            if inside and not _in_header(text, scalars[index], at + column):
                column = line.find("#", column + 1)
                continue
            before = line[:column].rstrip()
            yield Comment(at + column, number, column, line[column:].rstrip(), before)
            break
        at += len(line)
        found = BREAK.match(text, at)
        at = found.end() if found else at


def _in_header(text: str, scalar: tuple[int, int, bool], at: int) -> bool:
    """Whether it stands behind the | or > of a block scalar."""
    start, _, block = scalar
    return block and BREAK.search(text, start, at) is None


def _texts(node: Value) -> Iterator[Text]:
    if isinstance(node, Text):
        yield node
    else:
        for entry in node.entries:
            if entry.key is not None:
                yield entry.key
            yield from _texts(entry.value)
