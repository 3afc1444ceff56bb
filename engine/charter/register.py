"""Registering: a document that checks becomes known to the store, as somebody's revision."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import case_of
from handrail.engine.charter.lessons import warn_of_unknown
from handrail.engine.charter.stored import registered_as, stored
from handrail.engine.charter.table import Table
from handrail.engine.charter.truths import offers
from handrail.engine.charter.way import landing
from handrail.engine.clock import stamp
from handrail.engine.documents.check import Checked, check_all
from handrail.engine.errors import CheckFoundError, UsageError
from handrail.engine.machine import commands as do
from handrail.engine.machine.agreement import CONSULTED, FIRST
from handrail.engine.machine.build import TOP
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.site import build_site
from handrail.engine.people import may_do
from handrail.engine.refused import RefusedError
from handrail.engine.store.rows import DocumentRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Final

    from handrail.engine.documents.source import Source
    from handrail.engine.engine import Engine
    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.reasons import Reason
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Run
    from handrail.engine.store.base import Reader, Writer

__all__ = ["KINDS", "NotSoundError", "begin_agreement", "put", "put_site", "register", "row_of"]

KINDS: Final = ("site", "lifecycle", "agreement", "protocol")  # the order of agreeing to all
REVISE: Final = "revise"  # the step that a higher revision takes of the one in force


class NotSoundError(CheckFoundError):
    """Documents have errors; nothing was registered. ``findings`` say where."""

    def __init__(self, checked: Sequence[Checked]) -> None:
        self.findings = [finding for one in checked for finding in one.findings]
        names = ", ".join(one.name for one in checked)
        super().__init__("nothing was registered: there are errors in {names}", names=names)


def register(engine: Engine, sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Check documents, make their revisions known, and begin their agreements.

    :raises NotSoundError: one of them does not check.
    :raises UsageError: its kind is not registered, or its revision is taken.
    :raises RefusedError: the person may not register; that is recorded.
    """
    with engine.writing() as writer:
        site = engine.shelf.site()
        actor = engine.actor_in(engine.shelf.world(site, drill=False))
        reason = may_do(site, actor, "register")
        if reason is None:
            return _register(engine, writer, sources, actor)
        _refuse(engine, writer, actor, reason)
    raise RefusedError([reason])


def _register(
    engine: Engine, writer: Writer, sources: Sequence[Source], actor: Actor
) -> list[dict[str, Any]]:
    checked = check_all(
        [(source.name, source.text.encode()) for source in sources],
        site=None if _has_site(sources) else engine.shelf.site().data,
        others=_latest(writer),
    )
    failed = [one for one in checked if not one.ok]
    if failed:
        raise NotSoundError(failed)
    known = [_known(writer, one) for one in checked]
    rows = [row or put(engine, writer, one, actor) for one, row in zip(checked, known, strict=True)]
    for row in rows:
        if row not in known:
            begin_agreement(engine, writer, row, actor)
    warn_of_unknown(engine, writer, [one.data or {} for one in checked])
    return [_registered(engine, writer, row) for row in rows]


def _registered(engine: Engine, writer: Writer, row: DocumentRow) -> dict[str, Any]:
    return row_of(row) | {"next": _next(Table(engine, writer, row.id), row)}


def _next(table: Table, row: DocumentRow) -> str | None:
    """The command that takes a revision on: somebody has to be heard before it is agreed."""
    run = table.run(row)
    if run is None or run.status != "active" or table.is_in_force(row):
        return None
    if not run.facts.get(CONSULTED) or run.facts.get(FIRST):
        return "agree"
    chart = chart_of(table.engine.shelf.definition(run.sha256))
    return "agreement start" if _is_at_start(chart, run) else "agreement show"


def _is_at_start(chart: Chart, run: Run) -> bool:
    return landing(chart, chart.regions[TOP].start) in run.active.values()


def _refuse(engine: Engine, writer: Writer, actor: Actor, reason: Reason) -> None:
    """It belongs to no document, for none has become known by it: to the log's own case."""
    draft = {
        "type": "register-refused",
        "case": "LOG",
        "drill": False,
        "occurred": stamp(engine.clock.now()),
        "actor": actor.record(),
        "refused": reason.record(),
    }
    list(engine.casebook.write(writer, [draft]))


def _has_site(sources: Iterable[Source]) -> bool:
    return any(isinstance(one.data, dict) and one.data.get("kind") == "site" for one in sources)


def _latest(reader: Reader) -> dict[str, Mapping[str, Any]]:
    """The data of each registered document's highest revision."""
    return {row.id: json.loads(row.data) for row in reader.documents()}


def _known(reader: Reader, one: Checked) -> DocumentRow | None:
    """The revision, if it is registered already.

    :raises UsageError: it cannot be registered.
    """
    data = one.data or {}
    if data["kind"] not in KINDS:
        raise UsageError(
            "{name}: a {kind} is not registered; it stays a file", name=one.name, kind=data["kind"]
        )
    same = registered_as(reader, one)
    if same is not None:
        return same
    highest = max((row.revision for row in reader.documents(data["id"])), default=0)
    if data.get("revision", 1) <= highest:
        raise UsageError(
            "{name}: it differs from revision {highest}, which is registered; "
            "raise its revision to {next} or more",
            name=one.name,
            highest=highest,
            next=highest + 1,
        )
    return None


def put(engine: Engine, writer: Writer, one: Checked, actor: Actor) -> DocumentRow:
    """Put a document that checks into the store, with the record of it."""
    row = _put(engine, writer, one, actor)
    Table(engine, writer, row.id).register(row, actor)
    return row


def put_site(engine: Engine, writer: Writer, one: Checked, actor: Actor) -> None:
    """Found a site: its first plan is in force, for there is nobody yet to agree to it."""
    row = _put(engine, writer, one, actor)
    table = Table(engine, writer, row.id, site=build_site(one.data or {}))
    table.register(row, actor)
    table.found(row, actor)


def _put(engine: Engine, writer: Writer, one: Checked, actor: Actor) -> DocumentRow:
    data, made = one.data or {}, stored(writer, one)
    row = DocumentRow(
        sha256=made.sha256,
        id=data["id"],
        kind=data["kind"],
        revision=data.get("revision", 1),
        data=made.data,
        source=made.source,
        registered=stamp(engine.clock.now()),
        author=actor.id,
    )
    writer.put_document(row)
    writer.put_disclosures(made.disclosures, case_of(row.id))
    return row


def begin_agreement(engine: Engine, writer: Writer, row: DocumentRow, actor: Actor) -> None:
    """Begin the agreement of a revision; the one in force is then under revision."""
    table = Table(engine, writer, row.id)
    _revise(table, actor)
    table.begin(row, actor)


def _revise(table: Table, actor: Actor) -> None:
    """Take the step ``revise`` of the revision in force, where it is offered to this person."""
    for run in table.case.active_runs():
        chart = chart_of(table.engine.shelf.definition(run.sha256))
        if table.is_in_force(table.subject(run.id)) and REVISE in offers(chart, run):
            who = table.stand(actor, run)
            command = do.TakeStep(actor=who, at=table.at, run=run.id, step=REVISE)
            if not table.decide(command, run).refusal:
                table.do(command, run)


def row_of(row: DocumentRow) -> dict[str, Any]:
    """A revision as ``--json`` shows it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "revision": row.revision,
        "sha256": row.sha256,
        "author": row.author,
        "registered": row.registered,
    }
