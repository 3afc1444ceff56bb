"""``audit retention``: what was kept long enough, by the rules of the site plan in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.clock import later, stamp
from handrail.engine.custody.desk import Desk, hold_of, kept_of
from handrail.engine.custody.found import Item, Wanted, choose, items_of
from handrail.engine.custody.redact import Ground, held_reason, redact_at
from handrail.engine.durations import parse_duration
from handrail.engine.refused import RefusedError
from handrail.engine.store.rows import IncidentFilter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.custody.desk import Kept
    from handrail.engine.engine import Engine
    from handrail.engine.machine.site import Site
    from handrail.engine.store.base import IncidentRow, Reader

__all__ = ["apply_retention", "due"]

Row = dict[str, Any]


def due(engine: Engine) -> list[Row]:
    """Return the closed incidents whose time is over and which still hold personal data.

    Each row: ``incident``, ``protocol``, ``drill``, ``closed``, ``rule``, ``basis``,
    ``due`` (RFC 3339), ``held`` (a legal hold keeps it), ``values`` (how many).
    """
    with engine.reading() as reader:
        return list(_due(reader, engine.shelf.site(), stamp(engine.clock.now())))


def apply_retention(engine: Engine) -> list[Row]:
    """Remove what is due, each incident in a transaction of its own; what is held stays.

    :returns: the rows of ``due``, each with ``removed`` (how many) and ``scrubbed``.
    :raises RefusedError: the person may not; recorded.
    """
    _permitted(engine)
    rows = [row | _apply(engine, row) for row in due(engine)]
    scrubbed = engine.store.scrub()
    return [row | {"scrubbed": scrubbed} for row in rows]


def _permitted(engine: Engine) -> None:
    with engine.knowing("LOG"), engine.writing() as writer:
        desk = Desk(engine, writer)
        reason = desk.may("redact")
        if reason is not None:
            desk.tell("LOG", {"type": "redact-refused", "refused": reason.record()})
    if reason is not None:
        raise RefusedError([reason])


def _apply(engine: Engine, row: Row) -> Row:
    case = row["incident"]
    with engine.writing() as writer:
        records, items = _left(writer, case)
        if held_reason(case, records, writer, items) is not None:
            return {"held": True, "removed": 0}
        ground = Ground(row["basis"], rule=row["rule"])
        done = redact_at(Desk(engine, writer), case, records, items, ground)
    return {"removed": len(done["removed"])}


def _due(reader: Reader, site: Site, now: str) -> Iterator[Row]:
    rules: Mapping[str, Mapping[str, Any]] = site.data.get("retention", {})
    if not rules:
        return
    for row in reader.incidents(IncidentFilter(open=False), newest_first=False):
        rule = next((key for key, one in rules.items() if _fits(one, row)), None)
        if rule is None or row.closed is None:
            continue
        end = later(row.closed, parse_duration(rules[rule]["keep"]))
        if end <= now:
            yield from _still(reader, row, rule, rules[rule]["basis"], end)


def _fits(rule: Mapping[str, Any], row: IncidentRow) -> bool:
    fits_kind = rule.get("drill") in {None, row.drill}
    return fits_kind and rule.get("protocol") in {None, row.protocol}


def _still(reader: Reader, row: IncidentRow, rule: str, basis: str, end: str) -> Iterator[Row]:
    records, items = _left(reader, row.id)
    if items:
        yield {
            "incident": row.id,
            "protocol": row.protocol,
            "drill": row.drill,
            "closed": row.closed,
            "rule": rule,
            "basis": basis,
            "due": end,
            "held": hold_of(records) is not None,
            "values": len(items),
        }


def _left(reader: Reader, case: str) -> tuple[list[Kept], list[Item]]:
    """What of a case can still be removed."""
    records = kept_of(reader, case)
    items = choose(items_of(reader, case, records), Wanted(everything=True), {})
    return records, [item for item in items if not item.gone]
