"""The people of site plans, where something is to be removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import case_of
from handrail.engine.ledger.disclosure import sealed_in
from handrail.engine.plans import personal
from handrail.engine.sealing import Gone

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator, Mapping

    from handrail.engine.shelf import Shelf
    from handrail.engine.store.base import DocumentRow, Reader

__all__ = ["called", "plans_with"]


def called(shelf: Shelf, reader: Reader) -> Mapping[str, list[str]]:
    """What the people of all site plans are called, by their ids; none where that was removed."""
    names: dict[str, list[str]] = {}
    for row, _ in _stored(reader):
        for key, person in shelf.plan(row.sha256).people.items():
            words = [one for one in (person.name, person.account) if one is not None]
            names.setdefault(key, []).extend(one for one in words if not isinstance(one, Gone))
    return names


def plans_with(
    reader: Reader, people: Container[str], goes: Collection[str | None] = ()
) -> list[str]:
    """The revisions of plans that still name people: in clear, or in another plan's case.

    :param goes: the digests of what is removed.
    """
    found = []
    for row, plan in _stored(reader):
        values = [value for (who, _), value in personal(plan) if who in people]
        there = reader.disclosures(sealed_in(values), case_of(row.id)).keys() - {*goes}
        if there or any(isinstance(value, str) for value in values):
            found.append(f"{row.id}@{row.revision}")
    return found


def _stored(reader: Reader) -> Iterator[tuple[DocumentRow, dict[str, Any]]]:
    for row in reader.documents():
        if row.kind == "site":
            yield row, json.loads(row.data)
