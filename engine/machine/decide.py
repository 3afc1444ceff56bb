"""``decide``: from a command to the records that it makes, or to a refusal.

Pure. A decision runs to rest: after the command's own record follow those of its
effects, of automatic moves and of protocols that start or end by it. A refusal is
a record too.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.errors import HandrailError
from handrail.engine.machine.apply import apply, apply_moved
from handrail.engine.machine.build import TOP
from handrail.engine.machine.commands import (
    ENGINE,
    Actor,
    Attach,
    Command,
    Confirm,
    Deviate,
    DoTask,
    Note,
    Open,
    SetFact,
    StartProtocol,
    TakeStep,
    Tick,
)
from handrail.engine.machine.deadlines import Due, deadlines, state_deadlines
from handrail.engine.machine.definition import Effect, Kind, Notify, StartRun
from handrail.engine.machine.judge import Reason, Verdict, automatic, judge, may
from handrail.engine.machine.regions import Chart, Edge, Moved, chart_of
from handrail.engine.machine.state import Case, Pending, Run, World, task_items, task_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from handrail.engine.machine.definition import Definition, Overdue, Second, Step, Task

    Draft = dict[str, Any]

__all__ = ["Decision", "decide"]

_MOST_MOVES: Final = 1_000  # automatic moves of one decision; the checker finds such loops


class Decision(NamedTuple):
    """The records to append, the case after them, and the refusal if it was one."""

    drafts: tuple[Draft, ...]
    case: Case | None
    refusal: tuple[Reason, ...] = ()


class _RefusedError(HandrailError):
    """Ends a turn; nothing that it drafted is kept."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__("refused")
        self.reasons = reasons


def decide(world: World, case: Case | None, command: Command) -> Decision:
    """Decide a command.

    :param case: the case as it is; ``None`` only for ``Open``.
    :returns: drafts of records: all members but those that the log adds
        (``v log cseq prev recorded``).
    """
    turn = _Turn(world, case, command)
    try:
        _carry_out(command, turn)
        turn.settle()
    except _RefusedError as refused:
        return _refusal(case, command, refused.reasons)
    return Decision(tuple(turn.drafts), turn.found)


def _refusal(case: Case | None, command: Command, reasons: tuple[Reason, ...]) -> Decision:
    if case is None:
        return Decision((), None, reasons)
    draft: Draft = {
        "type": f"{_NAMES[type(command)]}-refused",
        "case": case.id,
        "drill": case.drill,
        "occurred": command.at,
        "actor": command.actor.record(),
        "refused": reasons[0].record(),
    }
    for name in ("run", "step", "task", "item", "protocol", "state"):
        if (value := getattr(command, name, None)) is not None:
            draft["protocol-id" if name == "protocol" else name] = value
    return Decision((draft,), case._replace(version=case.version + 1), reasons)


_NAMES: Final[Mapping[type[Command], str]] = {
    Open: "open",
    TakeStep: "step",
    Confirm: "confirm",
    DoTask: "task",
    SetFact: "fact",
    Note: "note",
    Attach: "attach",
    StartProtocol: "start",
    Deviate: "deviate",
    Tick: "tick",
}


