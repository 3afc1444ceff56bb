"""XES (IEEE 1849-2016, kept in its revision of 2023): event logs for process mining.

A case is a trace. An event's name is what was done (a step, a task, or else the
record's type), its resource the person's id, its time when it happened.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.audit.formats import About, Row

__all__ = ["write"]

_HEAD: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
 <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
 <extension name="Identity" prefix="identity" uri="http://www.xes-standard.org/identity.xesext"/>
 <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
 <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
 <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
 <global scope="trace">
  <string key="concept:name" value=""/>
 </global>
 <global scope="event">
  <string key="concept:name" value=""/>
  <string key="lifecycle:transition" value="complete"/>
  <string key="org:resource" value=""/>
  <date key="time:timestamp" value="1970-01-01T00:00:00.000000Z"/>
 </global>
 <classifier name="Activity" keys="concept:name"/>
 <string key="lifecycle:model" value="standard"/>
"""
# What a transition of the standard lifecycle model a record is; any other: complete.
_TRANSITIONS: Final = {
    "step-pending": "schedule",
    "step-declined": "withdraw",
    "task-skipped": "manualskip",
    "run-started": "start",
}
_OWN: Final = ("type", "run", "item", "outcome", "sha256", "seq", "cseq", "drill", "recorded")


def write(rows: Iterable[Row], about: About) -> Iterator[str]:
    """Give the document piece by piece; the rows of a case come together."""
    yield _HEAD
    yield _string("concept:name", about.origin, " ")
    yield _string("handrail:version", about.version, " ")
    for case, group in groupby(rows, key=lambda row: row["case"]):
        yield " <trace>\n" + _string("concept:name", case, "  ")
        for row in group:
            yield _event(row)
        yield " </trace>\n"
    yield "</log>\n"


def _event(row: Row) -> str:
    actor, pin = row["actor"], row.get("protocol") or {}
    lines = [
        _string("concept:name", _activity(row)),
        _string("lifecycle:transition", _TRANSITIONS.get(row["type"], "complete")),
        _string("org:resource", actor["id"]),
        _string("org:role", ", ".join(actor["roles"])) if actor["roles"] else "",
        f'   <date key="time:timestamp" value={quoteattr(row["occurred"])}/>\n',
        _string("identity:id", row["leaf"]),
        _string("handrail:protocol", pin["id"]) if pin else "",
        *(_typed(f"handrail:{name}", row[name]) for name in _OWN if row.get(name) is not None),
        *(_typed(f"fact:{name}", value) for name, value in (row.get("facts") or {}).items()),
        *(_list(name, row[name]) for name in ("from", "to") if row.get(name)),
    ]
    if row.get("refused"):
        lines.append(_string("handrail:refused", row["refused"]["code"]))
    return f"  <event>\n{''.join(lines)}  </event>\n"


def _activity(row: Row) -> str:
    """What was done, apart from attempts at it and what else concerns the same step."""
    name = row.get("step") or row.get("task")
    if name is None or row["type"] in {"moved", "deadline-passed"}:
        return str(row["type"])
    return str(name) if row["type"] in {"step-taken", "task-done"} else f"{row['type']} {name}"


def _typed(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return f'   <boolean key={quoteattr(key)} value="{str(value).lower()}"/>\n'
    if isinstance(value, int):
        return f'   <int key={quoteattr(key)} value="{value}"/>\n'
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _string(key, text)


def _list(name: str, values: list[str]) -> str:
    return _string(f"handrail:{name}", ", ".join(values))


def _string(key: str, text: str, indent: str = "   ") -> str:
    return f"{indent}<string key={quoteattr(key)} value={quoteattr(_fit(text))}/>\n"


def _fit(text: str) -> str:
    """Leave out what XML 1.0 cannot hold (its production 2, Char)."""
    return "".join(
        mark if mark >= " " or mark in "\t\n\r" else "�" for mark in text if mark not in "￾￿"
    )
