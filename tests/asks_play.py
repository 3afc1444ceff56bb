"""Small protocols whose decisions hang on what is easily forgotten, and those who play them.

On a task and a time of a state that was left, on how other runs are and ended, on facts of
the incident, on who waits for a run and who hears of it, on which deadlines were due.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from audit_play import Site

from handrail.engine.clock import stamp
from handrail.engine.documents.source import read_source
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from random import Random

    from handrail.engine.engine import Engine

__all__ = ["ASKS", "HEAD", "Asked", "founded_to_ask", "play_asked"]

HEAD = """\
handrail: 1
kind: protocol
id: {id}
revision: 1
title: {id}
purpose: To be asked about.
owner: head-of-security
addresses:
  {{assets: [visitors], adversaries: [organised-thieves], methods: [hostile-reconnaissance]}}
impact: {{level: low, text: None.}}
"""
ASKS = """\
facts: {when: {type: time, ask: When was it?}}
start: first
states:
  first:
    by: [guard]
    tasks: {round: {do: Walk., by: [guard], optional: true}}
    steps: {on: {to: second}, wait: {to: waits}}
  second:
    by: [guard]
    steps:
      by-task: {to: [{state: over, when: {tasks.round: done}}]}
      by-run: {to: [{state: over, when: {runs.other: good}}]}
      by-incident: {to: [{state: over, when: {incident.lessons: some}}]}
      timed: {to: timed}
      short: {to: short}
      dated: {ask: [when], to: dated}
      patient: {to: patient}
  waits:
    run: other
    done: [{state: over, when: {outcome: good}}, {state: second}]
  timed:
    by: [guard]
    within: {time: 30m, since: states.first}
    overdue: {notify: {to: [duty-manager], text: Late.}}
    steps: {end: {to: over}, back: {to: second}}
  short:
    by: [guard]
    within: 10m
    overdue: {notify: {to: [duty-manager], text: Late.}}
    steps: {end: {to: over}, back: {to: second}}
  patient:
    by: [guard]
    steps: {end: {to: third, after: 30m}}
  third: {by: [guard], steps: {end: {to: over}}}
  dated:
    by: [guard]
    within: {time: 20m, since: when}
    overdue: {notify: {to: [duty-manager], text: Late.}}
    steps: {end: {to: over}, back: {to: second}}
  over: {final: over}
"""
OTHER = """\
start: goes
states:
  goes:
    by: [guard]
    within: 20m
    overdue: {notify: {to: [duty-manager], text: Late.}}
    steps: {good: {to: good}, bad: {to: bad}}
  good: {final: good}
  bad: {final: bad}
"""
HEARS = """\
start: hears
states:
  hears:
    by: [guard]
    next: [{state: over, when: {any: [{runs.other: good}, {incident.lessons: some}]}}]
    steps: {stop: {to: over}}
  over: {final: over}
"""
ONLY = """\
start: first
states:
  first:
    by: [guard]
    steps: {go: {to: [{state: over, when: {incident.lessons: {known: true}}}, {state: second}]}}
  second: {by: [guard], steps: {end: {to: over}}}
  over: {final: over}
"""


SLOW = """\
start: slows
states:
  slows:
    by: [guard]
    within: 10m
    overdue: {notify: {to: [duty-manager], text: Late.}}
    steps: {end: {to: over, after: 1m}}
  over: {final: over}
"""


def founded_to_ask(folder: Path) -> Site:
    """A site where these are in force; the caller has set ``XDG_STATE_HOME``."""
    site = Site(folder)
    agreed(site, {"asks": ASKS, "other": OTHER, "hears": HEARS, "only": ONLY, "slow": SLOW})
    return site


def agreed(site: Site, documents: Mapping[str, str]) -> None:
    """Put these in force."""
    sources = [
        read_source((HEAD.format(id=name) + text).encode(), f"{name}.yaml")
        for name, text in documents.items()
    ]
    site.engine.person = "greta"
    site.engine.register(sources)
    site.engine.person = "helena"
    site.engine.agree(list(documents))
    site.engine.person = "anna"


class Asked(NamedTuple):
    """One incident."""

    engine: Engine
    clock: Any
    case: str

    def later(self, minutes: float) -> None:
        self.clock.forward(timedelta(minutes=minutes))

    def step(self, *names: str, run: str = "asks-1") -> None:
        for name in names:
            self.later(0.1)
            self.engine.step(self.case, name, run=run)

    def dated(self, minutes: int) -> None:
        self.later(0.1)
        when = stamp(self.clock.now() + timedelta(minutes=minutes))
        self.engine.step(self.case, "dated", {"when": when}, run="asks-1")

    def start(self, name: str) -> None:
        self.later(0.1)
        self.engine.start(self.case, name)

    def lessons(self, value: str) -> None:
        self.later(0.1)
        self.engine.fact(self.case, {"lessons": value}, run="incident-1")

    def task(self) -> None:
        self.later(0.1)
        self.engine.task(self.case, "round", run="asks-1")

    def other(self, end: str) -> None:
        self.start("other")
        self.step(end, run="other-1")

    def tick(self, minutes: float) -> None:
        self.later(minutes)
        self.engine.tick()


def play_asked(site: Site, random: Random, incidents: int) -> None:
    """Some incidents, in each of which a few things are done that can be done.

    In the first a protocol comes again when it has ended, in the second a deadline runs from
    a fact, in the third and fourth it counts for one that begins how another ended, in the
    fifth another protocol is agreed in between, in the sixth a step has to wait, in the
    seventh a deadline of minutes runs, in the eighth the clock finds one of two deadlines.
    """

    def opened() -> Asked:
        return Asked(site.engine, site.clock, str(site.engine.open("asks")["id"]))

    first, second = opened(), opened()
    first.start("hears")
    first.step("stop", run="hears-1")
    first.start("hears")
    second.step("on")
    second.dated(0)
    second.step("end")
    for end in ("good", "bad"):
        play = opened()
        play.step("on", "timed", "end")
        play.other(end)
        play.start("hears")
    fifth = opened()
    fifth.start("hears")
    agreed(site, {"more": ONLY})
    fifth.step("stop", run="hears-1")
    fifth.start("hears")
    sixth, seventh, eighth = opened(), opened(), opened()
    sixth.step("on", "patient")
    sixth.later(30)
    sixth.step("end")
    seventh.step("on", "short", "back")
    eighth.start("other")
    eighth.later(15)
    eighth.start("slow")
    eighth.tick(6)
    for _ in range(incidents):
        play = opened()
        for _ in range(random.randint(3, 9)):
            with suppress(HandrailError):
                random.choice(MOVES)(play, random)


STEPS = ("on", "wait", "by-task", "by-run", "by-incident", "timed", "short", "end", "back")
MOVES: tuple[Callable[[Asked, Random], object], ...] = (
    lambda play, random: play.step(random.choice(STEPS)),
    lambda play, random: play.step(random.choice(STEPS)),
    lambda play, random: play.start(random.choice(("other", "hears"))),
    lambda play, random: play.step(random.choice(("good", "bad")), run="other-1"),
    lambda play, _: play.step("stop", run="hears-1"),
    lambda play, random: play.lessons(random.choice(("some", "none"))),
    lambda play, _: play.task(),
    lambda play, random: play.dated(random.choice((-15, 0, 15))),
    lambda play, random: play.tick(random.choice((1, 12, 25, 40))),
    lambda play, random: play.later(random.choice((5, 12, 25))),
)
