"""From filters to conditions."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING

from handrail.engine.store.sqlite.statements import SQL

if TYPE_CHECKING:
    from handrail.engine.store.rows import Filter, IncidentFilter

__all__ = ["incident_query", "log_query"]

Query = tuple[str, dict[str, object]]  # a statement and its named values


def log_query(
    which: Filter, part: tuple[int, int] | None, *, newest_first: bool, limit: int | None
) -> Query:
    """Return the query for the log.

    ``part`` are the first and last index that the filter's period can reach.
    """
    values: dict[str, object] = which._asdict()
    values["limit"] = -1 if limit is None else limit
    conditions = _chosen([SQL[f"log_{key}"] for key in _log_keys(which)])
    if part is not None:
        conditions.append(SQL["log_part"])
        values["first"], values["last"] = part
    order = "seq" if which.case is None else "cseq"
    return _joined("log", conditions, [order], newest_first=newest_first), values


def _log_keys(which: Filter) -> list[str]:
    """Return the conditions that apply, the one that finds fewest records first."""
    keys = [
        key
        for key in ("case", "actor", "protocol", "type", "run", "since", "until")
        if getattr(which, key) is not None
    ]
    if which.drill is not None:
        keys.append("drill" if which.drill else "real")
    return keys


def _chosen(conditions: list[str]) -> list[str]:
    """Leave the choice of the index to the first condition."""
    return [each if at == 0 else f"+{each}" for at, each in enumerate(conditions)]


def incident_query(which: IncidentFilter, *, newest_first: bool, limit: int | None) -> Query:
    """Return the query for incidents."""
    values: dict[str, object] = which._asdict()
    values["limit"] = -1 if limit is None else limit
    values["quoted"] = dumps(which.mine, ensure_ascii=False)
    conditions = [SQL[f"incidents_{key}"] for key in _incident_keys(which)]
    return _joined("incidents", conditions, ["opened", "id"], newest_first=newest_first), values


def _incident_keys(which: IncidentFilter) -> list[str]:
    keys = [
        key
        for key in ("phase", "protocol", "drill", "overdue_at", "mine")
        if getattr(which, key) is not None
    ]
    if which.open is not None:
        keys.append("open" if which.open else "closed")
    return keys


def _joined(base: str, conditions: list[str], order: list[str], *, newest_first: bool) -> str:
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    by = ", ".join(f"{column} {'DESC' if newest_first else 'ASC'}" for column in order)
    return f"{SQL[base]} {where} ORDER BY {by} LIMIT :limit"
