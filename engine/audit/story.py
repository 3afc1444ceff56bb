"""How a case went: its records folded once, with the stays in states and the deadlines.

What a report and statistics are made of. Times are when things happened
(``occurred``), which a late typist may have recorded later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from handrail.engine.ledger.record import leaf_hash
from handrail.engine.machine.deadlines import state_deadlines
from handrail.engine.machine.regions import chart_of
from handrail.engine.projection import Loaded, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handrail.engine.machine.state import Case, Run, World
    from handrail.engine.store.rows import Logged

__all__ = ["Entry", "Limit", "Stay", "Story", "story_of"]

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record of the case."""

    seq: int  # its index in the log
    leaf: str  # its leaf hash, hex
    record: Record


@dataclass(slots=True, kw_only=True)
class Stay:
    """A time in a state."""

    run: str
    state: str
    entered: str  # RFC 3339 UTC
    left: str | None = None  # None: it goes on


@dataclass(slots=True, kw_only=True)
class Limit:
    """A deadline that ran."""

    run: str
    state: str
    task: str | None  # None: of the state itself
    due: str  # RFC 3339 UTC
    ended: str | None = None  # when the state was left or the task done; None: it runs
    missed: bool = False
    undone: bool = False  # the state was left in time, its task was not done

    @property
    def status(self) -> str:
        """``met``, ``missed``, ``running`` or ``undone``."""
        if self.missed:
            return "missed"
        if self.ended is None:
            return "running"
        return "undone" if self.undone else "met"


@dataclass(slots=True, kw_only=True)
class Story:
    """A case from its first record to its last."""

    entries: list[Entry] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)  # in the order of entry
    limits: list[Limit] = field(default_factory=list)  # in the order of their beginning
    began: dict[str, str] = field(default_factory=dict)  # run -> when it started
    ended: dict[str, str] = field(default_factory=dict)  # run -> when it ended
    loaded: Loaded

    @property
    def case(self) -> Case:
        """The case as it is."""
        return self.loaded.case


def story_of(world: World, rows: Iterable[Logged]) -> Story | None:
    """Tell the story of a case from all its records; ``None`` where there are none."""
    teller = _Teller(world)
    for row in rows:
        teller.take(row)
    return teller.story()


_Key = tuple[str, str, str | None, str]  # run, state, task, when the state was entered


class _Teller:
    def __init__(self, world: World) -> None:
        self.world = world
        self.loaded: Loaded | None = None
        self.entries: list[Entry] = []
        self.stays: list[Stay] = []
        self.open_stays: dict[tuple[str, str], Stay] = {}
        self.limits: list[Limit] = []
        self.open_limits: dict[_Key, Limit] = {}
        self.began: dict[str, str] = {}
        self.ended: dict[str, str] = {}

    def story(self) -> Story | None:
        if self.loaded is None:
            return None
        return Story(
            entries=self.entries,
            stays=self.stays,
            limits=self.limits,
            began=self.began,
            ended=self.ended,
            loaded=self.loaded,
        )

    def take(self, row: Logged) -> None:
        record: Record = json.loads(row.data)
        leaf = leaf_hash(row.data).hex()
        self.entries.append(Entry(seq=row.seq, leaf=leaf, record=record))
        self.loaded = fold(self.world.definition, self.loaded, record)
        run = self.loaded.case.runs.get(record.get("run", ""))
        if run is None:
            return
        occurred = record["occurred"]
        if record["type"] == "run-started":
            self.began[run.id] = occurred
        elif record["type"] == "run-finished":
            self.ended[run.id] = occurred
        elif record["type"] == "deadline-passed":
            self.miss(record)
        self.stay(run, occurred)
        self.limit(self.loaded.case, run, occurred)

    def stay(self, run: Run, occurred: str) -> None:
        """End the stays that the record ended, begin those that it began."""
        inside = dict.fromkeys(run.active.values()) if run.status == "active" else {}
        for key, stay in list(self.open_stays.items()):
            again = stay.state in inside and run.entered.get(stay.state) == stay.entered
            if key[0] == run.id and not again:
                stay.left = occurred
                del self.open_stays[key]
        for state in inside:
            if (run.id, state) not in self.open_stays:
                stay = Stay(run=run.id, state=state, entered=run.entered.get(state, occurred))
                self.open_stays[run.id, state] = stay
                self.stays.append(stay)

    def limit(self, case: Case, run: Run, occurred: str) -> None:
        """End the deadlines that the record ended, begin those that it began."""
        running = dict(self.running(case, run))
        for key, limit in list(self.open_limits.items()):
            if key[0] == run.id and key not in running:
                self.end(run, key, limit, occurred)
                del self.open_limits[key]
        for key, due in running.items():
            known = self.open_limits.get(key)
            if known is None:
                known = Limit(run=key[0], state=key[1], task=key[2], due=due)
                self.open_limits[key] = known
                self.limits.append(known)
            elif known.due != due:  # what it is counted from has changed
                known.due, known.missed = due, False

    def running(self, case: Case, run: Run) -> Iterator[tuple[_Key, str]]:
        if run.status != "active":
            return
        chart = chart_of(self.world.definition(run.sha256))
        for state in chart.at(run.active).timed:
            for due in state_deadlines(self.world, case, run, state):
                entered = run.entered.get(due.state, "")
                yield (due.run, due.state, due.task, entered), due.at

    @staticmethod
    def end(run: Run, key: _Key, limit: Limit, occurred: str) -> None:
        limit.ended = occurred
        limit.missed = limit.missed or occurred > limit.due
        stays = run.status == "active" and run.entered.get(key[1]) == key[3]
        still_inside = stays and key[1] in run.active.values()
        limit.undone = limit.task is not None and not still_inside and not limit.missed

    def miss(self, record: Mapping[str, Any]) -> None:
        """Note a deadline that was recorded as passed."""
        for limit in reversed(self.limits):
            same = (limit.run, limit.state, limit.task) == (
                record["run"],
                record["state"],
                record.get("task"),
            )
            if same and limit.due == record.get("due"):
                limit.missed = True
                return
