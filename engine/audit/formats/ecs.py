"""Elastic Common Schema 8.17.0 documents, JSON Lines.

``event.category`` has no value for what happens at a site, and ECS wants none where
none fits: only what concerns documents and the log itself is ``configuration``. What
ECS has no field for stands under ``handrail``, a name of our own as ECS asks for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.audit.formats import About, Row

__all__ = ["VERSION", "shape", "write"]

VERSION: Final = "8.17.0"
_TYPES: Final = {
    "document-registered": "creation",
    "document-acknowledged": "access",
    "exported": "access",
    "verified": "access",
    "document-retired": "deletion",
}
_MAPPED: Final = frozenset(
    ("seq", "leaf", "log", "v", "type", "recorded", "occurred", "actor", "prev")
)


def write(rows: Iterable[Row], about: About) -> Iterator[str]:
    """Give a document a line."""
    for row in rows:
        yield json.dumps(shape(row, about), ensure_ascii=False) + "\n"


def shape(row: Row, about: About) -> dict[str, Any]:
    """Return the document of one record."""
    actor = row["actor"]
    return {
        "@timestamp": row["occurred"],
        "ecs": {"version": VERSION},
        "message": _message(row),
        "event": _event(row),
        "user": {"id": actor["id"], "roles": actor["roles"]},
        "host": {"hostname": actor["host"]},
        "related": {"user": [actor["id"]], "hosts": [actor["host"]]},
        "service": {"type": "handrail", "name": about.origin, "version": about.version},
        "labels": {"drill": "true" if row["drill"] else "false"},
        "handrail": {name: value for name, value in row.items() if name not in _MAPPED}
        | {"identified": actor["how"]},
    }


def _event(row: Row) -> dict[str, Any]:
    refused = row.get("refused")
    event = {
        "kind": "event",
        "module": "handrail",
        "dataset": "handrail.log",
        "provider": "handrail",
        "action": row["type"],
        "id": row["leaf"],
        "sequence": row["seq"],
        "created": row["recorded"],
        "outcome": "failure" if row["type"].endswith(("-refused", "-failed")) else "success",
    }
    if refused:
        event |= {"code": refused["code"], "reason": _filled(refused)}
    elif isinstance(row.get("reason"), str):
        event["reason"] = row["reason"]
    if not row["case"].startswith("INC-"):
        event |= {"category": ["configuration"], "type": [_TYPES.get(row["type"], "change")]}
    return event


def _filled(refused: dict[str, Any]) -> str:
    from handrail.engine.text import say  # noqa: PLC0415 - refusals only

    return say("en", refused["template"], **refused.get("params", {}))


def _message(row: Row) -> str:
    what = row.get("step") or row.get("task") or row.get("state")
    return f"{row['case']}: {row['actor']['id']} {row['type']}" + (f" {what}" if what else "")
