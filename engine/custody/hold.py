"""``audit hold``: while somebody may still need an incident as evidence, nothing of it goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handrail.engine.custody.desk import HOLD_TYPES, Desk, hold_of, kept_of
from handrail.engine.errors import UsageError
from handrail.engine.machine.reasons import Reason
from handrail.engine.refused import RefusedError
from handrail.engine.sealing import Sealer
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from handrail.engine.engine import Engine
    from handrail.engine.store.base import Reader

    Row = dict[str, Any]

__all__ = ["held", "hold", "holds"]


def hold(engine: Engine, case: str, why: str, *, release: bool = False) -> dict[str, Any]:
    """Put a case under a legal hold, or release it.

    :returns: ``incident``, ``held``, ``since`` (RFC 3339), ``by``.
    :raises NotFoundError: there is no such case.
    :raises RefusedError: the person may not, or it is so already; recorded.
    """
    if not why.strip():
        raise UsageError("say why")
    with engine.knowing(case), engine.writing() as writer:
        desk = Desk(engine, writer)
        reason = desk.may("redact") or _already(case, hold_of(kept_of(writer, case)), release)
        if reason is not None:
            desk.tell(case, {"type": "hold-refused", "refused": reason.record()})
        else:
            sealer = Sealer()
            kind = "hold-released" if release else "held"
            desk.tell(case, {"type": kind, "why": sealer.text("why", why)}, sealer)
    if reason is not None:
        raise RefusedError([reason])
    return {"incident": case, "held": not release, "since": desk.at, "by": desk.actor.id}


def holds(reader: Reader) -> dict[str, Row]:
    """The cases that are under a legal hold now, each with the record of it."""
    found: dict[str, Row] = {}
    for record in _told(reader, Filter()):
        found[record["case"]] = record
    return {case: record for case, record in found.items() if record["type"] == "held"}


def held(reader: Reader, case: str) -> Row | None:
    """Since when one case is under a legal hold, and by whom: ``since``, ``by``."""
    last = next(reversed(_told(reader, Filter(case=case))), None)
    if last is None or last["type"] != "held":
        return None
    return {"since": last["recorded"], "by": last["actor"]["id"]}


def _told(reader: Reader, which: Filter) -> list[Row]:
    """Every record of a hold or its end, in the order of the log."""
    rows = [row for kind in HOLD_TYPES for row in reader.log(which._replace(type=kind))]
    return [json.loads(row.data) for row in sorted(rows)]


def _already(case: str, held: dict[str, Any] | None, release: bool) -> Reason | None:  # noqa: FBT001 - a question
    if release == (held is not None):
        return None
    if release:
        return Reason("not-held", "{case} is under no legal hold", {"case": case})
    return Reason("held", "{case} is under a legal hold already", {"case": case})
