"""A museum at work: the library's scenarios, played through the engine by its people.

Each incident goes along scenarios drawn by lot: its protocol's, those of what that waits
for, and the incident's own. Who acts is anybody with the roles, now and then with a note;
now and then somebody forgets what they had to do, and what comes after it is refused.

It takes minutes to play; HANDRAIL_HOUSE names a folder to keep it in for the next time, and
HANDRAIL_RECORDS says how long it is to be.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from handrail.engine.clock import FixedClock
from handrail.engine.documents.source import read_source
from handrail.engine.durations import parse_duration
from handrail.engine.engine import Engine
from handrail.engine.errors import HandrailError
from handrail.engine.founding import found
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    Move = dict[str, Any]

__all__ = ["house"]

# Of the scenarios, how many in which time runs out; of the moves, how many are forgotten, and
# after how many somebody notes something.
LATE, FORGOTTEN, NOTED = 0.1, 0.02, 0.1
OPENING = ("suspicious-person", "suspicious-object", "suspicious-situation")
SEED = 5
KEPT = os.environ.get("HANDRAIL_HOUSE")


def house(size: int) -> Workspace:
    """A workspace with a log of at least this many records, or the one that is kept."""
    folder = Path(KEPT or tempfile.mkdtemp(prefix="handrail-bench-"))
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    workspace, clock = Workspace(folder / "work"), FixedClock(datetime(2026, 1, 5, 8, tzinfo=UTC))
    if workspace.store.exists():
        return workspace
    found(workspace.root, pack="north-museum", clock=clock)
    with Engine.at(workspace, person="helena", clock=clock) as engine:
        engine.quiet = True
        engine.agree("all")
        House(engine, clock).play(size)
    return workspace


class House:
    """The people, and what they are busy with."""

    def __init__(self, engine: Engine, clock: FixedClock) -> None:
        self.engine = engine
        self.clock = clock
        self.random = Random(SEED)  # noqa: S311 - a play, not a secret
        with engine.reading():
            people = engine.shelf.site().people.values()
        self.roles = {one.id: frozenset(one.roles("2026-01-05")) for one in people}
        self.scenarios: dict[str, list[Move]] = {}
        for path in sorted((files("handrail.protocols") / "scenarios").iterdir(), key=str):
            data = read_source(path.read_bytes(), path.name).data
            if "protocol" in data:
                self.scenarios.setdefault(data["protocol"], []).append(data)

    def play(self, size: int) -> None:
        """One incident after the other, until the log has this many records."""
        while self._size() < size:
            protocol = self.random.choice(OPENING)
            self.engine.person = "anna"
            case = str(self.engine.open(protocol)["id"])
            for scenario in (protocol, "incident"):
                self.scenario(case, self._draw(self.scenarios[scenario]))

    def _size(self) -> int:
        with self.engine.reading() as reader:
            return reader.head().size

    def scenario(self, case: str, data: Move) -> None:
        """Its moves, as far as they can be made."""
        for move in data["play"]:
            ((kind, what), *_) = move.items()
            self._later(self.random.uniform(1, 30))
            if kind == "outcome":
                ((protocol, end),) = what.items()
                ends = [one for one in self.scenarios.get(protocol, ()) if one.get("ends") == end]
                if ends:
                    self.scenario(case, self._draw(ends))
            elif self.random.random() > FORGOTTEN:
                with suppress(HandrailError):
                    self.move(case, data, kind, move)
            if self.random.random() < NOTED:
                self._later(3)
                self.engine.note(case, "A grey van by the dock.")

    def _draw(self, scenarios: list[Move]) -> Move:
        in_time = [one for one in scenarios if not any("wait" in move for move in one["play"])]
        late = self.random.random() < LATE or not in_time
        return self.random.choice(scenarios if late else in_time)

    def _later(self, seconds: float) -> None:
        self.clock.forward(timedelta(seconds=seconds))

    def move(self, case: str, data: Move, kind: str, move: Move) -> None:
        """One move, by anybody with the roles of who makes it."""
        engine, what = self.engine, move[kind]
        cast = data["cast"]
        wanted = set(cast[move.get("by") or next(iter(cast))])
        able = [who for who, roles in self.roles.items() if wanted <= roles]
        engine.person = self.random.choice(able or ["anna"])
        runs = [run for run in engine.view(case)["runs"] if run["protocol"] == data["protocol"]]
        run = runs[-1]["id"] if runs else None
        if kind == "step":
            engine.step(case, what, _typed(move.get("with", {})), run=run)
        elif kind == "confirm":
            engine.confirm(case, what, run=run, yes=not move.get("no", False))
        elif kind == "task":
            engine.task(case, what, item=move.get("item"), skip=move.get("skip"), run=run)
        elif kind == "fact":
            engine.fact(case, _typed(what), run=run)
        elif kind == "start":
            engine.start(case, what)
        elif kind == "deviate":
            engine.deviate(case, what, "a reason", run=run)
        elif kind == "note":
            engine.note(case, what)
        elif kind == "attach":
            engine.attach(case, "photo.jpg", self.random.randbytes(20), run=run)
        elif kind == "wait":
            self.clock.forward(parse_duration(what))
            engine.tick()


def _typed(given: Move) -> dict[str, Any]:
    """As a person would type it."""
    return {key: ",".join(v) if isinstance(v, list) else v for key, v in given.items()}
