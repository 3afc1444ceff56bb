"""Findings for people and for programs: full, concise, JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.documents.finding import Finding

__all__ = ["advised", "as_json", "concise", "full"]

_WIDEST = 100  # characters of a line that are quoted
_SEVERITY_WORDS = {"error": "error", "warning": "warning", "note": "note"}


def concise(findings: Iterable[Finding], lang: str = "en") -> str:
    """One line a finding: ``file:line:column: HR102 error: …``; editors jump to it."""
    return "\n".join(_concise(finding, lang) for finding in findings)


def _concise(finding: Finding, lang: str) -> str:
    place = f"{finding.file}:{finding.line}:{finding.column}"
    text = f"{place}: {finding.code} {_severity(finding, lang)}: {finding.message.say(lang)}"
    return f"{text}; {advised(finding, lang)}"


def advised(finding: Finding, lang: str) -> str:
    """What to do, in one line: what was perhaps meant, or else the mend."""
    if finding.near or finding.mend is None:
        return _meant(finding, lang)
    return finding.mend.say(lang)


def _severity(finding: Finding, lang: str) -> str:
    return say(lang, _SEVERITY_WORDS[finding.severity])


def full(findings: Iterable[Finding], lang: str = "en") -> str:
    """A block for each: message, place, the line quoted and underlined, expected, mend."""
    return "\n\n".join("\n".join(_block(finding, lang)) for finding in findings)


def _block(finding: Finding, lang: str) -> Iterator[str]:
    yield f"{_severity(finding, lang)} {finding.code}: {finding.message.say(lang)}"
    number = str(finding.line)
    margin = " " * len(number)
    yield f"{margin}--> {finding.file}:{finding.line}:{finding.column}"
    if finding.quoted:
        line, under = _underlined(finding)
        near = f" {_meant(finding, lang)}" if finding.near else ""
        yield f"{number} | {line}"
        yield f"{margin} | {under}{near}"
    yield from (f"{margin} = {text}" for text in _notes(finding, lang))


def _notes(finding: Finding, lang: str) -> Iterator[str]:
    if finding.near and not finding.quoted:
        yield _meant(finding, lang)
    what = "" if finding.expected is None else finding.expected.say(lang)
    if what and what not in finding.message.say(lang):
        yield say(lang, "expected: {what}", what=what)
    if finding.mend is not None:
        yield say(lang, "mend: {how}", how=finding.mend.say(lang))


def _meant(finding: Finding, lang: str) -> str:
    names = say(lang, " or ").join(f"“{name}”" for name in finding.near)
    return say(lang, "did you mean {names}?", names=names)


def _underlined(finding: Finding) -> tuple[str, str]:
    """The quoted line, cut around the place when it is long, and its underline."""
    line = finding.quoted.replace("\t", " ")
    at = finding.column - 1
    first = max(0, at - _WIDEST // 2) if len(line) > _WIDEST else 0
    shown = line[first : first + _WIDEST]
    length = max(1, min(finding.length, len(shown) - (at - first)))
    before = ("… " if first else "") + shown
    beyond = max(0, at - first - len(shown))  # what is missing at the end of the line
    gap = _width(shown[: at - first]) + beyond + (2 if first else 0)
    under = "^" * max(1, _width(shown[at - first : at - first + length]))
    return before + (" …" if first + _WIDEST < len(line) else ""), " " * gap + under


def _width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - rarely needed

    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text if not combining(c))


def as_json(findings: Iterable[Finding], lang: str = "en") -> list[dict[str, Any]]:
    """One object a finding, for ``json.dumps``; absent parts are left out."""
    return [_object(finding, lang) for finding in findings]


def _object(finding: Finding, lang: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message.say(lang),
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "length": finding.length,
        "quoted": finding.quoted,
    }
    parts = {"expected": finding.expected, "found": finding.found, "mend": finding.mend}
    made |= {key: part.say(lang) for key, part in parts.items() if part is not None}
    return made | ({"near": list(finding.near)} if finding.near else {})
