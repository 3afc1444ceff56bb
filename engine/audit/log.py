"""``audit log``: records as rows for a reviewer, filtered, in constant memory."""

from __future__ import annotations

from itertools import islice
from json import loads
from typing import TYPE_CHECKING, Any

from handrail.engine.ledger.disclosure import reveal, sealed_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.store.base import Filter, Logged, Reader

__all__ = ["REDACTED", "rows"]

REDACTED = "[redacted]"  # stands for a personal value whose disclosure is gone
BATCH = 200  # records whose personal values are looked up at once


def rows(
    reader: Reader,
    which: Filter,
    *,
    newest_first: bool = False,
    limit: int | None = None,
    clear: bool = False,
) -> Iterator[dict[str, Any]]:
    """Give the records that pass a filter: ``seq``, and the record's own members.

    :param clear: show personal values where they are still there, else ``[redacted]``;
        without it, they stay as they are recorded: ``{"sd": digest}``.
    """
    logged = reader.log(which, newest_first=newest_first, limit=limit)
    while batch := [_row(each) for each in islice(logged, BATCH)]:
        yield from _in_clear(reader, batch) if clear else batch


def _row(logged: Logged) -> dict[str, Any]:
    return {"seq": logged.seq, **loads(logged.data)}


def _in_clear(reader: Reader, batch: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    texts: dict[str, str] = {}
    for case in {row["case"] for row in batch}:
        digests = list(sealed_in([row for row in batch if row["case"] == case]))
        texts |= reader.disclosures(digests, case) if digests else {}
    for row in batch:
        yield {name: _opened(value, texts) for name, value in row.items()}


def _opened(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_opened(item, texts) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"sd"}:
        disclosure = texts.get(value["sd"])
        return REDACTED if disclosure is None else reveal(value["sd"], disclosure)[1]
    return {name: _opened(item, texts) for name, item in value.items()}
