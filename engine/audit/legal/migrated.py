"""A run that was taken over to another revision: by whom it may be, and where it can follow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.legal.heads import actor_of
from handrail.engine.machine.decide import Decision
from handrail.engine.machine.reasons import Reason
from handrail.engine.machine.starting import new_run
from handrail.engine.machine.turn import Turn
from handrail.engine.people import may_migrate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.state import Case, World
    from handrail.engine.store.base import Reader

    Record = Mapping[str, Any]

__all__ = ["migrations"]


def migrations(world: World, case: Case, head: Record, reader: Reader) -> Decision:
    """Decide again to take a run to the revision in force (``engine/charter/migrate``)."""
    run = case.runs[head["run"]]
    turn = Turn(world, case, actor_of(head), head["occurred"])
    target = world.resolve(run.protocol)
    if target is None or target.sha256 == run.sha256:
        return Decision((), case, (_no_other(run.protocol),))
    found = new_run(world, case, run.protocol)
    reason = found if isinstance(found, Reason) else _barrier(world, case, head, target, reader)
    if reason is not None or isinstance(found, Reason):
        return Decision((), case, (reason or _no_other(run.protocol),))
    turn.emit(turn.migrated(run, found))
    return Decision(tuple(turn.drafts), turn.case)


def _no_other(protocol: str) -> Reason:
    return Reason(
        "not-in-force", "no other revision of {protocol} is in force", {"protocol": protocol}
    )


def _barrier(
    world: World, case: Case, head: Record, target: Definition, reader: Reader
) -> Reason | None:
    """Who may not, or what the new revision does not have."""
    from handrail.engine.charter.replay import obstacle  # noqa: PLC0415 - few runs are migrated

    reason = may_migrate(world.site, actor_of(head), target.owner)
    records = [json.loads(data) for data in reader.case_records(head["case"])]
    run = case.runs[head["run"]]
    return reason or obstacle(world.definition, records[: head["cseq"]], run, target)
