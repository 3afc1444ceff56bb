"""Plays a site at random through the engine: honest logs of any shape, for the auditor.

Whatever an operator could do happens here: right and wrong steps by right and wrong
people, tasks, second persons, notes, evidence, deviations, deadlines, drills.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.verify import verify
from handrail.engine.clock import FixedClock
from handrail.engine.engine import Engine
from handrail.engine.errors import HandrailError
from handrail.engine.founding import found
from handrail.engine.ledger.checkpoint import VerifierKey
from handrail.engine.sign import sign_head
from handrail.engine.store.sqlite import SqliteStore
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

    from handrail.engine.audit.findings import Depth, Result

ROLES = {
    "anna": ("guard",),
    "bram": ("guard",),
    "carla": ("guard", "shift-lead"),
    "david": ("guard", "shift-lead"),
    "ivo": ("control-room",),
    "karin": ("reception",),
    "esra": ("duty-manager",),
    "felix": ("duty-manager",),
    "greta": ("head-of-security",),
    "helena": ("director",),
}
PROTOCOLS = ("suspicious-person", "suspicious-object", "suspicious-situation", "incident")
START = datetime(2026, 11, 21, 10, tzinfo=UTC)
WORDS = ("by the dock", "a grey van", "naïve visitor — twice", "Möbius")


class Site:
    """A founded site whose protocols are all agreed."""

    def __init__(self, folder: Path) -> None:
        """Found it; the caller has set ``XDG_STATE_HOME``, where its file anchor goes."""
        self.clock = FixedClock(START)
        made = found(folder, pack="north-museum", clock=self.clock)
        self.key = VerifierKey.parse(made["vkey"])
        self.workspace = Workspace(folder)
        self.engine = Engine.at(self.workspace, person="helena", clock=self.clock)
        self.engine.agree("all")

    @classmethod
    def again(cls, folder: Path) -> Site:
        """A site that was founded before, perhaps in another folder."""
        site = cls.__new__(cls)
        site.clock = FixedClock(START + timedelta(hours=1))
        site.workspace = Workspace(folder)
        site.key = VerifierKey.parse(site.workspace.verifier.read_text("utf-8"))
        site.open_again()
        return site

    def open_again(self) -> None:
        """Go on with what was closed."""
        self.engine = Engine.at(self.workspace, person="helena", clock=self.clock)

    @property
    def path(self) -> Path:
        return self.workspace.store

    def sign(self) -> str:
        return sign_head(self.engine).note

    def verify(self, depth: Depth, *against: str, jobs: int = 1) -> Result:
        with SqliteStore.open(self.path) as store:
            return verify(store, [self.key], against=against, depth=depth, jobs=jobs)

    def play(self, random: Random, turns: int) -> None:
        """Do this many things, whatever comes of each."""
        incidents: list[str] = []
        for _ in range(turns):
            self.clock.forward(timedelta(seconds=random.choice((1, 7, 60, 200, 4000))))
            self._as(random, ())
            with suppress(HandrailError):
                if not incidents or random.random() < 0.02:
                    incidents.append(self._open(random))
                else:
                    self._do(random, random.choice(incidents[-3:]))

    def _as(self, random: Random, roles: Sequence[str]) -> None:
        """Let somebody act; mostly one with a role that may."""
        able = [who for who, held in ROLES.items() if not roles or set(held) & set(roles)]
        self.engine.person = random.choice(able if random.random() < 0.9 else [*ROLES])

    def _open(self, random: Random) -> str:
        protocol = random.choice(PROTOCOLS)
        title = random.choice((None, *WORDS))
        view = self.engine.open(protocol, {}, title=title, drill=random.random() < 0.2)
        return str(view["id"])

    def _do(self, random: Random, incident: str) -> None:
        engine = self.engine
        view = engine.view(incident)
        choice = random.random()
        if choice < 0.5 and view["steps"]:
            self._step(random, incident, view)
        elif choice < 0.8 and view["tasks"]:
            self._task(random, incident, view)
        elif choice < 0.81 and view["steps"]:
            step = random.choice(view["steps"])
            given = {each["fact"]: answer(random, each) for each in step["questions"]}
            if given:
                engine.fact(incident, given, run=step["run"])
        elif choice < 0.83:
            engine.note(incident, random.choice(WORDS))
        elif choice < 0.86:
            engine.attach(incident, "photo.jpg", random.randbytes(20))
        elif choice < 0.88:
            engine.start(incident, random.choice(PROTOCOLS))
        elif choice < 0.9 and view["runs"]:
            state = random.choice(view["runs"])["in"]
            engine.deviate(incident, random.choice([*state, "act", "let-go"]), "a reason")
        else:
            engine.tick()

    def _task(self, random: Random, incident: str, view: dict[str, Any]) -> None:
        still = [task for task in view["tasks"] if task["status"] == "open"]
        task = random.choice(still or view["tasks"])
        self._as(random, task["by"])
        skip = "no time" if random.random() < 0.1 else None
        self.engine.task(incident, task["id"], item=task["item"], skip=skip, run=task["run"])

    def _step(self, random: Random, incident: str, view: dict[str, Any]) -> None:
        possible = [step for step in view["steps"] if step["possible"]]
        step = random.choice(possible or view["steps"])
        self._as(random, step["by"])
        if step["pending"] and random.random() < 0.8:
            self._as(random, [step["second"]["role"]] if step["second"] else ())
            self.engine.confirm(incident, step["step"], run=step["run"], yes=random.random() < 0.8)
            return
        given = {each["fact"]: answer(random, each) for each in step["questions"]}
        note = random.choice((None, *WORDS))
        self.engine.step(incident, step["step"], given, run=step["run"], note=note)


def answer(random: Random, question: dict[str, Any]) -> str:
    """Answer a question as a person would type it."""
    options = list(question["of"])
    if options:
        count = random.randint(1, min(3, len(options))) if question["many"] else 1
        return ",".join(random.sample(options, count))
    kind = question["type"]
    known = {"yes-no": random.choice(("yes", "no")), "number": "3", "duration": "10m"}
    return known.get(kind, "10:00" if kind == "time" else random.choice(WORDS))
