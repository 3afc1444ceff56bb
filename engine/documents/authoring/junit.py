"""Rehearsals as JUnit XML, in the form that build servers read.

The elements and attributes are those of the schema that the JUnit plugin of Jenkins
publishes: a suite for each protocol, a case for each scenario, the coverage as
properties of the suite.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["junit"]

# XML 1.0 §2.2: what no document may hold, not even escaped.
_UNFIT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(scenarios: Sequence[Mapping[str, Any]], coverage: Sequence[Mapping[str, Any]]) -> str:
    """Return the XML.

    :param scenarios: rows of ``protocol test --json``, each with its ``seconds``.
    :param coverage: rows of the same.
    """
    counts = {row["protocol"]: row["counts"] for row in coverage}
    suites: dict[str, list[Mapping[str, Any]]] = {}
    for row in scenarios:
        suites.setdefault(row["protocol"], []).append(row)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', _open("testsuites", _totals(scenarios))]
    for protocol, rows in suites.items():
        lines += _suite(protocol, rows, counts.get(protocol, {}))
    return "\n".join([*lines, "</testsuites>", ""])


def _totals(rows: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    return {
        "tests": len(rows),
        "failures": sum(not row["ok"] for row in rows),
        "errors": 0,
        "time": f"{sum(row.get('seconds', 0) for row in rows):.3f}",
    }


def _suite(
    protocol: str, rows: Sequence[Mapping[str, Any]], counts: Mapping[str, Sequence[int]]
) -> Iterator[str]:
    yield _open("testsuite", {"name": protocol, **_totals(rows)}, 1)
    if counts:
        yield "    <properties>"
        for kind, (seen, total) in counts.items():
            yield _empty("property", {"name": f"coverage.{kind}", "value": f"{seen}/{total}"}, 3)
        yield "    </properties>"
    for row in rows:
        yield from _case(row)
    yield "  </testsuite>"


def _case(row: Mapping[str, Any]) -> Iterator[str]:
    about = {"classname": row["protocol"], "name": row["title"], "file": row["file"]}
    about["time"] = f"{row.get('seconds', 0):.3f}"
    if row["ok"]:
        yield _empty("testcase", about, 2)
        return
    yield _open("testcase", about, 2)
    for finding in row["findings"]:
        yield from _failure(finding)
    yield "    </testcase>"


def _failure(finding: Mapping[str, Any]) -> Iterator[str]:
    place = f"{finding['file']}:{finding['line']}:{finding['column']}"
    text = _fit(f"{place}: {finding['message']}\n{finding['quoted']}")
    about = {"type": finding["code"], "message": finding["message"]}
    yield f"{_open('failure', about, 3)}{escape(text)}</failure>"


def _open(name: str, about: Mapping[str, object], depth: int = 0) -> str:
    return f"{'  ' * depth}<{' '.join([name, *_attributes(about)])}>"


def _empty(name: str, about: Mapping[str, object], depth: int) -> str:
    return f"{'  ' * depth}<{' '.join([name, *_attributes(about)])}/>"


def _attributes(about: Mapping[str, object]) -> Iterable[str]:
    return (f"{key}={quoteattr(_fit(str(value)))}" for key, value in about.items())


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)
