"""Who was heard about a revision, and what they said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.machine.agreement import CONSULTED
from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from handrail.engine.charter.seat import Seat
    from handrail.engine.machine.state import Run

__all__ = ["hearing"]


def hearing(table: Seat, run: Run) -> list[dict[str, Any]]:
    """One entry for each role that is consulted: what its people said last in this run.

    ``says`` is ``yes``, ``no`` (with ``facts``: the reason, sealed), ``waived`` (the run
    went on without them) or ``open``.
    """
    row = table.subject(run.id)
    heard = {role: _Heard(role) for role in table.heard(run, row)}
    tasks = _tasks(table, run)
    for record in table.dossier.of_run(run.id):
        for one in heard.values():
            one.take(record, tasks)
    return [one.row() for one in heard.values()]


def _tasks(table: Seat, run: Run) -> dict[str, tuple[str, ...]]:
    """The tasks by which people are heard, with the states in which they are."""
    chart = chart_of(table.engine.shelf.definition(run.sha256))
    found: dict[str, tuple[str, ...]] = {}
    for state in chart.states.values():
        inside = tuple(name for name in chart.states if state.id in chart.ancestors[name])
        for task in state.tasks.values():
            if task.each == CONSULTED:
                found[task.id] = inside
    return found


class _Heard:
    """What one role said, as the records tell it."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.says = "open"
        self.last: dict[str, Any] = {}

    def take(self, record: Any, tasks: dict[str, tuple[str, ...]]) -> None:
        kind = record["type"]
        if kind == "task-done" and record["task"] in tasks and record.get("item") == self.role:
            self._say("yes", record)
        elif kind in {"step-taken", "moved"}:
            self._moved(record, {name for names in tasks.values() for name in names})

    def _moved(self, record: Any, hearing: set[str]) -> None:
        """A move out of the hearing, or into a new one."""
        before, after = not hearing.isdisjoint(record["from"]), not hearing.isdisjoint(record["to"])
        if after and not before:
            self.says, self.last = "open", {}
        if before and not after:
            if record["type"] == "step-taken" and self.role in record["actor"]["roles"]:
                self._say("yes" if self.says == "yes" else "no", record)
            elif self.says == "open":
                self._say("waived", record)

    def _say(self, what: str, record: Any) -> None:
        self.says, self.last = what, record

    def row(self) -> dict[str, Any]:
        who = self.last.get("actor", {}).get("id")
        return {
            "role": self.role,
            "says": self.says,
            "by": who,
            "at": self.last.get("occurred"),
            "step": self.last.get("step"),
            "facts": self.last.get("facts", {}),
        }
