"""Write a tree in our style, with its comments where they belong."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.documents.authoring.layout.comments import Comments, comments_of
from handrail.engine.documents.authoring.layout.scalars import block_lines, folded_lines
from handrail.engine.documents.authoring.layout.tree import Many, Text, tree_of
from handrail.engine.documents.check import canonical
from handrail.engine.documents.source import SourceError, read_source
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from handrail.engine.documents.authoring.layout.comments import Comment
    from handrail.engine.documents.authoring.layout.tree import Entry, Tree, Value
    from handrail.engine.documents.source import Source

__all__ = ["FormatError", "formatted"]

STEP: Final = 2  # columns of indentation
_END: Final = 1 << 62  # behind every offset


class _Next(NamedTuple):
    """Where the entry behind something begins."""

    start: int  # offset of its key or value
    column: int  # of its key or dash


_LAST: Final = _Next(_END, 0)  # nothing is behind it


class FormatError(HandrailError):
    """A document could not be written in our style without changing what it says."""

    code = "format"


def formatted(source: Source) -> str:
    """Return the text of a document in our style.

    :raises FormatError: it would not be the same document; it is left as it is.
    """
    tree = tree_of(source.text)
    text = _Writer(source.text, tree).write()
    _check(source, tree, text)
    return text


def _check(source: Source, tree: Tree, text: str) -> None:
    """The same data in the same order, and every comment."""
    wrong = FormatError("“{name}” cannot be formatted without changing it", name=source.name)
    try:
        after = read_source(text.encode(), source.name)
    except SourceError as fault:
        raise wrong from fault
    said = Counter(one.text for one in comments_of(source.text, tree.root))
    kept = Counter(one.text for one in comments_of(text, tree_of(text).root))
    if canonical(after.data) != canonical(source.data) or said != kept:
        raise wrong


class _Writer:
    """Writes line after line.

    ``seen`` is the last line of the original that was written, ``commented`` the number
    of lines when the last comment was, ``counting`` when a text ended that would take a
    blank line behind it for its own.
    """

    def __init__(self, text: str, tree: Tree) -> None:
        self.tree = tree
        self.comments = Comments(text, tree.root)
        self.lines: list[str] = []
        self.seen = -1
        self.commented = -1
        self.counting = -1

    def write(self) -> str:
        self.prologue()
        root = self.tree.root
        if isinstance(root, Many) and root.broken:
            self.many(root, 0, _LAST)
        else:
            self.lead(_anchor(root), root.line, 0, first=True)
            self.lines.append("")
            self.value(root, 0, _LAST)
            self.lines[-1] = self.lines[-1].lstrip()
            self.behind(root.last, 0, _LAST)
        for comment in self.comments.before(_END):
            self.comment(comment, 0, gap=True)
        return "\n".join(self.lines) + "\n"

    def prologue(self) -> None:
        """A --- stays, and the directive before it."""
        if self.tree.opened is None:
            return
        if self.tree.directive:
            self.lines.append("%YAML 1.2")
        self.lead(self.tree.opened, self.tree.line, 0, first=True)
        self.lines.append("---")
        self.seen = self.tree.line
        self.behind(self.tree.line, 0, _LAST)

    # -- comments ----------------------------------------------------------------------

    def comment(self, one: Comment, indent: int, *, gap: bool) -> None:
        """A comment on a line of its own."""
        if gap:
            self.gap(one.line)
        self.lines.append(" " * indent + one.text)
        self.seen = one.line
        self.commented = len(self.lines)

    def gap(self, line: int) -> None:
        """A blank line, where there were some."""
        if self.counting == len(self.lines):
            return
        if self.lines and self.lines[-1] and self.comments.gap(self.seen, line):
            self.lines.append("")

    def lead(self, offset: int, line: int, indent: int, *, first: bool) -> None:
        """What stands before an entry; no blank line where it is the first."""
        for one in self.comments.before(offset):
            self.comment(one, indent, gap=not first)
            first = False
        if not first:
            self.gap(line)

    def behind(self, line: int, indent: int, following: _Next) -> None:
        """A comment behind something: two blanks off, or in its column if the line is as it was."""
        one = self.comments.behind(line, following.start)
        if one is None:
            return
        if self.commented == len(self.lines):
            self.comment(one, indent, gap=False)
            return
        here = self.lines[-1]
        kept = one.column if here == one.before else 0
        self.lines[-1] = here.ljust(max(kept, len(here) + STEP)) + one.text
        self.commented = len(self.lines)

    def footer(self, node: Many, indent: int, following: _Next) -> None:
        """Comments that stand as far in as the block that ends above them."""
        while (one := self.comments.next()) is not None and self.is_footer(one, node, following):
            self.comment(self.comments.take(), indent, gap=True)

    def is_footer(self, one: Comment, node: Many, following: _Next) -> bool:
        if node.flow:
            return one.start < node.end
        near = one.column >= max(node.column, following.column + 1)
        return one.alone and one.start < following.start and near

    # -- nodes ---------------------------------------------------------------------------

    def many(self, node: Many, indent: int, following: _Next, *, hangs: bool = False) -> None:
        """Write a map or list as a block.

        :param following: what stands first of the entry behind it, at whatever level.
        :param hangs: its first entry goes on the line that is begun (``- key: …``).
        """
        for number, entry in enumerate(node.entries):
            then = following
            if number + 1 < len(node.entries):
                then = _Next(node.entries[number + 1].first.start, node.column)
            if number or not hangs:
                self.lead(_led(entry), entry.first.line, indent, first=number == 0)
                self.lines.append(" " * indent)
            self.entry(entry, indent, then)
        if node is not self.tree.root:
            self.footer(node, indent, following)

    def entry(self, entry: Entry, indent: int, following: _Next) -> None:
        value = entry.value
        self.lines[-1] += "-" if entry.key is None else f"{entry.key.raw}:"
        self.seen = max(self.seen, entry.first.line)
        if not (isinstance(value, Many) and value.broken):
            self.value(value, indent, following)
        elif entry.key is None:
            self.lines[-1] += " "
            self.many(value, indent + STEP, following, hangs=True)
        else:
            line = value.line if value.flow else entry.key.line
            self.behind(line, indent + STEP, _Next(value.entries[0].first.start, 0))
            self.many(value, indent + STEP, following)
        self.seen = max(self.seen, value.last)
        self.behind(value.last, indent, following)

    def value(self, value: Value, indent: int, following: _Next) -> None:
        """Write a value on the line that is begun."""
        if isinstance(value, Many):
            lines = [_flow(value)]
        elif value.block:
            lines = block_lines(value, indent + STEP, STEP)
        else:
            lines = folded_lines(value.raw, indent + STEP)
        self.lines[-1] += f" {lines[0]}" if lines[0] else ""
        if len(lines) > 1 and isinstance(value, Text) and value.block:
            self.behind(value.line, indent, following)
        self.lines += lines[1:]
        if isinstance(value, Text) and value.block and "+" in lines[0]:
            self.counting = len(self.lines)


def _led(entry: Entry) -> int:
    """The offset up to which comments stand before an entry."""
    value = entry.value
    if isinstance(value, Many) and value.broken:
        return _led(value.entries[0]) if entry.key is None else entry.key.start
    return _anchor(value)


def _anchor(value: Value) -> int:
    """Comments within an empty map or list of several lines stand before it as well."""
    return value.start if isinstance(value, Text) else value.end


def _flow(value: Value) -> str:
    """A map or list on one line."""
    if isinstance(value, Text):
        return value.raw
    inner = ", ".join(_in_flow(entry) for entry in value.entries)
    return f"{{{inner}}}" if value.keyed else f"[{inner}]"


def _in_flow(entry: Entry) -> str:
    value = _flow(entry.value) or "null"
    return value if entry.key is None else f"{entry.key.raw}: {value}"