class _Turn:
    """One decision in the making: drafts, and the case that they lead to."""

    def __init__(self, world: World, case: Case | None, command: Command) -> None:
        self.world = world
        self.found = case
        self.command = command
        self.actor = command.actor
        self.drafts: list[Draft] = []
        self.engine = Actor("handrail", (), ENGINE, command.actor.host).record()
        self.moves = 0

    @property
    def case(self) -> Case:
        """The case as the drafts so far leave it."""
        assert self.found is not None  # noqa: S101 - only Open begins without one
        return self.found

    def chart(self, run: Run) -> Chart:
        return chart_of(self.world.definition(run.sha256))

    # -- drafting ------------------------------------------------------------

    def draft(
        self, kind: str, actor: Mapping[str, Any] | None = None, /, **members: object
    ) -> Draft:
        case = self.found
        draft: Draft = {
            "type": kind,
            "case": members.pop("case", None) or self.case.id,
            "drill": members.pop("drill", case.drill if case else False),
            "occurred": members.pop("occurred", self.command.at),
            "actor": self.actor.record() if actor is None else actor,
        }
        draft.update((key, value) for key, value in members.items() if value is not None)
        return draft

    def emit(self, draft: Draft, moved: Moved | None = None) -> None:
        self.drafts.append(draft)
        if self.found is None:
            self.found = apply(self.world.definition, None, draft)
        else:
            self.found = apply_moved(self.world.definition, self.found, draft, moved)

    # -- moving --------------------------------------------------------------

    def move(
        self, run: Run, edges: Sequence[Edge], draft: Draft, then: Iterable[Effect] = ()
    ) -> None:
        """Take edges of a run with the record that tells it, and what follows from it."""
        chart = self.chart(run)
        moved = chart.move(run.active, run.left, edges)
        draft["moves"] = [
            [edge.source, edge.kind, None if edge.target is None else edge.target.index]
            for edge in edges
        ]
        self.transit(run, chart, moved, draft, then)

    def transit(
        self, run: Run, chart: Chart, moved: Moved, draft: Draft, then: Iterable[Effect] = ()
    ) -> None:
        self.count()
        self.late(run, chart, moved.exited)
        draft["from"] = list(chart.leaves(run.active))
        draft["to"] = list(chart.leaves(moved.active))
        self.emit(draft, moved)
        for name in moved.exited:
            self.leave(run.id, chart, name)
        for effect in then:
            self.effect(run.id, effect)
        self.enter(run.id, chart, moved.entered)

    def leave(self, run: str, chart: Chart, name: str) -> None:
        state = chart.states[name]
        if state.kind is Kind.RUNNING:
            self.cancel(self.case.runs[run].children.get(name))
        for effect in state.leave:
            self.effect(run, effect)

    def enter(self, run: str, chart: Chart, names: Iterable[str]) -> None:
        for name in names:
            state = chart.states[name]
            for effect in state.enter:
                self.effect(run, effect)
            if state.run is not None:
                self.start(state.run, parent={"run": run, "state": name})

    def count(self) -> None:
        self.moves += 1
        if self.moves > _MOST_MOVES:
            raise _RefusedError(
                Reason("loop", "the protocol moves by itself without end; tell its owner", {})
            )

    def effect(self, run: str, effect: Effect) -> None:
        if isinstance(effect, Notify):
            self.notify(run, effect)
        elif isinstance(effect, StartRun):
            self.start(effect.protocol)
        else:
            self.emit(self.draft("fact-set", self.engine, run=run, facts=dict(effect.values)))

    def notify(self, run: str, effect: Notify) -> None:
        text = effect.text if isinstance(effect.text, str) else dict(effect.text)
        self.emit(self.draft("notified", self.engine, run=run, to=list(effect.to), text=text))

    def start(
        self,
        protocol: str,
        *,
        parent: Mapping[str, str] | None = None,
        facts: Mapping[str, object] | None = None,
        lifecycle: bool = False,
        by_person: bool = False,
    ) -> None:
        """Start a protocol's run in the case, and enter its first states."""
        self.count()
        definition = self.world.resolve(protocol)
        if definition is None:
            raise _RefusedError(_not_in_force(protocol))
        chart = chart_of(definition)
        moved = chart.enter()
        number = 1 + sum(run.protocol == protocol for run in self.case.runs.values())
        draft = self.draft(
            "run-started",
            None if by_person else self.engine,
            run=f"{protocol}-{number}",
            protocol=_pin(definition),
            settings=_settings(definition, self.world),
            parent=parent,
            facts=dict(facts) if facts else None,
            lifecycle=lifecycle or None,
        )
        draft["to"] = list(chart.leaves(moved.active))
        self.emit(draft, moved)
        self.enter(draft["run"], chart, moved.entered)

    def cancel(self, key: str | None) -> None:
        run = self.case.runs.get(key or "")
        if run is None or run.status != "active":
            return
        self.late(run, self.chart(run), tuple(run.active.values()))
        self.emit(self.draft("run-finished", self.engine, run=run.id, cancelled=True))
        for child in run.children.values():
            self.cancel(child)

    def finish(self, run: Run, outcome: str) -> None:
        for child in run.children.values():
            self.cancel(child)
        self.emit(self.draft("run-finished", self.engine, run=run.id, outcome=outcome))
        if run.id == self.case.lifecycle:
            for other in self.case.active_runs():
                self.cancel(other.id)
            self.emit(self.draft("incident-closed", self.engine, outcome=outcome))

    # -- running to rest -----------------------------------------------------

    def settle(self) -> None:
        """Take automatic moves, and end runs that reached their end, until none is left."""
        while self.found is not None and self.settle_once():
            pass

    def settle_once(self) -> bool:
        for run in self.case.active_runs():
            chart = self.chart(run)
            outcome = chart.outcome(run.active, TOP)
            if outcome is not None:
                self.finish(run, outcome)
                return True
            edges = automatic(self.world, self.case, run, chart)
            if edges:
                self.move(run, edges, self.draft("moved", self.engine, run=run.id))
                return True
        return False

    # -- deadlines -----------------------------------------------------------

    def late(self, run: Run, chart: Chart, exited: Iterable[str]) -> None:
        """Record the deadlines that passed unseen in states that are now left."""
        for name in exited:
            if name in chart.timed:
                for due in state_deadlines(self.world, self.case, run, chart.states[name]):
                    if not due.passed and due.at <= self.command.at:
                        self.emit(self.deadline(due, late=True))

    def deadline(self, due: Due, **members: object) -> Draft:
        return self.draft(
            "deadline-passed",
            self.engine,
            run=due.run,
            state=due.state,
            task=due.task,
            due=due.at,
            occurred=max(due.at, self.case.runs[due.run].entered.get(due.state, due.at)),
            **members,
        )

    def take(self, run: Run, verdict: Verdict, draft: Draft) -> None:
        """Take a step that was judged possible."""
        then = [effect for step in verdict.steps for effect in step.then]
        self.move(run, verdict.edges, draft, then)


