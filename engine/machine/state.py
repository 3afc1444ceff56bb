"""What is so: a case and its runs. Immutable; only ``apply`` makes new ones.

Named tuples, because a step copies one run and one case, and this is the cheapest
copy that Python has (about 1 µs). The mappings inside are never changed in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.machine.guards import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from handrail.engine.machine.definition import Definition, Task
    from handrail.engine.machine.regions import Active, Chart, History
    from handrail.engine.machine.site import Site

__all__ = ["Case", "Pending", "Run", "RunScope", "World", "task_items", "task_mark", "task_status"]


class Pending(NamedTuple):
    """A step that waits for other people to confirm it."""

    step: str
    states: tuple[str, ...]  # the states that offer it
    facts: Mapping[str, object]  # given with it, taken when it happens
    actor: Mapping[str, Any]  # who asked for it, as recorded
    occurred: str  # when
    confirmed: tuple[str, ...]  # the ids of those who said yes


class Run(NamedTuple):
    """One protocol being carried out in a case."""

    id: str
    protocol: str
    revision: int
    sha256: str  # pins the definition
    status: str  # active | finished | cancelled
    outcome: str | None
    active: Active  # region -> active child
    left: History  # where remembered states were last left
    entered: Mapping[str, str]  # state -> when it was last entered (occurred)
    facts: Mapping[str, object]  # canonical values, or {"sd": digest} for personal ones
    tasks: Mapping[str, str]  # "TASK" or "TASK/ITEM" -> done | skipped
    attached: frozenset[str]  # states and tasks that evidence was attached to
    pending: Mapping[str, Pending]  # by step
    passed: frozenset[str]  # states and tasks whose deadline has passed
    settings: Mapping[str, object]  # as agreed when the run started
    parent: tuple[str, str] | None  # the run and the running state that wait for this one
    children: Mapping[str, str]  # running state -> the run that it waits for


class Case(NamedTuple):
    """An incident (or a document on its way through agreement)."""

    id: str
    drill: bool
    status: str  # open | closed
    opened: str  # when it happened
    closed: str | None
    outcome: str | None
    version: int  # the number of its records
    lifecycle: str | None  # the id of the lifecycle's run
    runs: Mapping[str, Run]

    def active_runs(self) -> list[Run]:
        """The runs that go on; the lifecycle last, because it waits for the others."""
        runs = [run for run in self.runs.values() if run.status == "active"]
        runs.sort(key=lambda run: run.id == self.lifecycle)
        return runs

    def with_run(self, run: Run) -> Case:
        """The same case with one run exchanged."""
        return self._replace(runs={**self.runs, run.id: run})


class World(NamedTuple):
    """What a decision may know beside the case."""

    definition: Callable[[str], Definition]  # by SHA-256
    resolve: Callable[[str], Definition | None]  # by protocol id: the one to start now
    site: Site


class RunScope:
    """What a guard of a run may look at (``guards.Scope``)."""

    __slots__ = ("_case", "_chart", "_facts", "_outcome", "_run", "_site")

    def __init__(  # noqa: PLR0913 - a scope is these six things
        self,
        case: Case,
        run: Run,
        chart: Chart,
        site: Site,
        *,
        given: Mapping[str, object] | None = None,
        outcome: object = UNKNOWN,
    ) -> None:
        self._case = case
        self._run = run
        self._chart = chart
        self._site = site
        self._facts = {**run.facts, **given} if given else run.facts
        self._outcome = outcome

    @property
    def facts(self) -> Mapping[str, object]:
        """The run's facts, and those given with the step."""
        return self._facts

    def special(self, name: str) -> object:
        """The value of a reserved or dotted name, or ``UNKNOWN``."""
        head, _, rest = name.partition(".")
        reader = _SPECIAL.get(head)
        return UNKNOWN if reader is None else reader(self, rest)

    def _read_outcome(self, _: str) -> object:
        return self._outcome

    def _read_tasks(self, name: str) -> object:
        if name:
            for state in self._chart.states.values():
                if name in state.tasks:
                    return task_status(self._run, state.tasks[name], self._facts, self._site)
            return UNKNOWN
        states = (self._chart.states[key] for key in self._run.active.values())
        tasks = (task for state in states for task in state.tasks.values() if not task.optional)
        statuses = (task_status(self._run, task, self._facts, self._site) for task in tasks)
        return "open" if "open" in statuses else "done"

    def _read_tracks(self, name: str) -> object:
        for region in self._chart.regions.values():
            if region.track == name and region.id in self._run.active:
                return self._chart.outcome(self._run.active, region.id) or "active"
        return "none"

    def _read_runs(self, name: str) -> object:
        runs = [run for run in self._case.runs.values() if run.id != self._case.lifecycle]
        if not name:
            return "active" if any(run.status == "active" for run in runs) else "finished"
        same = [run for run in runs if run.protocol == name]
        if any(run.status == "active" for run in same):
            return "active"
        return (same[-1].outcome or same[-1].status) if same else "none"

    def _read_setting(self, name: str) -> object:
        return self._run.settings.get(name, UNKNOWN)

    def _read_incident(self, name: str) -> object:
        lifecycle = self._case.runs.get(self._case.lifecycle or "")
        return UNKNOWN if lifecycle is None else lifecycle.facts.get(name, UNKNOWN)

    def _read_site(self, name: str) -> object:
        value = self._site.special(name)
        return UNKNOWN if value is None else value


_SPECIAL: dict[str, Callable[[RunScope, str], object]] = {
    "outcome": RunScope._read_outcome,  # noqa: SLF001 - the table of its own readers
    "tasks": RunScope._read_tasks,  # noqa: SLF001 - the same
    "tracks": RunScope._read_tracks,  # noqa: SLF001 - the same
    "runs": RunScope._read_runs,  # noqa: SLF001 - the same
    "setting": RunScope._read_setting,  # noqa: SLF001 - the same
    "incident": RunScope._read_incident,  # noqa: SLF001 - the same
    "site": RunScope._read_site,  # noqa: SLF001 - the same
}


def task_mark(task: str) -> str:
    """How a task stands in ``passed`` and ``attached``, apart from a state of the same id."""
    return f"task {task}"


def task_items(task: Task, facts: Mapping[str, object], site: Site) -> list[str] | None:
    """The items of an ``each`` task; ``None`` for a task that is one thing."""
    if task.each is None:
        return None
    value = facts.get(task.each)
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    return list(site.registers.get(task.each, {}))


def task_status(run: Run, task: Task, facts: Mapping[str, object], site: Site) -> str:
    """``done``, ``skipped`` or ``open``; an ``each`` task is open while an item is."""
    items = task_items(task, facts, site)
    if items is None:
        return run.tasks.get(task.id, "open")
    return _all_of(run.tasks.get(f"{task.id}/{item}", "open") for item in items)


def _all_of(statuses: Iterable[str]) -> str:
    found = set(statuses)
    if "open" in found:
        return "open"
    return "skipped" if found == {"skipped"} else "done"
