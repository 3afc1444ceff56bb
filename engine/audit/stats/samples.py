"""What statistics know of each incident: times, ends, deadlines, answers; no free text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.story import story_of
from handrail.engine.machine.definition import FactType, Kind
from handrail.engine.store.rows import Filter, IncidentFilter
from handrail.engine.text import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.audit.story import Limit, Story
    from handrail.engine.engine import Engine
    from handrail.engine.machine.definition import Definition, Fact
    from handrail.engine.machine.state import Run, World

__all__ = ["Answer", "Late", "Period", "RunSample", "Sample", "Stretch", "samples"]

_ANSWERS = frozenset({FactType.CHOICE, FactType.YES_NO})  # the facts whose answers are counted
_SEEN = frozenset({FactType.ASSET, FactType.METHOD, FactType.INDICATOR, FactType.ADVERSARY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Which incidents to count; RFC 3339 UTC, by when they were opened."""

    since: str | None = None
    until: str | None = None
    drill: bool | None = False  # None: drills and real ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time that came to its end."""

    what: str  # a state's id, or an outcome
    title: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A deadline, and what became of it."""

    state: str
    task: str | None
    title: str
    status: str  # met | missed | running | undone


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to a question with fixed answers."""

    fact: str
    ask: str
    value: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSample:
    """One protocol as it was carried out in an incident."""

    protocol: str
    title: str
    status: str  # active | finished | cancelled
    began: str
    outcome: Stretch | None  # how it ended, and after how long
    stays: tuple[Stretch, ...]
    limits: tuple[Late, ...]
    answers: tuple[Answer, ...]
    seen: Mapping[str, tuple[str, ...]]  # asset, method, indicator, adversary -> ids
    deviations: int
    refusals: tuple[str, ...]  # codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One incident."""

    incident: str
    opened: str  # RFC 3339 UTC
    status: str
    drill: bool
    runs: tuple[RunSample, ...]
    refusals: tuple[str, ...]  # codes, of what belongs to no run


def samples(engine: Engine, period: Period) -> Iterator[Sample]:
    """Read the incidents of a period, the latest first; within ``engine.reading()``."""
    reader = engine.shelf.reader()
    site = engine.shelf.site()
    for row in reader.incidents(IncidentFilter(drill=period.drill)):
        if period.until is not None and row.opened >= period.until:
            continue
        if period.since is not None and row.opened < period.since:
            continue
        world = engine.shelf.world(site, drill=row.drill)
        story = story_of(world, reader.log(Filter(case=row.id)))
        if story is not None:
            yield _Sampler(world, story, engine.lang).sample()


class _Sampler:
    def __init__(self, world: World, story: Story, lang: str) -> None:
        self.world = world
        self.story = story
        self.lang = lang
        self.refused: dict[str, list[str]] = {}
        self.deviated: Counter[str] = Counter()
        for entry in story.entries:
            self.note(entry.record)

    def note(self, record: Mapping[str, Any]) -> None:
        run = record.get("run", "")
        if record["type"].endswith("-refused"):
            self.refused.setdefault(run, []).append(record["refused"]["code"])
        elif record["type"] == "deviated":
            self.deviated[run] += 1

    def sample(self) -> Sample:
        case = self.story.case
        return Sample(
            incident=case.id,
            opened=case.opened,
            status=case.status,
            drill=case.drill,
            runs=tuple(self.run(run) for run in case.runs.values()),
            refusals=tuple(
                code
                for run, codes in self.refused.items()
                if run not in case.runs
                for code in codes
            ),
        )

    def run(self, run: Run) -> RunSample:
        definition = self.world.definition(run.sha256)
        return RunSample(
            protocol=run.protocol,
            title=pick(definition.title, self.lang),
            status=run.status,
            began=self.story.began[run.id],
            outcome=self.outcome(run, definition),
            stays=tuple(self.stays(run, definition)),
            limits=tuple(
                self.late(limit, definition) for limit in self.story.limits if limit.run == run.id
            ),
            answers=tuple(self.answers(run, definition)),
            seen=_seen(run, definition),
            deviations=self.deviated[run.id],
            refusals=tuple(self.refused.get(run.id, ())),
        )

    def outcome(self, run: Run, definition: Definition) -> Stretch | None:
        ended = self.story.ended.get(run.id)
        if run.outcome is None or ended is None:
            return None
        seconds = _seconds(self.story.began[run.id], ended)
        title = self.title(definition, run.active.get("", ""), run.outcome)
        return Stretch(what=run.outcome, title=title, seconds=seconds)

    def stays(self, run: Run, definition: Definition) -> Iterator[Stretch]:
        for stay in self.story.stays:
            if stay.run != run.id or stay.left is None:
                continue
            state = definition.states.get(stay.state)
            if state is None or state.kind is not Kind.FINAL:
                title = self.title(definition, stay.state, stay.state)
                seconds = _seconds(stay.entered, stay.left)
                yield Stretch(what=stay.state, title=title, seconds=seconds)

    def late(self, limit: Limit, definition: Definition) -> Late:
        title = self.title(definition, limit.state, limit.state)
        state = definition.states.get(limit.state)
        if limit.task is not None and state is not None and limit.task in state.tasks:
            title = pick(state.tasks[limit.task].do, self.lang)
        return Late(state=limit.state, task=limit.task, title=title, status=limit.status)

    def title(self, definition: Definition, state: str, otherwise: str) -> str:
        found = definition.states.get(state)
        return otherwise if found is None else pick(found.title, self.lang) or otherwise

    def answers(self, run: Run, definition: Definition) -> Iterator[Answer]:
        for name, known in run.facts.items():
            fact = definition.facts.get(name)
            if fact is None or fact.type not in _ANSWERS or isinstance(known, dict):
                continue
            ask = pick(fact.ask, self.lang) or name
            for one in _listed(known):
                value, title = self.said(fact, one)
                yield Answer(fact=name, ask=ask, value=value, title=title)

    def said(self, fact: Fact, value: object) -> tuple[str, str]:
        """An answer's id, and its title."""
        if isinstance(value, bool):
            return ("yes", say(self.lang, "yes")) if value else ("no", say(self.lang, "no"))
        return str(value), pick(fact.of.get(str(value), str(value)), self.lang)


def _seen(run: Run, definition: Definition) -> dict[str, tuple[str, ...]]:
    """What was recorded of the site plan's registers; nothing that is sealed."""
    seen: dict[str, tuple[str, ...]] = {}
    for name, value in run.facts.items():
        fact = definition.facts.get(name)
        if fact is not None and fact.type in _SEEN and not isinstance(value, dict):
            kind = fact.type.value
            seen[kind] = (*seen.get(kind, ()), *(str(one) for one in _listed(value)))
    return seen


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
