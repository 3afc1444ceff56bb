"""Moving running incidents to the revision in force, where each can follow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handrail.engine.charter.replay import obstacle
from handrail.engine.clock import stamp
from handrail.engine.machine.commands import ENGINE, Actor
from handrail.engine.machine.decide import Decision
from handrail.engine.machine.reasons import Reason
from handrail.engine.machine.starting import new_run
from handrail.engine.machine.turn import Turn
from handrail.engine.people import may_migrate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.engine import Engine
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.state import Run, World
    from handrail.engine.projection import Loaded
    from handrail.engine.store.base import Reader

    Row = dict[str, Any]

__all__ = ["migrate", "who_follows"]

_NOBODY = Actor("handrail", (), ENGINE, "")  # asks what would be, and does nothing


def migrate(engine: Engine, incident: str) -> list[Row]:
    """Move each active run of an incident to the revision in force of its protocol.

    :returns: a row for each run that is not on it: ``migrated``, and ``why`` if not.
        What was not possible is recorded too.
    :raises NotFoundError: there is no such incident.
    """
    with engine.writing() as writer:
        loaded = engine.casebook.load(writer, incident)
        world = engine.shelf.world(engine.shelf.site(), drill=loaded.case.drill)
        actor = engine.actor_in(world)
        records = [json.loads(data) for data in writer.case_records(incident)]
        rows = []
        turn = Turn(world, loaded.case, actor, stamp(engine.clock.now()))
        for run, target in _behind(world, loaded):
            why = may_migrate(world.site, actor, target.owner)
            why = why or _obstacle(turn, records, run, target)
            turn.emit(_refused(turn, run, why) if why else _moved(turn, run))
            rows.append(_row(engine, incident, run, target, why))
        if turn.drafts:
            decision = Decision(tuple(turn.drafts), turn.case)
            loaded = engine.casebook.append(writer, world, loaded, decision)
    engine.casebook.keep(loaded)
    return rows


def who_follows(engine: Engine, reader: Reader, target: Definition) -> Iterator[Row]:
    """The runs of open incidents on another revision of this protocol; which could follow."""
    from handrail.engine.store.rows import IncidentFilter  # noqa: PLC0415 - only pages ask

    site = engine.shelf.site()
    for row in reader.incidents(IncidentFilter(open=True)):
        loaded = engine.casebook.load(reader, row.id)
        for run in loaded.case.active_runs():
            if run.protocol == target.id and run.sha256 != target.sha256:
                world = engine.shelf.world(site, drill=row.drill)
                turn = Turn(world, loaded.case, _NOBODY, loaded.case.opened)
                records = [json.loads(data) for data in reader.case_records(row.id)]
                why = _obstacle(turn, records, run, target)
                yield _row(engine, row.id, run, target, why)


def _behind(world: World, loaded: Loaded) -> Iterator[tuple[Run, Definition]]:
    for run in loaded.case.active_runs():
        target = world.resolve(run.protocol)
        if target is not None and target.sha256 != run.sha256:
            yield run, target


def _obstacle(turn: Turn, records: Sequence[Row], run: Run, target: Definition) -> Reason | None:
    found = new_run(turn.world._replace(resolve=lambda _: target), turn.case, run.protocol)
    if isinstance(found, Reason):
        return found
    return obstacle(turn.world.definition, records, run, target)


def _moved(turn: Turn, run: Run) -> Row:
    found = new_run(turn.world, turn.case, run.protocol)
    assert not isinstance(found, Reason)  # noqa: S101 - it was no obstacle
    return turn.migrated(run, found)


def _refused(turn: Turn, run: Run, why: Reason) -> Row:
    return turn.draft("migrate-refused", run=run.id, refused=why.record())


def _row(engine: Engine, incident: str, run: Run, target: Definition, why: Reason | None) -> Row:
    return {
        "incident": incident,
        "run": run.id,
        "protocol": run.protocol,
        "from_revision": run.revision,
        "to_revision": target.revision,
        "migrated": why is None,
        "why": None if why is None else {"code": why.code, "text": why.words(engine.lang)},
    }