def _pin(definition: Definition) -> Draft:
    return {"id": definition.id, "revision": definition.revision, "sha256": definition.sha256}


def _settings(definition: Definition, world: World) -> Draft | None:
    chosen = world.site.settings.get(definition.id, {})
    values = {key: chosen.get(key, setting.default) for key, setting in definition.settings.items()}
    return values or None


def _not_in_force(protocol: str) -> Reason:
    return Reason(
        "not-in-force",
        "the protocol {protocol} is not in force; management has to agree to it first",
        {"protocol": protocol},
        (protocol,),
    )


# -- the commands ------------------------------------------------------------------


@singledispatch
def _carry_out(command: Command, turn: _Turn) -> None:
    raise TypeError(type(command), turn)


@_carry_out.register
def _(command: Open, turn: _Turn) -> None:
    turn.emit(
        turn.draft("incident-opened", case=command.case, drill=command.drill, title=command.title)
    )
    turn.start(command.lifecycle, lifecycle=True)
    if command.protocol is not None:
        turn.start(command.protocol, facts=command.facts, by_person=True)


@_carry_out.register
def _(command: TakeStep, turn: _Turn) -> None:
    run = _run(turn, command.run)
    verdict = judge(
        turn.world,
        turn.case,
        run,
        turn.chart(run),
        command.step,
        actor=turn.actor,
        at=command.at,
        given=command.facts,
    )
    if verdict.reasons:
        raise _RefusedError(*verdict.reasons)
    members: Draft = {"run": run.id, "step": command.step, "note": command.note}
    if command.facts:
        members["facts"] = dict(command.facts)
    second = _second(verdict.steps)
    if second is None:
        turn.take(run, verdict, turn.draft("step-taken", **members))
        return
    members["states"] = [step.state for step in verdict.offers]
    members["second"] = {"role": second.role, "count": second.count}
    turn.emit(turn.draft("step-pending", **members))


def _second(steps: Sequence[Step]) -> Second | None:
    """The strictest second person that the declarations ask for."""
    wanted = [step.second for step in steps if step.second is not None]
    return max(wanted, key=lambda second: second.count, default=None)


@_carry_out.register
def _(command: Confirm, turn: _Turn) -> None:
    run = _run(turn, command.run)
    pending = run.pending.get(command.step)
    if pending is None:
        raise _RefusedError(
            Reason("not-now", "“{step}” does not wait for a second person", {"step": command.step})
        )
    chart = turn.chart(run)
    seconds = [chart.states[name].steps[command.step].second for name in pending.states]
    roles = tuple(dict.fromkeys(second.role for second in seconds if second is not None))
    _check_second(turn.actor, pending, roles)
    if not command.yes:
        turn.emit(turn.draft("step-declined", run=run.id, step=command.step))
        return
    turn.emit(turn.draft("step-confirmed", run=run.id, step=command.step))
    _complete(turn, command, roles)


