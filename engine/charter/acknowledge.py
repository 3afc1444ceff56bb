"""“Read and understood”: by each person with a role in a revision that is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.briefing import roles_in
from handrail.engine.charter.follow import draft_of
from handrail.engine.charter.seat import Seat
from handrail.engine.charter.table import Table
from handrail.engine.machine.reasons import Reason
from handrail.engine.refused import RefusedError

if TYPE_CHECKING:
    from handrail.engine.engine import Engine
    from handrail.engine.store.base import DocumentRow

__all__ = ["acknowledge", "coverage", "coverage_of"]


def acknowledge(engine: Engine, document: str) -> dict[str, Any]:
    """Record that the person has read the revision in force, and understood it.

    To say it twice changes nothing.

    :raises NotFoundError: no such document is registered.
    :raises RefusedError: no revision is in force; that is recorded.
    """
    with engine.writing() as writer:
        table = Table(engine, writer, document)
        row = _in_force(table) or table.latest
        actor = engine.actor_in(table.world())
        reason = None if table.is_in_force(row) else _not_in_force(document)
        if reason is not None:
            refused = reason.record()
            table.tell(draft_of("acknowledge-refused", row, actor, table.at, refused=refused))
        elif (actor.id, row.sha256) not in table.dossier.acknowledged:
            table.tell(draft_of("document-acknowledged", row, actor, table.at))
        told = {
            "id": row.id,
            "revision": row.revision,
            "sha256": row.sha256,
            "person": actor.id,
            "acknowledged": table.dossier.acknowledged.get((actor.id, row.sha256)),
        }
    if reason is not None:
        raise RefusedError([reason], hint=["agree", document])
    return told


def coverage(engine: Engine, document: str | None = None) -> list[dict[str, Any]]:
    """Who has acknowledged what is in force, and who with a role in it has not.

    :param document: one of them; ``None``: all.
    :raises NotFoundError: no such document is registered.
    """
    with engine.reading() as reader:
        names = [row.id for row in reader.all_in_force() if row.kind in {"protocol", "lifecycle"}]
        tables = [Seat(engine, reader, name) for name in ([document] if document else names)]
        return [
            {"id": table.name, "revision": row.revision, **coverage_of(table, row)}
            for table in tables
            if (row := _in_force(table) or table.latest) is not None
        ]


def coverage_of(table: Seat, row: DocumentRow) -> dict[str, Any]:
    """Of a revision: the people with a role in it who have acknowledged it, and who have not."""
    if row.kind == "site":
        return {"have": [], "have_not": []}
    roles = roles_in(table.engine.shelf.definition(row.sha256))
    people = [
        person.id
        for person in table.site.people.values()
        if (held := person.roles(table.at)) and (roles is None or not roles.isdisjoint(held))
    ]
    have = [who for who in people if (who, row.sha256) in table.dossier.acknowledged]
    return {"have": have, "have_not": [who for who in people if who not in have]}


def _in_force(table: Seat) -> DocumentRow | None:
    now = table.in_force
    return None if now is None else table.rows[now.sha256]


def _not_in_force(document: str) -> Reason:
    return Reason(
        "not-in-force",
        "the protocol {protocol} is not in force; management has to agree to it first",
        {"protocol": document},
        (document,),
    )
