"""What is so: a case and its runs. Immutable; only ``apply`` makes new ones.

Named tuples, because a step copies one run and one case, and this is the cheapest
copy that Python has (about 1 µs). The mappings inside are never changed in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from handrail.engine.machine.definition import Definition, Task
    from handrail.engine.machine.regions import Active, History
    from handrail.engine.machine.site import Site

_new = tuple.__new__  # what a named tuple's own constructor calls, a call later

__all__ = ["Case", "Pending", "Run", "World", "passing", "task_items", "task_mark", "task_status"]


class Pending(NamedTuple):
    """A step that waits for other people to confirm it."""

    step: str
    states: tuple[str, ...]  # the states that offer it
    facts: Mapping[str, object]  # given with it, taken when it happens
    actor: Mapping[str, Any]  # who asked for it, as recorded
    occurred: str  # when
    confirmed: Mapping[str, tuple[str, ...]]  # who said yes: id -> roles


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
    passed: frozenset[str]  # deadlines whose passing is recorded (``passing``)
    settings: Mapping[str, object]  # as agreed when the run started
    parent: tuple[str, str] | None  # the run and the running state that wait for this one
    children: Mapping[str, str]  # running state -> the run that it waits for

    def moved(  # noqa: PLR0913, PLR0917 - what a move can change; _replace takes 1 µs more
        self,
        active: Active,
        left: History,
        entered: Mapping[str, str],
        facts: Mapping[str, object],
        tasks: Mapping[str, str],
        attached: frozenset[str],
        pending: Mapping[str, Pending],
        children: Mapping[str, str],
    ) -> Run:
        """The run where it is after a move."""
        parts = (
            self.id,
            self.protocol,
            self.revision,
            self.sha256,
            self.status,
            self.outcome,
            active,
            left,
            entered,
            facts,
            tasks,
            attached,
            pending,
            self.passed,
            self.settings,
            self.parent,
            children,
        )
        return _new(Run, parts)


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
        runs = []
        for run in self.runs.values():  # in the open: a comprehension is a call more
            if run.status == "active":
                runs.append(run)  # noqa: PERF401
        if len(runs) < 2 or runs[0].id != self.lifecycle:  # noqa: PLR2004 - nothing to order
            return runs
        return [*runs[1:], runs[0]]

    def with_run(self, run: Run) -> Case:
        """The same case with one run exchanged."""
        return self._replace(runs={**self.runs, run.id: run})

    def after(self, run: Run) -> Case:
        """The case after a record that left this of a run."""
        key, drill, status, opened, closed, outcome, version, lifecycle, runs = self
        runs = {**runs, run.id: run}
        parts = (key, drill, status, opened, closed, outcome, version + 1, lifecycle, runs)
        return _new(Case, parts)


class World(NamedTuple):
    """What a decision may know beside the case."""

    definition: Callable[[str], Definition]  # by SHA-256
    resolve: Callable[[str], Definition | None]  # by protocol id: the one to start now
    site: Site


def task_mark(task: str) -> str:
    """How a task stands in ``attached`` and ``passed``, apart from a state of the same id."""
    return f"task {task}"


def passing(owner: str, due: str) -> str:
    """How a passed deadline is known again.

    By when it was due, because a state that is entered again, or a fact that is
    corrected, makes another deadline; the same one never passes twice.
    """
    return f"{owner} {due}"


def task_items(task: Task, facts: Mapping[str, object], site: Site) -> list[str] | None:
    """The items of an ``each`` task; ``None`` for a task that is one thing.

    While the list fact is unknown it has none yet: see ``task_status``.
    """
    if task.each is None:
        return None
    if task.each_fact:
        value = facts.get(task.each)
        return [str(item) for item in value] if isinstance(value, list | tuple) else []
    return list(site.registers.get(task.each, {}))


def task_status(run: Run, task: Task, facts: Mapping[str, object], site: Site) -> str:
    """``done``, ``skipped`` or ``open``; an ``each`` task is open while an item is.

    One over a fact that is unknown is open: nothing is guessed.
    """
    if task.each is None:
        return run.tasks.get(task.id, "open")
    if task.each_fact and task.each not in facts:
        return "open"
    items = task_items(task, facts, site) or ()
    return _all_of(run.tasks.get(f"{task.id}/{item}", "open") for item in items)


def _all_of(statuses: Iterable[str]) -> str:
    found = set(statuses)
    if "open" in found:
        return "open"
    return "skipped" if found == {"skipped"} else "done"
