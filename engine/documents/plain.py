"""Bytes in, text out: encoding, size, and the characters that no document may hold."""

from __future__ import annotations

import codecs
import re

from handrail.engine.documents.finding import Message, msg
from handrail.engine.documents.source import BREAK, Mark, Source, SourceError

__all__ = ["BEGIN", "LARGEST", "decode", "unfit"]

LARGEST = 4 * 1024 * 1024  # bytes; the longest protocol seen has 60,000

# YAML 1.2.2 §5.1 c-printable, and of it nothing that an editor and a parser
# count as different lines, or that makes text read otherwise than it is stored.
_CONTROL = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\U0010ffff]|[\ufffe\uffff]")
_HIDDEN = re.compile("[\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_UTF8 = msg("save the file as UTF-8")
BEGIN = msg("write a document; handrail protocol new begins one")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(data: bytes, name: str) -> str:
    """Return the document's text, without a byte order mark.

    :raises SourceError: too large, empty, not UTF-8, or with unfit characters.
    """
    if len(data) > LARGEST:
        message = msg("the file is larger than {most} MiB", most=LARGEST >> 20)
        raise _refuse(name, "HR001", message, mend=msg("split it into several documents"))
    if data.startswith(_UTF16):
        raise _refuse(name, "HR002", msg("the file is UTF-16"), mend=_UTF8)
    if b"\0" in data:
        raise _binary(data, name)
    text = _utf8(data.removeprefix(codecs.BOM_UTF8), name)
    if not text.strip():
        raise _refuse(name, "HR004", msg("the file is empty"), mend=BEGIN)
    return _fit(text, name)


def unfit(text: str) -> tuple[str, Message, int] | None:
    """The first character that a document's text may not hold: code, message, offset."""
    if text.isascii() and text.isprintable():  # nearly every text, at once
        return None
    if at := _CONTROL.search(text):
        return "HR003", msg("a control character ({code})", code=_name(at[0])), at.start()
    if at := _HIDDEN.search(text):
        return "HR015", msg("a hidden character ({code})", code=_name(at[0])), at.start()
    return None


def _name(char: str) -> str:
    return f"U+{ord(char):04X}"


def _utf8(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise _latin(data, error.start, name) from None


def _latin(data: bytes, at: int, name: str) -> SourceError:
    before = data[:at].rpartition(b"\n")[2]
    whole = before + data[at:].partition(b"\n")[0]
    mark = Mark(data.count(b"\n", 0, at) + 1, len(before.decode("cp1252", "replace")) + 1)
    found = msg(
        "byte 0x{byte} at offset {at} (in Windows-1252: {char})",
        byte=f"{data[at]:02X}",
        at=at,
        char=data[at : at + 1].decode("cp1252", "replace"),
    )
    return _refuse(
        name,
        "HR002",
        msg("the file is not UTF-8"),
        mark=mark,
        line=whole.decode("cp1252", "replace").rstrip("\r"),
        found=found,
        mend=_UTF8,
    )


def _binary(data: bytes, name: str) -> SourceError:
    at = data.index(b"\0")
    line = data.count(b"\n", 0, at) + 1
    message = msg("the file is binary: a zero byte at offset {at}", at=at)
    mark = Mark(line, at - data.rfind(b"\n", 0, at))
    return _refuse(name, "HR003", message, mark=mark, mend=msg("save it as plain text"))


def _fit(text: str, name: str) -> str:
    bad = unfit(text)
    if bad is None:
        return text
    code, message, at = bad
    before = BREAK.split(text[:at])
    line = BREAK.split(text)[len(before) - 1]
    mark = Mark(len(before), len(before[-1]) + 1)
    clean = _HIDDEN.sub("\ufffd", _CONTROL.sub("\ufffd", line))
    raise _refuse(name, code, message, mark=mark, line=clean, mend=msg("take it out"))


def _refuse(  # noqa: PLR0913 - the parts of a finding
    name: str,
    code: str,
    message: Message,
    *,
    mark: Mark = Mark(1, 1),  # noqa: B008 - frozen
    line: str = "",
    mend: Message,
    **more: Message,
) -> SourceError:
    bare = Source(name=name, text="\n" * (mark.line - 1) + line)
    return SourceError(name, [bare.finding(code, message, mark, mend=mend, **more)])
