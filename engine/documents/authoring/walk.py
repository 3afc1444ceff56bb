"""One way through a protocol on the real machine: what was done, by whom, at what cost."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.clock import parse_instant, stamp
from handrail.engine.documents.authoring.way import Did
from handrail.engine.documents.rehearsal import SEALED
from handrail.engine.machine import commands as do
from handrail.engine.machine.judge import judge, offered
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.state import task_items, task_mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import timedelta

    from handrail.engine.documents.authoring.answers import Answers
    from handrail.engine.documents.authoring.crew import Crew
    from handrail.engine.documents.rehearsal import Stage
    from handrail.engine.machine.decide import Decision
    from handrail.engine.machine.definition import State, Step, Task
    from handrail.engine.machine.judge import Verdict
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Run

__all__ = ["Walk"]

_MOST_TRIES: Final = 60  # things that a step can need before it can be taken


class Walk:
    """A run that goes on; ``way`` is what was done so far. ``fork`` goes on apart."""

    def __init__(self, stage: Stage, crew: Crew, answers: Answers) -> None:
        self.stage = stage
        self.crew = crew
        self.answers = answers
        self.way: tuple[Did, ...] = ()

    def fork(self) -> Walk:
        """The same walk, to go on with apart from this one."""
        other = copy(self)
        other.stage = self.stage.fork()
        return other

    # -- where it is ---------------------------------------------------------------

    @property
    def run(self) -> Run:
        """The run of the protocol."""
        return self.stage.run

    @property
    def chart(self) -> Chart:
        """Its chart."""
        return chart_of(self.stage.definition)

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self.run.status != "active"

    def steps(self) -> Sequence[str]:
        """The names of the steps that active states offer."""
        return [] if self.over else list(offered(self.chart, self.run))

    def judged(self, step: str, given: Mapping[str, object]) -> Verdict:
        """What stands in the way of a step, whoever takes it."""
        stage = self.stage
        assert stage.case is not None  # noqa: S101 - the walk has begun
        return judge(
            stage.world,
            stage.case,
            self.run,
            self.chart,
            step,
            actor=None,
            at=stamp(stage.now),
            given=given,
        )

    def leads_on(self, step: str) -> bool:
        """Whether a step that is offered does anything but record facts."""
        return any(one.to or one.then for one in offered(self.chart, self.run)[step])

    def checklists(self) -> Sequence[State]:
        """The active states that have tasks."""
        return () if self.over else self.chart.at(self.run.active).checklists

    def open_items(self, task: Task) -> Iterator[str | None]:
        """What of a task is still to be done; ``None`` is the task itself."""
        run, items = self.run, task_items(task, self.run.facts, self.stage.site)
        if items is None:
            if task.id not in run.tasks:
                yield None
            return
        yield from (item for item in items if f"{task.id}/{item}" not in run.tasks)

    def waits_for(self) -> Sequence[str]:
        """The protocols that running states wait for."""
        assert self.stage.case is not None  # noqa: S101 - the walk has begun
        return [run.protocol for run in self.stage.case.active_runs() if self._is_other(run)]

    def _is_other(self, run: Run) -> bool:
        return run.id not in {self.run.id, self.stage.case.lifecycle if self.stage.case else ""}

    def may_start(self) -> bool:
        """Whether this is a lifecycle that follows no protocol yet."""
        assert self.stage.case is not None  # noqa: S101 - the walk has begun
        return self.stage.definition.kind == "lifecycle" and len(self.stage.case.runs) == 1

    # -- going on --------------------------------------------------------------------

    def take(self, step: str, given: Mapping[str, object], *, prepare: bool) -> bool:
        """Take a step with what it needs first; false: it cannot be taken here.

        :param prepare: do the tasks that it needs, and wait until it may be taken, too.
        """
        for _ in range(_MOST_TRIES):
            verdict = self.judged(step, given)
            if not verdict.reasons:
                return self._take(step, verdict.steps, given)
            if not self._mend(verdict, prepare=prepare):
                return False
        return False

    def _mend(self, verdict: Verdict, *, prepare: bool) -> bool:
        """Do what the first reason asks for."""
        reason = verdict.reasons[0]
        if reason.code == "evidence":
            return self._attach(None, verdict.offers[0].by)
        if reason.code == "facts" and not verdict.ask:
            return self.set_fact(reason.needs[0])
        if prepare and reason.code == "tasks":
            return self._do_all(reason.needs)
        if prepare and reason.code == "time":
            return self.wait(parse_instant(str(reason.params["time"])) - self.stage.now)
        return False

    def _take(self, step: str, steps: Sequence[Step], given: Mapping[str, object]) -> bool:
        others = [
            p for other in steps[1:] for p in self.crew.people if p not in self.crew.who(other.by)
        ]
        person = self._somebody(steps[0].by, others)
        if person is None:
            return False
        command = do.TakeStep(**self._what(person), step=step, facts=given)
        role = self.crew.role(person, steps[0].by)
        if not self._done(Did("step", step, "", person, role, given), command):
            return False
        return step not in self.run.pending or self._confirm(step, steps, person)

    def _confirm(self, name: str, steps: Sequence[Step], taker: str) -> bool:
        """Have other people confirm, until it happens."""
        asked = {taker}
        for second in (step.second for step in steps if step.second is not None):
            for _ in range(second.count):
                person = self._somebody([second.role], asked)
                if person is None or name not in self.run.pending:
                    break
                asked.add(person)
                command = do.Confirm(**self._what(person), step=name)
                if not self._done(Did("confirm", name, "", person, second.role), command):
                    return False
        return name not in self.run.pending

    def task(self, task: Task, item: str | None = None, *, skip: bool = False) -> bool:
        """Do a task, or skip it; false: nobody can."""
        by = task.by if not skip or task.optional else task.skip_by
        person = self._somebody(by)
        if person is None:
            return False
        if task.evidence and not skip and task_mark(task.id) not in self.run.attached:
            self._attach(task.id, by)
        name = task.id if item is None else f"{task.id}/{item}"
        why = SEALED if skip else None
        command = do.DoTask(**self._what(person), task=task.id, item=item, skip=why)
        return self._done(Did("task", name, "", person, self.crew.role(person, by)), command)

    def _do_all(self, names: Collection[str]) -> bool:
        """Do the first open part of the tasks named."""
        for state in self.checklists():
            for task in state.tasks.values():
                if task.id in names:
                    if task.each_fact and task.each not in self.run.facts:
                        return self.set_fact(str(task.each))
                    for item in self.open_items(task):
                        return self.task(task, item)
        return False

    def set_fact(self, name: str, value: object | None = None) -> bool:
        """Record a fact apart from a step; false: there is no legal value, or nobody may."""
        if value is None:
            values = self.answers.of(name, self.stage.now)
            if not values:
                return False
            value = values[0]
        by = [self.chart.states[key].by for key in self.chart.path(self.run.active)]
        person = self._somebody(() if not all(by) else [role for roles in by for role in roles])
        if person is None:
            return False
        command = do.SetFact(**self._what(person), facts={name: value})
        return self._done(Did("fact", name, "", person, facts={name: value}), command)

    def end(self, protocol: str, outcome: str) -> bool:
        """Let a protocol that is waited for end."""
        actor = self.stage.actor(protocol, ())
        return self._note(
            Did("outcome", f"{protocol}: {outcome}", ""), self.stage.end(protocol, outcome, actor)
        )

    def start(self, protocol: str) -> bool:
        """Start a protocol in the same incident."""
        person = self._somebody(())
        if person is None:
            return False
        command = do.StartProtocol(**self._who(person), protocol=protocol)
        return self._done(Did("start", protocol, "", person), command)

    def wait(self, length: timedelta) -> bool:
        """Let time pass, and with it what is due."""
        before = len(self.stage.drafts)
        self.stage.wait(length)
        self._keep(Did("wait", "", ""), before)
        return True

    # -- doing ---------------------------------------------------------------------

    def _attach(self, task: str | None, by: Sequence[str]) -> bool:
        person = self._somebody(by)
        if person is None:
            return False
        what = self._what(person)
        command = do.Attach(**what, sha256="0" * 64, size=1, name=SEALED, task=task)
        return self._done(
            Did("attach", task or "", "", person, self.crew.role(person, by)), command
        )

    def _somebody(self, by: Sequence[str], but: Collection[str] = ()) -> str | None:
        """Who acted last, where they may; else the first who may."""
        known = self.crew.who(by, but)
        last = next((did.by for did in reversed(self.way) if did.by), "")
        return last if last in known else next(iter(known), None)

    def _who(self, person: str) -> dict[str, Any]:
        actor = self.stage.actor(person, self.crew.people[person])
        return {"actor": actor, "at": stamp(self.stage.now)}

    def _what(self, person: str) -> dict[str, Any]:
        return {**self._who(person), "run": self.run.id}

    def _done(self, did: Did, command: do.Command) -> bool:
        return self._note(did, self.stage.do(command))

    def _note(self, did: Did, decision: Decision | None) -> bool:
        if decision is None or decision.refusal:
            return False
        self._keep(did, len(self.stage.drafts) - len(decision.drafts))
        return True

    def _keep(self, did: Did, before: int) -> None:
        drafts = self.stage.drafts[before:]
        late = tuple(
            str(draft.get("task") or draft["state"])
            for draft in drafts
            if draft["type"] == "deadline-passed"
        )
        self.way = (
            *self.way,
            did._replace(at=stamp(self.stage.now), late=late, leaves=self.stage.leaves),
        )
