"""Findings as SARIF 2.1.0 (OASIS, 27 March 2020), which code hosts show beside the lines."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from handrail.engine.documents.explain import explain
from handrail.engine.documents.render import advised

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handrail.engine.documents.finding import Finding

__all__ = ["sarif"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(findings: Sequence[Finding], lang: str = "en") -> dict[str, Any]:
    """Return one log with one run (§3.13, §3.14), for ``json.dumps``."""
    codes = sorted({finding.code for finding in findings})
    driver = {
        "name": "handrail",
        "semanticVersion": version("handrail"),
        "rules": [_rule(code) for code in codes],
    }
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, codes, lang) for finding in findings],
            }
        ],
    }


def _rule(code: str) -> dict[str, Any]:
    """A reportingDescriptor (§3.49) with the page of the code as its help."""
    page = explain(code)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in page.title.split()),
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.what},
        "help": {"text": f"{page.what} {page.why}", "markdown": page.markdown},
    }


def _result(finding: Finding, codes: Iterable[str], lang: str) -> dict[str, Any]:
    """A result (§3.27)."""
    return {
        "ruleId": finding.code,
        "ruleIndex": list(codes).index(finding.code),
        "level": finding.severity.value,  # the same words: error, warning, note
        "message": {"text": _text(finding, lang)},
        "locations": [{"physicalLocation": _location(finding)}],
    }


def _text(finding: Finding, lang: str) -> str:
    return f"{finding.message.say(lang)} ({advised(finding, lang)})"


def _location(finding: Finding) -> dict[str, Any]:
    """A physicalLocation (§3.29); the end column is the one behind the last (§3.30.8)."""
    return {
        "artifactLocation": {"uri": _uri(finding.file)},
        "region": {
            "startLine": finding.line,
            "startColumn": finding.column,
            "endColumn": finding.column + finding.length,
        },
    }


def _uri(file: str) -> str:
    """Relative to the folder that the check ran in, where the file lies in it (§3.4.3)."""
    path = Path(file)
    if not path.is_absolute():
        return quote(path.as_posix())
    here = Path.cwd()
    return quote(path.relative_to(here).as_posix()) if here in path.parents else path.as_uri()