def _check_second(actor: Actor, pending: Pending, roles: tuple[str, ...]) -> None:
    if actor.id == pending.actor["id"]:
        raise _RefusedError(
            Reason(
                "second", "somebody else has to confirm this: {roles}", {"roles": ", ".join(roles)}
            )
        )
    if actor.id in pending.confirmed:
        raise _RefusedError(
            Reason("second", "you have confirmed this already; it needs another person", {})
        )
    if not may(roles, actor):
        raise _RefusedError(
            Reason("role", "this is for {roles}", {"roles": ", ".join(roles)}, roles)
        )


def _complete(turn: _Turn, command: Confirm, roles: tuple[str, ...]) -> None:
    """Take the step if enough people have confirmed it; it is judged again, now."""
    run = turn.case.runs[command.run]
    pending = run.pending[command.step]
    asker = pending.actor
    verdict = judge(
        turn.world,
        turn.case,
        run,
        turn.chart(run),
        command.step,
        actor=Actor(asker["id"], tuple(asker["roles"]), asker["how"], asker["host"]),
        at=command.at,
        given=pending.facts,
    )
    if verdict.reasons:
        raise _RefusedError(*verdict.reasons)
    second = _second(verdict.steps)
    if second is not None and len(pending.confirmed) < second.count:
        return
    draft = turn.draft("step-taken", asker, run=run.id, step=command.step)
    if pending.facts:
        draft["facts"] = dict(pending.facts)
    draft["confirmed"] = list(pending.confirmed)
    draft["second"] = list(roles)
    turn.take(run, verdict, draft)


@_carry_out.register
def _(command: DoTask, turn: _Turn) -> None:
    run = _run(turn, command.run)
    chart = turn.chart(run)
    task = _task(run, chart, command.task)
    items = task_items(task, run.facts, turn.world.site)
    _check_item(task, items, command.item)
    if command.skip is None:
        _check_doing(turn.actor, run, task)
        kind, why = "task-done", None
    else:
        _check_skipping(turn.actor, task)
        kind, why = "task-skipped", command.skip
    for item in _items(run, task, items, command.item):
        turn.emit(turn.draft(kind, run=run.id, task=task.id, item=item, why=why))


def _task(run: Run, chart: Chart, name: str) -> Task:
    for key in chart.path(run.active):
        if name in chart.states[key].tasks:
            return chart.states[key].tasks[name]
    raise _RefusedError(
        Reason("not-now", "the task “{task}” is not to be done now", {"task": name})
    )


def _check_item(task: Task, items: list[str] | None, item: str | None) -> None:
    if item is not None and item not in (items or ()):
        raise _RefusedError(
            Reason(
                "not-now",
                "“{item}” is not one of {items}",
                {"item": item, "items": ", ".join(items or ("-",))},
            )
        )
    if items is not None and item is None and len(items) > 1:
        raise _RefusedError(
            Reason(
                "item",
                "say which: {items}",
                {"items": ", ".join(f"{task.id}/{name}" for name in items)},
                tuple(items),
            )
        )


def _items(run: Run, task: Task, items: list[str] | None, item: str | None) -> Sequence[str | None]:
    chosen: Sequence[str | None] = [None] if items is None else ([item] if item else items)
    for name in chosen:
        key = task.id if name is None else f"{task.id}/{name}"
        if key in run.tasks:
            raise _RefusedError(
                Reason(
                    "done", "{task} is {status} already", {"task": key, "status": run.tasks[key]}
                )
            )
    return chosen


def _check_doing(actor: Actor, run: Run, task: Task) -> None:
    if not may(task.by, actor):
        raise _RefusedError(
            Reason("role", "this is for {roles}", {"roles": ", ".join(task.by)}, task.by)
        )
    if task.evidence and task_mark(task.id) not in run.attached:
        raise _RefusedError(Reason("evidence", "attach evidence first", {}, ("evidence",)))


