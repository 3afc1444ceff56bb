"""Findings as GitHub's workflow commands: annotations beside the lines of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handrail.engine.documents.codes import CODES
from handrail.engine.documents.render import advised

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handrail.engine.documents.finding import Finding

__all__ = ["github"]

_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}
_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def github(findings: Iterable[Finding], lang: str = "en") -> str:
    """One command a line: ``::error file=…,line=…,col=…,endColumn=…,title=…::…``."""
    return "\n".join(_command(finding, lang) for finding in findings)


def _command(finding: Finding, lang: str) -> str:
    properties = {
        "file": finding.file,
        "line": finding.line,
        "col": finding.column,
        "endColumn": finding.column + finding.length,
        "title": f"{finding.code} {CODES[finding.code]}",
    }
    said = ",".join(f"{key}={str(value).translate(_PROPERTY)}" for key, value in properties.items())
    text = f"{finding.message.say(lang)}\n{advised(finding, lang)}".translate(_DATA)
    return f"::{_COMMANDS[finding.severity.value]} {said}::{text}"
