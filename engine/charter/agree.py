"""The short way: one person of management agrees, taking the agreement's own steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.agreed import agreed
from handrail.engine.charter.approval import bring
from handrail.engine.charter.follow import draft_of
from handrail.engine.charter.onward import blocked, commands, is_heard
from handrail.engine.charter.register import KINDS, row_of
from handrail.engine.charter.seat import Seat
from handrail.engine.charter.table import Table
from handrail.engine.charter.truths import check_approver, check_conditions
from handrail.engine.clock import stamp
from handrail.engine.errors import NotFoundError
from handrail.engine.machine.turn import RefusedError as Refused
from handrail.engine.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from handrail.engine.charter.approval import Brought
    from handrail.engine.engine import Engine
    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.reasons import Reason
    from handrail.engine.machine.state import Run
    from handrail.engine.store.base import DocumentRow, Reader

    Reasons = tuple[Reason, ...]

__all__ = ["ALL", "agree"]

ALL: Final = "all"
_MOST: Final = 100  # moves of one person; an agreement has about five


class _UndoError(Exception):
    """Takes everything back that this transaction did."""

    def __init__(self, refused: Sequence[tuple[DocumentRow, Reasons]]) -> None:
        super().__init__()
        self.refused = refused


def agree(
    engine: Engine,
    wanted: Sequence[str] | str | None,
    *,
    key: Path | None = None,
    signed: Brought | None = None,
) -> list[dict[str, Any]]:
    """Agree to documents, as management: all that are named, or none of them.

    Takes the steps of each document's agreement that this person may take, up to the
    one that puts it in force.

    :param wanted: ids, or ``"all"`` for every registered document not in force.
    :param key: the private key to sign with, where the person has one in the site plan.
    :param signed: what was signed elsewhere, for one document.
    :raises NotFoundError: no such document is registered.
    :raises RefusedError: the person or the document does not meet the conditions, or
        somebody has to be heard first; that is recorded.
    """
    at = stamp(engine.clock.now())
    brought = _bring(engine, wanted, key, signed, at)
    try:
        with engine.writing() as writer:
            return _agree(engine, writer, wanted, brought, at)
    except _UndoError as undo:
        refused = undo.refused
    with engine.writing() as writer:
        actor = engine.actor_in(engine.shelf.world(engine.shelf.site(), drill=False))
        for row, reasons in refused:
            draft = draft_of("agree-refused", row, actor, at, refused=reasons[0].record())
            Table(engine, writer, row.id, at).tell(draft)
        hint = _hint(Table(engine, writer, refused[0][0].id, at), *refused[0])
    raise RefusedError([reason for _, reasons in refused for reason in reasons], hint=hint)


def _hint(table: Table, row: DocumentRow, reasons: Reasons) -> list[str]:
    """What to type next: submit it, where somebody is to be heard and was not asked yet."""
    run = table.run(row)
    waits = reasons[0].code == "consult" and (run is None or not is_heard(table, run))
    return ["agreement", "start" if waits else "show", row.id]


def _bring(
    engine: Engine,
    wanted: Sequence[str] | str | None,
    key: Path | None,
    signed: Brought | None,
    at: str,
) -> Mapping[str, Brought | None]:
    """Sign before the store is locked: a person may have to type a passphrase."""
    with engine.reading() as reader:
        rows = _wanted(engine, reader, wanted)
        if signed is not None:
            return {row.id: signed for row in rows}
        found = {}
        for row in rows:
            table = Table(engine, reader, row.id, at)
            actor = engine.actor_in(table.world())
            if not table.is_in_force(row) and not _against(table, actor, row):
                found[row.id] = bring(table.matter(row, table.run(row)), actor, at, key)
        return found


def _agree(
    engine: Engine,
    writer: Reader,
    wanted: Sequence[str] | str | None,
    brought: Mapping[str, Brought | None],
    at: str,
) -> list[dict[str, Any]]:
    refused: list[tuple[DocumentRow, Reasons]] = []
    told = []
    for row in _wanted(engine, writer, wanted):
        table = Table(engine, writer, row.id, at)
        actor = engine.actor_in(table.world())
        reasons = _against(table, actor, row) or _carry(table, row, actor, brought.get(row.id))
        if reasons:
            refused.append((row, reasons))
        told.append(_told(table, row))
    if refused:
        raise _UndoError(refused)
    return told


def _told(table: Table, row: DocumentRow) -> dict[str, Any]:
    run = table.run(row)
    now = agreed(table.reader, row.id, row.sha256) if table.is_in_force(row) else None
    return row_of(row) | {
        "in_force": None if now is None else now.row(),
        "self_agreed": now is not None and now.self_agreed,
        "signed": now is not None and now.signed,
        "unheard": _unheard(table, run) if run else [],
        "waits": sorted(run.pending) if run else [],
    }


def _unheard(table: Table, run: Run) -> list[str]:
    """The roles that were to be heard, and were not, since it was last put to them."""
    from handrail.engine.charter.hearing import hearing  # noqa: PLC0415 - shows need it as well

    return [one["role"] for one in hearing(table, run) if one["says"] != "yes"]


def _wanted(
    engine: Engine, reader: Reader, wanted: Sequence[str] | str | None
) -> list[DocumentRow]:
    """The highest registered revision of each document that is meant, in order of kind.

    All that are not in force does not mean what was dropped or retired: to bring that
    back, it has to be named.
    """
    rows = {row.id: row for row in reader.documents()}
    in_force = {row.id: row.sha256 for row in reader.all_in_force()}
    if wanted == ALL:
        waiting = [row for row in rows.values() if in_force.get(row.id) != row.sha256]
        chosen = [row for row in waiting if not _ended(engine, reader, row)]
    else:
        for name in wanted or ():
            if name not in rows:
                raise NotFoundError("registered document", name, rows)
        chosen = [rows[name] for name in dict.fromkeys(wanted or ())]
    return sorted(chosen, key=lambda row: (KINDS.index(row.kind), row.id))


def _ended(engine: Engine, reader: Reader, row: DocumentRow) -> bool:
    run = Seat(engine, reader, row.id).run(row)
    return run is not None and run.status != "active"


def _against(table: Table, actor: Actor, row: DocumentRow) -> Reasons:
    """Why this person cannot agree to this document, whoever is heard before."""
    try:
        check_approver(table, actor, row)
        check_conditions(table, row)
    except Refused as refused:
        return refused.reasons
    return ()


# -- the way -----------------------------------------------------------------------


def _carry(table: Table, row: DocumentRow, actor: Actor, brought: Brought | None) -> Reasons:
    """Take the document as far as this person can; the reasons if that is not into force."""
    if table.is_in_force(row):
        return ()
    if not table.is_under_way(row):
        table.begin(row, actor)
    for _ in range(_MOST):
        run = table.run_of(row)
        if table.is_in_force(row) or actor.id in _waiting_for_others(run):
            return ()
        command = next(commands(table, run, table.stand(actor, run)), None)
        if command is None:
            return blocked(table, run, table.stand(actor, run))
        if reasons := table.do(command, run, brought):
            return reasons
    return blocked(table, table.run_of(row), actor)


def _waiting_for_others(run: Run) -> set[str]:
    """Who has asked for a step that others must confirm."""
    return {pending.actor["id"] for pending in run.pending.values()}
