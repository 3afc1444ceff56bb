"""What a guard of a run may look at."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from handrail.engine.machine.guards import UNKNOWN
from handrail.engine.machine.state import task_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from handrail.engine.machine.definition import Task
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import Case, Run

__all__ = ["RunScope", "how_runs_are"]


class RunScope:
    """``guards.Scope`` for a run. ``state`` is the one whose branches are looked at."""

    __slots__ = ("_case", "_chart", "_run", "_site", "facts", "outcome", "state")

    def __init__(
        self,
        case: Case,
        run: Run,
        chart: Chart,
        site: Site,
        given: Mapping[str, object] | None = None,
    ) -> None:
        self._case = case
        self._run = run
        self._chart = chart
        self._site = site
        # The run's facts, and those given with the step.
        self.facts: Mapping[str, object] = {**run.facts, **given} if given else run.facts
        self.state = ""
        self.outcome: object = UNKNOWN  # what ``outcome`` is in a ``done``

    def special(self, name: str) -> object:
        """The value of a reserved or dotted name, or ``UNKNOWN``."""
        reader, rest = _reader(name)
        return UNKNOWN if reader is None else reader(self, rest)

    def status(self, task: Task) -> str:
        """How a task stands: done, skipped or open."""
        return task_status(self._run, task, self.facts, self._site)

    def open(self, tasks: Iterable[Task]) -> list[Task]:
        """Those of the tasks that are still to be done."""
        return [task for task in tasks if self.status(task) == "open"]

    def _read_outcome(self, _: str) -> object:
        return self.outcome

    def _read_tasks(self, name: str) -> object:
        if name:
            task = self._task(name)
            return UNKNOWN if task is None else self.status(task)
        tasks = self._chart.at(self._run.active).tasks.get(self.state, ())
        return "open" if self.open(task for task in tasks if not task.optional) else "done"

    def _task(self, name: str) -> Task | None:
        """A task by its id: an active state's, else the first in the document."""
        for states in (self._chart.at(self._run.active).checklists, self._chart.states.values()):
            for state in states:
                if name in state.tasks:
                    return state.tasks[name]
        return None

    def _read_tracks(self, name: str) -> object:
        active = self._run.active
        for region in self._chart.regions.values():
            if region.track == name and region.id in active:
                return self._chart.outcome(active, region.id) or "active"
        return "none"

    def _read_runs(self, name: str) -> object:
        return how_runs_are(self._case, name)

    def _read_setting(self, name: str) -> object:
        return self._run.settings.get(name, UNKNOWN)

    def _read_incident(self, name: str) -> object:
        lifecycle = self._case.runs.get(self._case.lifecycle or "")
        return UNKNOWN if lifecycle is None else lifecycle.facts.get(name, UNKNOWN)

    def _read_site(self, name: str) -> object:
        value = self._site.special(name)
        return UNKNOWN if value is None else value


def how_runs_are(case: Case, name: str) -> str:
    """What ``runs`` is in a guard: of all beside the lifecycle; or ``runs.NAME``: of a protocol's.

    How those of one protocol are, or how the last of them ended.
    """
    found = "none" if name else "finished"
    for run in case.runs.values():
        if run.id == case.lifecycle or (name and run.protocol != name):
            continue
        if run.status == "active":
            return "active"
        if name:
            found = run.outcome or run.status
    return found


_SPECIAL: Final[dict[str, Callable[[RunScope, str], object]]] = {
    "outcome": RunScope._read_outcome,  # noqa: SLF001 - the table of its own readers
    "tasks": RunScope._read_tasks,  # noqa: SLF001 - the same
    "tracks": RunScope._read_tracks,  # noqa: SLF001 - the same
    "runs": RunScope._read_runs,  # noqa: SLF001 - the same
    "setting": RunScope._read_setting,  # noqa: SLF001 - the same
    "incident": RunScope._read_incident,  # noqa: SLF001 - the same
    "site": RunScope._read_site,  # noqa: SLF001 - the same
}


@lru_cache(maxsize=1_024)
def _reader(name: str) -> tuple[Callable[[RunScope, str], object] | None, str]:
    head, _, rest = name.partition(".")
    return _SPECIAL.get(head), rest