def _check_skipping(actor: Actor, task: Task) -> None:
    if task.optional and may(task.by, actor):
        return
    if not task.skip_by and not task.optional:
        raise _RefusedError(Reason("skip", "“{task}” cannot be skipped", {"task": task.id}))
    if not (task.skip_by and may(task.skip_by, actor)):
        roles = (*task.skip_by, *(task.by if task.optional else ()))
        raise _RefusedError(
            Reason("role", "this is for {roles}", {"roles": ", ".join(roles)}, roles)
        )


@_carry_out.register
def _(command: SetFact, turn: _Turn) -> None:
    run = _run(turn, command.run)
    chart = turn.chart(run)
    allowed = [chart.states[name].by for name in chart.path(run.active)]
    if not any(may(by, turn.actor) for by in allowed):
        roles = tuple(dict.fromkeys(role for by in allowed for role in by))
        raise _RefusedError(
            Reason("role", "this is for {roles}", {"roles": ", ".join(roles)}, roles)
        )
    turn.emit(turn.draft("fact-set", run=run.id, facts=dict(command.facts)))


@_carry_out.register
def _(command: Note, turn: _Turn) -> None:
    turn.emit(turn.draft("noted", text=command.text))


@_carry_out.register
def _(command: Attach, turn: _Turn) -> None:
    if command.run is not None and command.task is not None:
        run = _run(turn, command.run)
        _task(run, turn.chart(run), command.task)
    turn.emit(
        turn.draft(
            "evidence-attached",
            sha256=command.sha256,
            size=command.size,
            name=command.name,
            run=command.run,
            task=command.task,
        )
    )


@_carry_out.register
def _(command: StartProtocol, turn: _Turn) -> None:
    _check_open(turn)
    turn.start(command.protocol, facts=command.facts, by_person=True)


@_carry_out.register
def _(command: Deviate, turn: _Turn) -> None:
    run = _run(turn, command.run)
    definition = turn.world.definition(run.sha256)
    if definition.deviate_by is None:
        raise _RefusedError(
            Reason("deviate", "{protocol} allows nobody to leave it", {"protocol": definition.id})
        )
    if not may(definition.deviate_by, turn.actor):
        roles = definition.deviate_by
        raise _RefusedError(
            Reason("role", "this is for {roles}", {"roles": ", ".join(roles)}, roles)
        )
    chart = turn.chart(run)
    moved = chart.put(run.active, run.left, command.state)
    draft = turn.draft("deviated", run=run.id, state=command.state, why=command.why)
    turn.transit(run, chart, moved, draft)


@_carry_out.register
def _(command: Tick, turn: _Turn) -> None:
    while turn.case.status == "open":
        due = next((due for due in deadlines(turn.world, turn.case) if not due.passed), None)
        if due is None or due.at > command.at:
            return
        turn.count()
        _pass(turn, due)
        turn.settle()


def _pass(turn: _Turn, due: Due) -> None:
    """A deadline passes: it is recorded, then what it was to do is done."""
    overdue = due.overdue
    turn.emit(turn.deadline(due, step=overdue.step if overdue else None))
    if overdue is None:
        return
    if overdue.notify is not None:
        turn.notify(due.run, overdue.notify)
    if overdue.step is not None:
        _take_overdue(turn, due, overdue)


def _take_overdue(turn: _Turn, due: Due, overdue: Overdue) -> None:
    run = turn.case.runs[due.run]
    step = overdue.step or ""
    verdict = judge(
        turn.world, turn.case, run, turn.chart(run), step, actor=None, at=turn.command.at
    )
    if verdict.reasons:
        turn.emit(
            turn.draft(
                "step-refused",
                turn.engine,
                run=run.id,
                step=step,
                refused=verdict.reasons[0].record(),
            )
        )
        return
    draft = turn.draft("step-taken", turn.engine, run=run.id, step=step, deadline=due.owner)
    turn.take(run, verdict, draft)


def _check_open(turn: _Turn) -> None:
    if turn.case.status != "open":
        raise _RefusedError(Reason("closed", "{case} is closed", {"case": turn.case.id}))


def _run(turn: _Turn, key: str) -> Run:
    _check_open(turn)
    run = turn.case.runs[key]
    if run.status != "active":
        raise _RefusedError(Reason("not-now", "{run} has ended", {"run": key}))
    return run
