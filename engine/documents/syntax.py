"""What libyaml says about broken YAML, in words that name the mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.documents.finding import msg
from handrail.engine.documents.source import Mark, Source

if TYPE_CHECKING:
    import yaml

    from handrail.engine.documents.finding import Finding, Message

__all__ = ["syntax_finding"]

_TAB = (msg("a tab: YAML indents with spaces"), msg("write spaces instead"))
# The first fragment found in libyaml's words counts.
_KNOWN: tuple[tuple[str, Message, Message], ...] = (
    (
        "mapping values are not allowed",
        msg("a “:” where no key can be"),
        msg("put the text in quotes, or mend the indentation"),
    ),
    (
        "could not find expected ':'",
        msg("a key without “:”"),
        msg("write “key: value”, or mend the indentation"),
    ),
    (
        "did not find expected ',' or",
        msg("a list or map in brackets is not closed"),
        msg("close it, and put a text that holds “,”, “[” or “{” in quotes"),
    ),
    (
        "did not find expected node content",
        msg("a list or map in brackets breaks off here"),
        msg("close it, or take out the comma or sign that nothing follows"),
    ),
    (
        "unexpected end of stream",
        msg("a text in quotes is not closed"),
        msg("close it with the same quote"),
    ),
    (
        "did not find expected key",
        msg("this does not fit what stands above or before it"),
        msg("mend the indentation; a text that goes on after its quotes needs quotes around all"),
    ),
    (
        "did not find expected '-' indicator",
        msg("this line does not fit the list above it"),
        msg("begin it with “- ”, or mend the indentation"),
    ),
    (
        "cannot start any token",
        msg("a text cannot begin with this character"),
        msg("put the text in quotes"),
    ),
    (
        "unknown escape character",
        msg("an unknown escape in a text in quotes"),
        msg("write \\\\ for a backslash, or use single quotes"),
    ),
)
_OPENED = (
    "could not find expected ':'",
    "did not find expected ',' or",
    "unexpected end of stream",
)


def syntax_finding(source: Source, error: yaml.MarkedYAMLError) -> Finding:
    """Say what libyaml stumbled over. Something left open is shown where it opens."""
    words = error.problem or ""
    opened = any(fragment in words for fragment in _OPENED)
    at = (error.context_mark if opened else None) or error.problem_mark
    mark = _inside(source, Mark(at.line + 1, at.column + 1) if at else Mark(1, 1))
    message, mend = _in_words(source, words, mark)
    return source.finding("HR005", message, mark, mend=mend)


def _inside(source: Source, mark: Mark) -> Mark:
    """What is missing at the end of the file is missing after the last line with words."""
    if mark.line <= len(source.lines) and any(source.lines[mark.line - 1 :]):
        return mark
    last = max(number for number, line in enumerate(source.lines, 1) if line.strip())
    return Mark(last, len(source.lines[last - 1].rstrip()) + 1)


def _in_words(source: Source, words: str, mark: Mark) -> tuple[Message, Message]:
    line = source.lines[mark.line - 1] if mark.line <= len(source.lines) else ""
    if line[mark.column - 1 : mark.column] == "\t":
        return _TAB
    for fragment, message, mend in _KNOWN:
        if fragment in words:
            return message, mend
    return msg("this is not YAML: {problem}", problem=words or "?"), msg(
        "put texts with signs in quotes, and look at the indentation"
    )
