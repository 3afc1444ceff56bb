"""Taking a document through its agreement: begin, say yes or no, confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.charter.approval import bring
from handrail.engine.charter.table import Table
from handrail.engine.charter.truths import agrees, goals_of, offers
from handrail.engine.clock import stamp
from handrail.engine.errors import NotFoundError, UsageError
from handrail.engine.machine import commands as do
from handrail.engine.machine.agreement import CONSULTED, SUPPLIED
from handrail.engine.machine.definition import Kind
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.state import task_items
from handrail.engine.refused import RefusedError
from handrail.engine.runs import run_of_pending, run_of_step, run_of_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from handrail.engine.charter.approval import Brought
    from handrail.engine.engine import Engine
    from handrail.engine.machine.commands import Actor, Command
    from handrail.engine.machine.state import Run
    from handrail.engine.store.base import Reader

    Given = Mapping[str, Any]
    Commands = list[tuple[Command, Run]]
    Make = Callable[[Table, Actor], Commands]

__all__ = ["confirm", "start", "step"]


def start(engine: Engine, document: str) -> None:
    """Put a registered document on its way: the first step of its agreement.

    Where its agreement was dropped or retired, it begins anew.

    :raises NotFoundError: no such document is registered.
    :raises RefusedError: the person or the document cannot begin it; that is recorded.
    """

    def make(table: Table, actor: Actor) -> Commands:
        row = table.latest
        if not table.is_under_way(row):
            table.begin(row, actor)
        run = table.run_of(row)
        name = _first_step(table, run)
        who = table.stand(actor, run)
        return [(do.TakeStep(actor=who, at=table.at, run=run.id, step=name), run)]

    _change(engine, document, make, None, None)


def _first_step(table: Table, run: Run) -> str:
    """The first step of the state that an agreement starts in, that does not end it.

    :raises UsageError: it has left that state.
    """
    chart = chart_of(table.engine.shelf.definition(run.sha256))
    if chart.enter().active == run.active:
        for name, steps in offers(chart, run).items():
            if any(chart.states[goal].kind is not Kind.FINAL for goal in goals_of(steps)):
                return name
    raise UsageError(
        "the agreement of {document} has begun already: it is in {states}",
        document=table.name,
        states=", ".join(chart.leaves(run.active)),
    )


def step(  # noqa: PLR0913 - the options of the command
    engine: Engine,
    document: str,
    name: str,
    given: Given,
    *,
    run: str | None = None,
    note: str | None = None,
    key: Path | None = None,
    signed: Brought | None = None,
) -> None:
    """Take a step of a document's agreement, or do an open task of it (a yes).

    :raises NotFoundError: no such document is registered, or there is no such step.
    :raises RefusedError: it cannot be done, or not by this person; that is recorded.
    """

    def make(table: Table, actor: Actor) -> Commands:
        if _is_task(table, name) and not given:
            return _say_yes(table, actor, name, run_of_task(table.world(), table.case, name, run))
        chosen = run_of_step(table.world(), table.case, name, run)
        command = do.TakeStep(
            actor=table.stand(actor, chosen),
            at=table.at,
            run=chosen.id,
            step=name,
            facts=_facts(table, chosen, given),
            note=table.sealer.text("note", note),
        )
        return [(command, chosen)]

    _change(engine, document, make, key, signed)


def _facts(table: Table, run: Run, given: Given) -> dict[str, object]:
    for fact in given:
        if fact in SUPPLIED:
            raise UsageError("nobody gives {fact}: it is known from the document", fact=fact)
    definition = table.engine.shelf.definition(run.sha256)
    return table.sealer.facts(definition, given, table.site, table.engine.clock.now())


def _is_task(table: Table, name: str) -> bool:
    return any(
        name in state.tasks
        for run in table.case.active_runs()
        for state in table.engine.shelf.definition(run.sha256).states.values()
    )


def _say_yes(table: Table, actor: Actor, name: str, run: Run) -> Commands:
    """A yes for each of the person's roles that is still to be heard; one at least is tried."""
    states = table.engine.shelf.definition(run.sha256).states.values()
    task = next(state.tasks[name] for state in states if name in state.tasks)
    items = task_items(task, run.facts, table.site) or []
    chosen: Sequence[str | None] = [None]
    if task.each == CONSULTED:
        waiting = [item for item in items if f"{name}/{item}" not in run.tasks]
        mine = [item for item in waiting if item in actor.roles]
        chosen = mine or waiting[:1] or items[:1] or [None]
    who = table.stand(actor, run)
    return [
        (do.DoTask(actor=who, at=table.at, run=run.id, task=name, item=item), run)
        for item in chosen
    ]


def confirm(  # noqa: PLR0913 - the options of the command
    engine: Engine,
    document: str,
    name: str,
    *,
    yes: bool = True,
    run: str | None = None,
    key: Path | None = None,
    signed: Brought | None = None,
) -> None:
    """Say yes (or no) to a step of an agreement as its second person."""

    def make(table: Table, actor: Actor) -> Commands:
        chosen = run_of_pending(table.world(), table.case, name, run)
        who = table.stand(actor, chosen)
        command = do.Confirm(actor=who, at=table.at, run=chosen.id, step=name, yes=yes)
        return [(command, chosen)]

    _change(engine, document, make, key, signed)


# -- the one way in ------------------------------------------------------------------


def _change(
    engine: Engine, document: str, make: Make, key: Path | None, signed: Brought | None
) -> None:
    at = stamp(engine.clock.now())
    brought = signed or _bring(engine, document, make, key, at)
    with engine.writing() as writer:
        table = _sit(engine, writer, document, at)
        actor = engine.actor_in(table.world())
        for command, run in make(table, actor):
            refusal = table.do(command, table.case.runs[run.id], brought)
            if refusal:
                break
    if refusal:
        raise RefusedError(refusal, hint=["agreement", "show", document])


def _bring(engine: Engine, document: str, make: Make, key: Path | None, at: str) -> Brought | None:
    """Sign before the store is locked, where what is asked for is to agree."""
    with engine.reading() as reader:
        table = _sit(engine, reader, document, at)
        actor = engine.actor_in(table.world())
        if not table.is_under_way(table.latest):
            return None
        for command, run in make(table, actor):
            if isinstance(command, do.TakeStep | do.Confirm) and agrees(table, command, run):
                return bring(table.matter(table.subject(run.id), run), actor, at, key)
    return None


def _sit(engine: Engine, reader: Reader, document: str, at: str) -> Table:
    table = Table(engine, reader, document, at)
    if not table.dossier.registered:
        known = {row.id for row in reader.documents()}
        raise NotFoundError("registered document", document, known)
    return table
