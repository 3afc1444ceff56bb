"""The people of site plans, and what of them can be removed: not while a plan needs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import case_of
from handrail.engine.ledger.disclosure import sealed_in
from handrail.engine.machine.reasons import Reason
from handrail.engine.plans import personal, sealed_of
from handrail.engine.sealing import Gone

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from handrail.engine.custody.found import Item
    from handrail.engine.shelf import Shelf
    from handrail.engine.store.base import DocumentRow, Reader

__all__ = ["called", "in_force_reason", "plans_with"]


def called(shelf: Shelf, reader: Reader) -> Mapping[str, list[str]]:
    """What the people of all site plans are called, by their ids; none where that was removed."""
    names: dict[str, list[str]] = {}
    for row, _ in _stored(reader):
        for key, person in shelf.plan(row.sha256).people.items():
            words = [one for one in (person.name, person.account) if one is not None]
            names.setdefault(key, []).extend(one for one in words if not isinstance(one, Gone))
    return names


def in_force_reason(reader: Reader, items: Iterable[Item]) -> Reason | None:
    """Why values of a site plan have to stay: without them nobody could tell who acts."""
    needed = set(_needed(reader))
    people = sorted({item.of for item in items if item.of and item.digest in needed})
    if not people:
        return None
    return Reason(
        "in-force",
        "the site plan that is in force, or the latest, holds {people}: "
        "first register and agree a revision without them",
        {"people": ", ".join(people)},
        tuple(people),
    )


def _needed(reader: Reader) -> Iterator[str]:
    """The digests of what the plan in force holds, and its latest revision."""
    for now in reader.all_in_force(kind="site"):
        rows = reader.documents(now.id)
        for row in rows:
            if row.sha256 == now.sha256 or row is rows[-1]:
                yield from sealed_of(json.loads(row.data)).values()


def plans_with(reader: Reader, items: Collection[Item]) -> list[str]:
    """The revisions of plans that still name these people: in clear, or in another plan's case.

    :param items: what goes.
    """
    people, goes = {item.of for item in items if item.of}, {item.digest for item in items}
    found = []
    for row, plan in _stored(reader):
        values = [value for (who, _), value in personal(plan) if who in people]
        there = reader.disclosures(sealed_in(values), case_of(row.id)).keys() - goes
        if there or any(isinstance(value, str) for value in values):
            found.append(f"{row.id}@{row.revision}")
    return found


def _stored(reader: Reader) -> Iterator[tuple[DocumentRow, dict[str, Any]]]:
    for row in reader.documents():
        if row.kind == "site":
            yield row, json.loads(row.data)
