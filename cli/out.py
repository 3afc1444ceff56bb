"""Where output goes: data on stdout, messages on stderr, colours on a terminal only."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from handrail.cli.page import clean, lay_out, line, span
from handrail.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handrail.cli.page import Block

__all__ = [
    "ReaderGoneError",
    "block",
    "data",
    "emit",
    "message",
    "new_file",
    "on_terminal",
    "page",
]

WIDEST = 100  # longer lines are hard to read


class ReaderGoneError(Exception):
    """The other end of the pipe was closed; nobody is left to tell."""


def page(blocks: Iterable[Block], *, stream: TextIO | None = None) -> None:
    """Show a page on stdout, dressed for a terminal or plain for a pipe."""
    target = stream or sys.stdout
    _write(target, lay_out(blocks, width=_width(target), colour=_colour(target)))


def data(text: str) -> None:
    """Write text on stdout as it is."""
    _write(sys.stdout, text)


def block(text: str, *, stream: TextIO | None = None) -> None:
    """Write lines that are laid out already, on stdout; nothing in them moves the cursor."""
    _write(stream or sys.stdout, f"{clean(text)}\n")


def emit(value: object, *, stream: TextIO | None = None) -> None:
    """Write one JSON value on stdout: indented for a person, one line for a program."""
    import json  # noqa: PLC0415 - only --json needs it

    target = stream or sys.stdout
    indent = 2 if target.isatty() else None
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    _write(target, f"{text}\n")


def new_file(name: str) -> TextIO:
    """Open a file to write to (UTF-8, lines end with a line feed) that is not there yet.

    :raises UsageError: it is there.
    """
    try:
        return Path(name).open("x", encoding="utf-8", newline="")
    except FileExistsError:
        raise UsageError("{file} is there already; name a new file", file=name) from None


def message(text: str, style: str = "") -> None:
    """Write a message on stderr, after whatever stdout still holds back."""
    try:
        sys.stdout.flush()
    except BrokenPipeError as gone:
        raise ReaderGoneError from gone
    page([line(span(text, style))], stream=sys.stderr)


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except BrokenPipeError as gone:
        raise ReaderGoneError from gone


def on_terminal(stream: TextIO) -> bool:
    """Whether a person reads the stream on a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _colour(stream: TextIO) -> bool:
    """Follow NO_COLOR and FORCE_COLOR: not empty is yes, and NO_COLOR is stronger."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or on_terminal(stream)


def _width(stream: TextIO) -> int | None:
    if not on_terminal(stream):
        return None
    from shutil import get_terminal_size  # noqa: PLC0415 - a pipe has no width

    return min(get_terminal_size().columns, WIDEST)
