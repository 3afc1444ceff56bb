"""An incident as it is shown: the shape of ``show --json`` (docs/cli.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import agreed
from handrail.engine.machine.deadlines import deadlines
from handrail.engine.machine.judge import Reason, judge, may, offered
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.site import REGISTERS
from handrail.engine.machine.state import task_items
from handrail.engine.machine.steps import nobody_else
from handrail.engine.messages import say_message, say_value
from handrail.engine.refused import told
from handrail.engine.sealing import Unsealed
from handrail.engine.text import pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.definition import Definition, Fact, Step, Task
    from handrail.engine.machine.judge import Verdict
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Run, World
    from handrail.engine.projection import Loaded
    from handrail.engine.store.base import Reader
    from handrail.engine.store.rows import Head

__all__ = ["View", "receipt_of", "view_of"]

View = dict[str, Any]


def receipt_of(loaded: Loaded, head: Head) -> View:
    """What a change comes to, in short: the incident's state and the log's head."""
    case = loaded.case
    pending: list[View] = []
    for one in case.runs.values():
        if one.pending:  # seldom
            active = case.active_runs()
            pending = [{"run": run.id, "step": step} for run in active for step in run.pending]
            break
    return {
        "id": case.id,
        "drill": case.drill,
        "status": case.status,
        "phase": loaded.phase,
        "version": case.version,
        "head": {"size": head.size, "root": head.root.hex()},
        "pending": pending,
    }


def view_of(  # noqa: PLR0913 - what is shown, to whom, when, in which language
    reader: Reader, world: World, loaded: Loaded, *, head: Head, actor: Actor, at: str, lang: str
) -> View:
    """Build the view of an incident for one person at one time (RFC 3339 UTC)."""
    viewer = _Viewer(reader, world, loaded, actor, at, lang)
    return receipt_of(loaded, head) | viewer.view()


class _Viewer:
    def __init__(  # noqa: PLR0913, PLR0917 - as ``view_of``
        self, reader: Reader, world: World, loaded: Loaded, actor: Actor, at: str, lang: str
    ) -> None:
        self.reader = reader
        self.world = world
        self.loaded = loaded
        self.case = loaded.case
        self.actor = actor
        self.at = at
        self.lang = lang
        sealed = [run.facts for run in self.case.runs.values()]
        whys = [record.get("why") for record in loaded.deviations]
        told = [record.get("note") or record.get("text") for record in loaded.notes]
        names = [record.get("name") for record in loaded.evidence]
        parts = [loaded.title, sealed, whys, told, names]
        self.unsealed = Unsealed(reader, {self.case.id: parts})

    def view(self) -> View:
        case = self.case
        runs = [run for run in case.runs.values() if run.id != case.lifecycle]
        lifecycle = case.runs.get(case.lifecycle or "")
        active = case.active_runs()
        return {
            "title": self.unsealed.show(self.loaded.title),
            "opened": case.opened,
            "closed": case.closed,
            "outcome": case.outcome,
            "runs": [self.run(run) for run in runs],
            "lifecycle": None if lifecycle is None else self.run(lifecycle),
            "facts": {run.id: self.facts(run) for run in case.runs.values() if run.facts},
            "tasks": [task for run in active for task in self.tasks(run)],
            "deadlines": self.deadlines(),
            "steps": [step for run in active for step in self.steps(run)],
            "messages": [self.message(record) for record in self.loaded.messages],
            "deviations": [self.deviation(record) for record in self.loaded.deviations],
            "notes": [self.note(record) for record in self.loaded.notes],
            "evidence": [self.evidence(record) for record in self.loaded.evidence],
            "people": list(self.loaded.people),
        }

    def definition(self, run: Run) -> Definition:
        return self.world.definition(run.sha256)

    def run(self, run: Run) -> View:
        definition = self.definition(run)
        chart = chart_of(definition)
        names = chart.path(run.active) if run.status == "active" else ()
        return {
            "id": run.id,
            "protocol": run.protocol,
            "title": pick(definition.title, self.lang),
            "revision": run.revision,
            "sha256": run.sha256,
            "agreed": self.agreed(run),
            "status": run.status,
            "outcome": run.outcome,
            "in": list(chart.leaves(run.active)),
            "states": [self.state(definition, run, name) for name in names],
            "parent": None if run.parent is None else run.parent[0],
        }

    def agreed(self, run: Run) -> View | None:
        """Who agreed to what it runs on; ``None`` of a drill on what is not in force."""
        found = agreed(self.reader, run.protocol, run.sha256)
        return None if found is None else found.row()

    def state(self, definition: Definition, run: Run, name: str) -> View:
        state = definition.states[name]
        return {
            "id": name,
            "title": pick(state.title, self.lang) or name,
            "guide": pick(state.guide, self.lang),
            "by": list(state.by),
            "entered": run.entered[name],
            "waits_for": run.children.get(name),
        }

    def facts(self, run: Run) -> View:
        return {name: self.unsealed.show(value) for name, value in run.facts.items()}

    # -- tasks and deadlines -----------------------------------------------------

    def tasks(self, run: Run) -> Iterator[View]:
        chart = chart_of(self.definition(run))
        for name in chart.path(run.active):
            for task in chart.states[name].tasks.values():
                for item in task_items(task, run.facts, self.world.site) or (None,):
                    yield self.task(run, name, task, item)

    def task(self, run: Run, state: str, task: Task, item: str | None) -> View:
        key = task.id if item is None else f"{task.id}/{item}"
        return {
            "run": run.id,
            "id": task.id,
            "item": item,
            "item_title": self.called(run, task, item),
            "status": run.tasks.get(key, "open"),
            "do": pick(task.do, self.lang),
            "optional": task.optional,
            "evidence": task.evidence,
            "state": state,
            "by": list(task.by),
            "mine": may(task.by, self.actor),
        }

    def called(self, run: Run, task: Task, item: str | None) -> str | None:
        """What an item of a task is called; ``None``: the task has none."""
        if item is None or task.each is None:
            return None
        fact = self.definition(run).facts.get(task.each) if task.each_fact else None
        if fact is not None:
            return say_value(fact, item, self.world.site, self.lang)
        return pick(self.world.site.registers[task.each].get(item, item), self.lang)

    def deadlines(self) -> list[View]:
        return [
            {
                "run": due.run,
                "state": due.state,
                "task": due.task,
                "due": due.at,
                "overdue": due.passed or due.at <= self.at,
            }
            for due in deadlines(self.world, self.case)
        ]

    # -- steps -------------------------------------------------------------------

    def steps(self, run: Run) -> Iterator[View]:
        chart = chart_of(self.definition(run))
        for name, declared in offered(chart, run).items():
            verdict = judge(self.world, self.case, run, chart, name, actor=self.actor, at=self.at)
            yield self.step(run, chart, declared, verdict)

    def step(self, run: Run, chart: Chart, declared: Sequence[Step], verdict: Verdict) -> View:
        first = declared[0]
        steps = verdict.offers or declared
        reasons = [reason for reason in verdict.reasons if not _is_asked(reason, verdict)]
        pending = self.pending(run, first)
        if pending is not None:
            reasons.append(_waits(pending))
        elif lacking := nobody_else(self.world.site, chart, steps, self.actor, self.at):
            reasons.append(lacking)
        asked = dict.fromkeys([*verdict.ask, *(name for step in steps for name in step.ask)])
        return {
            "run": run.id,
            "step": first.id,
            "state": first.state,  # the state that offers it
            "title": pick(first.title, self.lang) or first.id,
            "guide": pick(first.guide, self.lang),
            "possible": not reasons,
            "why_not": [
                {"code": reason.code, "text": told(reason, self.lang)} for reason in reasons
            ],
            "ask": list(verdict.ask),
            "questions": [self.question(run, name, verdict.ask) for name in asked],
            "by": list(first.by),
            "second": None
            if first.second is None
            else {"role": first.second.role, "count": first.second.count},
            "pending": pending,
        }

    def pending(self, run: Run, step: Step) -> View | None:
        pending = run.pending.get(step.id)
        if pending is None or step.second is None:
            return None
        return {
            "by": pending.actor["id"],
            "mine": pending.actor["id"] == self.actor.id,
            "since": pending.occurred,
            "role": step.second.role,
            "have": len(pending.confirmed),
            "need": step.second.count,
        }

    def question(self, run: Run, name: str, unknown: Sequence[str]) -> View:
        fact = self.definition(run).facts[name]
        return {
            "fact": name,
            "type": fact.type.value,
            "ask": pick(fact.ask, self.lang) or name,
            "of": self.options(fact),
            "many": fact.many,
            "unit": pick(fact.unit, self.lang) or None,
            "required": name in unknown,
            "value": self.unsealed.show(run.facts.get(name)),
        }

    def options(self, fact: Fact) -> dict[str, str]:
        register = REGISTERS.get(fact.type)
        titles = self.world.site.registers.get(register, {}) if register else fact.of
        return {key: pick(title, self.lang) for key, title in titles.items()}

    # -- what was said -----------------------------------------------------------

    def message(self, record: Mapping[str, Any]) -> View:
        run = self.case.runs[record["run"]]
        text = say_message(
            record["text"],
            self.case,
            run.id,
            self.definition(run),
            unsealed=self.unsealed,
            site=self.world.site,
            lang=self.lang,
        )
        return {"run": run.id, "to": record["to"], "text": text, "occurred": record["occurred"]}

    def note(self, record: Mapping[str, Any]) -> View:
        return {
            "by": record["actor"]["id"],
            "step": record.get("step"),
            "text": self.unsealed.show(record.get("note") or record.get("text")),
            "occurred": record["occurred"],
        }

    def evidence(self, record: Mapping[str, Any]) -> View:
        return {
            "by": record["actor"]["id"],
            "name": self.unsealed.show(record.get("name")),
            "sha256": record["sha256"],
            "size": record["size"],
            "task": record.get("task"),
            "occurred": record["occurred"],
        }

    def deviation(self, record: Mapping[str, Any]) -> View:
        return {
            "run": record["run"],
            "from": record["from"],
            "to": record["to"],
            "by": record["actor"]["id"],
            "why": self.unsealed.show(record.get("why")),
            "occurred": record["occurred"],
        }


def _is_asked(reason: Reason, verdict: Verdict) -> bool:
    """Whether a reason only says that a question of the step is still to be answered."""
    return reason.code == "facts" and set(reason.needs) <= set(verdict.ask)


def _waits(pending: View) -> Reason:
    return Reason(
        "second",
        "waits for {role} to confirm ({have} of {need})",
        {"role": pending["role"], "have": str(pending["have"]), "need": str(pending["need"])},
    )
