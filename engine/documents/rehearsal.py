"""The stage of a scenario: a case with one run of the protocol, people, and a clock.

The machine is the real one. What the protocol starts or waits for is a stand-in
that does nothing until the scenario says how it ends; incidents follow a stand-in
lifecycle, unless it is a lifecycle that is rehearsed.
"""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from handrail.engine.clock import parse_instant, stamp
from handrail.engine.machine import commands as do
from handrail.engine.machine.build import build
from handrail.engine.machine.commands import Actor
from handrail.engine.machine.deadlines import deadlines
from handrail.engine.machine.decide import Decision, decide
from handrail.engine.machine.definition import StartRun
from handrail.engine.machine.facts import read_value
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.state import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handrail.engine.machine.definition import Definition, Effect
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import Case, Run

__all__ = ["BEGINNING", "SEALED", "Stage", "started"]

BEGINNING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)  # a Monday morning
_STAND_IN = "rehearsed-incident"
SEALED = {"sd": "rehearsal"}  # what stands for every personal value
_MOST_TICKS = 1_000


class Stage:
    """One rehearsal in progress. ``drafts`` are the records that it has made."""

    def __init__(
        self, definition: Definition, site: Site, ends: Mapping[str, Iterable[str]]
    ) -> None:
        """Set the stage; ``ends`` are the outcomes that stand-ins will be asked to have."""
        self.definition = definition
        self.site = site
        self.now = BEGINNING
        self.drafts: list[Mapping[str, Any]] = []
        known = {definition.id: definition, _STAND_IN: _lifecycle()}
        for name in {*started(definition), *ends} - {definition.id}:
            known[name] = _stand_in(name, ends.get(name, ()))
        by_digest = {one.sha256: one for one in known.values()}
        # Who the site has is not the rehearsal's: the cast plays, whoever bears its names.
        self.world = World(by_digest.__getitem__, known.get, site.but(people={}))
        self.case: Case | None = None

    @property
    def run(self) -> Run:
        """The run of the protocol that is rehearsed."""
        assert self.case is not None  # noqa: S101 - begin comes first
        return self.case.runs[f"{self.definition.id}-1"]

    @property
    def leaves(self) -> tuple[str, ...]:
        """The active states that have no active child."""
        return chart_of(self.definition).leaves(self.run.active)

    def begin(self) -> Decision:
        """Open the incident."""
        alone = self.definition.kind == "lifecycle"
        return self.do(
            do.Open(
                actor=self.actor("rehearsal", ()),
                at=stamp(self.now),
                case="INC-2026-0001",
                protocol=None if alone else self.definition.id,
                lifecycle=self.definition.id if alone else _STAND_IN,
                drill=True,
            )
        )

    def fork(self) -> Stage:
        """The same stage, to be played on from here apart from this one."""
        other = copy(self)
        other.drafts = []
        return other

    def do(self, command: do.Command) -> Decision:
        """Decide a command, and keep what it makes."""
        decision = decide(self.world, self.case, command)
        self.case = decision.case
        self.drafts += decision.drafts
        return decision

    def actor(self, person: str, roles: Iterable[str]) -> Actor:
        """A person of the cast."""
        return Actor(person, tuple(roles), "claimed", "rehearsal")

    def facts(self, given: Mapping[str, Any]) -> dict[str, object]:
        """Canonical values of what is given.

        :raises BadValueError: a value is not of its fact's type.
        """
        return {name: self._fact(name, raw) for name, raw in given.items()}

    def _fact(self, name: str, raw: Any) -> object:
        fact = self.definition.facts[name]
        value = read_value(fact, raw, site=self.site, now=self.now)
        return SEALED if fact.personal else value

    def wait(self, length: timedelta) -> None:
        """Let time pass; each deadline passes when it is due."""
        end = self.now + length
        for _ in range(_MOST_TICKS):
            due = self.next_due()
            if due is None or due > end:
                break
            self._tick(max(due, self.now))
        self._tick(end)

    def next_due(self) -> datetime | None:
        """When the next deadline passes; ``None``: none runs."""
        assert self.case is not None  # noqa: S101 - begin comes first
        if self.case.status != "open":
            return None
        coming = (due.at for due in deadlines(self.world, self.case) if not due.passed)
        first = next(coming, None)
        return None if first is None else parse_instant(first)

    def _tick(self, at: datetime) -> None:
        self.now = at
        self.do(do.Tick(actor=self.actor("handrail", ()), at=stamp(at)))

    def end(self, protocol: str, outcome: str, actor: Actor) -> Decision | None:
        """Let the stand-in of a protocol end; ``None``: no run of it is active."""
        assert self.case is not None  # noqa: S101 - begin comes first
        for run in self.case.active_runs():
            if run.protocol == protocol:
                step = f"end-{outcome}"
                return self.do(do.TakeStep(actor=actor, at=stamp(self.now), run=run.id, step=step))
        return None


def started(definition: Definition) -> Iterator[str]:
    """The protocols that a definition starts or waits for."""
    for state in definition.states.values():
        if state.run is not None:
            yield state.run
        effects: list[Effect] = [*state.enter, *state.leave]
        effects += [effect for step in state.steps.values() for effect in step.then]
        yield from (effect.protocol for effect in effects if isinstance(effect, StartRun))


def _stand_in(name: str, outcomes: Iterable[str]) -> Definition:
    ends = dict.fromkeys(outcomes)
    steps = {f"end-{outcome}": {"to": f"ended-{outcome}"} for outcome in ends}
    finals = {f"ended-{outcome}": {"final": outcome} for outcome in ends}
    data = {"kind": "protocol", "id": name, "start": "waiting"}
    return build({**data, "states": {"waiting": {"steps": steps}, **finals}}, f"stand-in {name}")


def _lifecycle() -> Definition:
    data = {"kind": "lifecycle", "id": _STAND_IN, "start": "during", "states": {"during": {}}}
    return build(data, _STAND_IN)
