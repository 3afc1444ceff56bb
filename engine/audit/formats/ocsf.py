"""OCSF 1.5.0 events, JSON Lines: class Entity Management (3004) of Identity & Access Management.

Of its classes it is the one for "activity by … a user at a management console" on "a
managed entity": here the incident or the document, which people create, update, read
and delete parts of. Incident Finding (2005) is for what an analyst finds in other
events, and would need findings that there are none of.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.audit.formats import About, Row

__all__ = ["VERSION", "shape", "write"]

VERSION: Final = "1.5.0"
_CATEGORY, _CLASS = 3, 3004
_UPDATE: Final = (3, "Update")
_ACTIVITIES: Final = {
    "incident-opened": (1, "Create"),
    "run-started": (1, "Create"),
    "document-registered": (1, "Create"),
    "exported": (2, "Read"),
    "verified": (2, "Read"),
    "document-acknowledged": (2, "Read"),
    "redacted": (4, "Delete"),
    "document-agreed": (10, "Activate"),
    "document-retired": (11, "Deactivate"),
}
_MEDIUM: Final = (3, "Medium")
_SEVERITIES: Final = dict.fromkeys(("deadline-passed", "deviated", "anchoring-failed"), _MEDIUM)
_KINDS: Final = {"INC": "incident", "DOC": "document"}
# Members of a record that have a place of their own in the event.
_MAPPED: Final = frozenset(
    ("seq", "leaf", "log", "v", "type", "recorded", "occurred", "actor", "case", "prev", "why")
)


def write(rows: Iterable[Row], about: About) -> Iterator[str]:
    """Give an event a line."""
    for row in rows:
        yield json.dumps(shape(row, about), ensure_ascii=False) + "\n"


def shape(row: Row, about: About) -> dict[str, Any]:
    """Return the event of one record."""
    activity, activity_name = _ACTIVITIES.get(row["type"], _UPDATE)
    severity, severity_name = _severity(row["type"])
    failed = row["type"].endswith(("-refused", "-failed"))
    event = {
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": _CATEGORY,
        "category_name": "Identity & Access Management",
        "class_uid": _CLASS,
        "class_name": "Entity Management",
        "type_uid": _CLASS * 100 + activity,
        "type_name": f"Entity Management: {activity_name}",
        "severity_id": severity,
        "severity": severity_name,
        "status_id": 2 if failed else 1,
        "status": "Failure" if failed else "Success",
        "time": _milliseconds(row["occurred"]),
        "message": _message(row),
        "metadata": _metadata(row, about),
        "actor": _actor(row["actor"]),
        "entity": _entity(row),
        "unmapped": {name: value for name, value in row.items() if name not in _MAPPED},
    }
    if row.get("refused"):
        event["status_code"] = row["refused"]["code"]
    if isinstance(row.get("reason"), str):
        event["status_detail"] = row["reason"]
    if isinstance(row.get("why"), str):
        event["comment"] = row["why"]
    return event


def _severity(kind: str) -> tuple[int, str]:
    if kind.endswith("-refused"):
        return 2, "Low"
    return _SEVERITIES.get(kind, (1, "Informational"))


def _milliseconds(stamp: str) -> int:
    """Return a time as OCSF's timestamp_t: whole milliseconds since 1970."""
    moment = datetime.fromisoformat(stamp)
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def _message(row: Row) -> str:
    what = row.get("step") or row.get("task") or row.get("state")
    return f"{row['case']}: {row['type']}" + (f" {what}" if what else "")


def _metadata(row: Row, about: About) -> dict[str, Any]:
    return {
        "version": VERSION,
        "product": {"name": "Handrail", "vendor_name": "Handrail", "version": about.version},
        "uid": row["leaf"],
        "sequence": row["seq"],
        "event_code": row["type"],
        "log_name": about.origin,
        "logged_time": _milliseconds(row["recorded"]),
        "original_time": row["occurred"],
    }


def _actor(actor: dict[str, Any]) -> dict[str, Any]:
    groups = [{"name": role} for role in actor["roles"]]
    user = {"uid": actor["id"]} | ({"groups": groups} if groups else {})
    return {"app_name": "Handrail", "user": user}


def _entity(row: Row) -> dict[str, Any]:
    kind = _KINDS.get(row["case"].partition("-")[0], "log")
    return {"uid": row["case"], "name": row["case"], "type": kind, "version": str(row["cseq"])}
