"""What an approver signs, to be signed elsewhere: on a phone, a token, another computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.charter.seat import Seat
from handrail.engine.charter.truths import check_approver, check_conditions
from handrail.engine.ledger.record import canonical
from handrail.engine.machine.turn import RefusedError as Refused
from handrail.engine.refused import RefusedError

if TYPE_CHECKING:
    from handrail.engine.engine import Engine

__all__ = ["statement"]


def statement(engine: Engine, document: str) -> bytes:
    """Return what this person would sign to agree to the highest revision, as of now.

    :raises NotFoundError: no such document is registered.
    :raises RefusedError: the person could not agree to it, or it lacks a condition.
    """
    with engine.reading() as reader:
        table = Seat(engine, reader, document)
        row = table.latest
        actor = engine.actor_in(table.world())
        try:
            check_approver(table, actor, row)
            check_conditions(table, row)
        except Refused as refused:
            raise RefusedError(refused.reasons) from refused
        return canonical(table.matter(row, table.run(row)).statement(actor.id, table.at))
