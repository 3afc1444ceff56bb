"""Plays a site as people really use it: operators, administrators and management by turns.

``audit_play`` plays incidents. Here documents are revised, agreed to, retired and
migrated to, some of them random machines; personal data is held, redacted and exported;
the log is signed, verified and gets new keys; people are turned away; the clock errs.
"""

from __future__ import annotations

import json
import re
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Self

from audit_play import ROLES, START, WORDS, Site
from machine_random import random_protocol

from handrail.engine.audit.findings import Depth
from handrail.engine.audit.verify import verify
from handrail.engine.charter.register import begin_agreement, put, put_site
from handrail.engine.charter.steps import step as take_step
from handrail.engine.clock import FixedClock
from handrail.engine.custody.export import export
from handrail.engine.custody.found import Wanted
from handrail.engine.custody.hold import hold
from handrail.engine.custody.logkey import held_keys
from handrail.engine.custody.redact import Ground, redact
from handrail.engine.custody.retention import apply_retention
from handrail.engine.custody.rotate import rotate_key
from handrail.engine.custody.verified import record_verification
from handrail.engine.documents.check import check_all
from handrail.engine.documents.source import read_source
from handrail.engine.engine import Engine
from handrail.engine.errors import HandrailError
from handrail.engine.ledger.checkpoint import LogKey
from handrail.engine.people import account, identify, library_actor
from handrail.engine.store.rows import Filter, IncidentFilter
from handrail.engine.store.sqlite import SqliteStore
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from random import Random

    from handrail.engine.audit.findings import Result
    from handrail.engine.store.base import Reader

__all__ = ["LIBRARIES", "House", "founded"]

# Each is a site's library. Reading a document costs an auditor more than a case does, so
# most are small.
LIBRARIES = (
    ("incident", "suspicious-person", "shift-lead-assessment", "security-policy"),
    ("incident", "suspicious-object", "shift-lead-assessment", "security-policy"),
    ("incident", "suspicious-situation", "shift-lead-assessment", "security-policy"),
    (
        "incident",
        "bomb-threat-telephone",
        "suspicious-object",
        "shift-lead-assessment",
        "security-policy",
        "lesson",
    ),
)
GUARDS = ("bram", "chidi")  # who may leave
# What an agreement rests on; and retention, which the shipped site plan has none of.
CONDITIONS = {
    "handrail": 1,
    "purpose": "Try.",
    "owner": "head-of-security",
    "addresses": {
        "assets": ["visitors"],
        "adversaries": ["organised-thieves"],
        "methods": ["hostile-reconnaissance"],
    },
    "impact": {"level": "low", "text": "None."},
}
RULES = """
may: {export: [director], register: [head-of-security, director]}
retention:
  all: {keep: 1h, basis: "No reason left."}
"""


def founded(folder: Path, library: Sequence[str]) -> Path:
    """Found the North Museum with these documents alone, all agreed to."""
    workspace, shipped = Workspace(folder), files("handrail.protocols")
    origin = "handrail.example/honest"
    workspace.key.parent.mkdir(parents=True)
    key = LogKey.generate(origin)
    key.save(workspace.key)
    workspace.mark.write_text("handrail: 1\nkind: workspace\n", "utf-8")
    workspace.verifier.write_text(f"{key.verifier}\n", "utf-8")
    SqliteStore.create(workspace.store, origin).close()
    sources = [shipped / "packs" / "north-museum" / "site.yaml"]
    sources += [shipped / f"{name}.yaml" for name in ("agreement", *library)]
    plan, *rest = check_all([(str(source), source.read_bytes()) for source in sources])
    with Engine.at(workspace, person="helena", clock=FixedClock(START)) as engine:
        with engine.writing() as writer:
            put_site(engine, writer, plan, library_actor())
            for row in [put(engine, writer, one, library_actor()) for one in rest]:
                begin_agreement(engine, writer, row, library_actor())
        engine.agree("all")
    return folder


class House(Site):
    """A copy of a founded site, with everything that people do there."""

    def __init__(self, made: Path, folder: Path) -> None:
        """Take a copy of the workspace ``made`` to play in."""
        self.workspace = Workspace(shutil.copytree(made, folder))
        self.clock = FixedClock(START + timedelta(hours=1))
        self.revisions = 1
        self.open_again()
        rows = [row for row in self.engine.documents() if row["kind"] != "site"]
        self.library = [row["id"] for row in rows]

    def open_again(self) -> None:
        """Go on with what was closed; here nobody waits for the auditor to let go."""
        store = SqliteStore.open(self.path, patience=0.001)
        self.engine = Engine(store, person="helena", clock=self.clock)
        self.engine.workspace = self.workspace
        self.engine.quiet = True

    def keys(self) -> list[Any]:
        return held_keys(self.workspace)

    def types(self) -> set[str]:
        """The types of all records that there are."""
        with self.engine.reading() as reader:
            return {json.loads(row.data)["type"] for row in reader.scan()}

    def size(self) -> int:
        with self.engine.reading() as reader:
            return reader.head().size

    def check(self, depth: Depth, *against: str, busy: Random | None = None) -> Result:
        """Verify; with ``busy``, people go on while the auditor reads."""
        with SqliteStore.open(self.path) as store:
            seen = store if busy is None else _Busy(store, lambda: self._go_on(busy))
            return verify(seen, self.keys(), against=against, depth=depth)  # type: ignore[arg-type]

    def _go_on(self, random: Random) -> None:
        self.play(random, random.random() < 0.1)

    # -- turns -----------------------------------------------------------------------

    def play(self, random: Random, turns: int) -> None:
        """Do this many things, whatever comes of each."""
        for _ in range(turns):
            self.clock.forward(timedelta(seconds=random.choice((1, 7, 60, 200, 4000, 0, -90))))
            self._as(random, ())
            with suppress(HandrailError):
                if random.random() < 0.3:
                    random.choice(self.acts)(self, random)
                    continue
                incidents = self.incidents(10)
                if not incidents or random.random() < 0.08:
                    self._open(random)
                else:
                    self._do(random, random.choice(incidents[:3]))

    def incidents(self, limit: int, *, open: bool | None = None) -> list[str]:  # noqa: A002 - as the filter's
        with self.engine.reading() as reader:
            rows = reader.incidents(IncidentFilter(open=open), limit=limit)
        return [row.id for row in rows]

    def case(self, random: Random) -> str:
        return random.choice(self.incidents(5) or [self._open(random)])

    def _open(self, random: Random) -> str:
        protocol = random.choice((*self.library, "random", "random"))
        title = random.choice((None, *WORDS))
        view = self.engine.open(protocol, {}, title=title, drill=random.random() < 0.3)
        return str(view["id"])

    # -- documents -------------------------------------------------------------------

    def invent(self, random: Random) -> None:
        """Register a random machine, sound or not: an auditor does not judge documents."""
        self.revisions += 1
        text = json.dumps(random_protocol(random) | CONDITIONS | {"revision": self.revisions})
        self._put(text.replace('["log"]', '["duty-manager"]'), "greta")
        self.settle(random, "random")

    def _put(self, text: str, author: str) -> None:
        (one,) = check_all([("random.json", text.encode())])
        assert one.data is not None, one.findings
        engine = self.as_(author)
        with engine.writing() as writer:
            site = engine.shelf.site()
            actor = identify(site, author, "2026-11-21T10:00:00.000000Z")
            row = put(engine, writer, replace(one, findings=()), actor)
            begin_agreement(engine, writer, row, actor)

    def revise(self, random: Random, *, only: str | None = None) -> None:
        """Register a higher revision of a shipped document, and mostly agree to it."""
        name = only or random.choice(self.library)
        text = (files("handrail.protocols") / f"{name}.yaml").read_text("utf-8")
        self.register(re.sub(r"(?m)^revision: \d+$", f"revision: {self.next()}", text), random)
        self.settle(random, name)

    def replan(self, random: Random, *, without: str | None = None) -> None:
        """Change the site plan: a role ends, somebody leaves, there are more rules."""
        text = (files("handrail.protocols") / "packs/north-museum/site.yaml").read_text("utf-8")
        text = text.replace("\nid: north-museum", f"\nid: north-museum\nrevision: {self.next()}")
        gone = "[guard]" if random.random() < 0.5 else "[{role: guard, to: 2026-11-20}]"
        text = text.replace("account: bram, roles: [guard]", f"account: bram, roles: {gone}")
        text = re.sub(rf"(?m)^  {without}: .*\n", "", text)
        self.register(text + (RULES if "retention:" not in text else ""), random)
        self.settle(random, "north-museum")

    def next(self) -> int:
        self.revisions += 1
        return self.revisions

    def register(self, text: str, random: Random) -> None:
        who = "greta" if random.random() < 0.9 else "anna"
        self.as_(who).register([read_source(text.encode(), "revised.yaml")])

    def settle(self, random: Random, name: str) -> None:
        """Hear who is to be heard, and agree; mostly."""
        for person, step in (("greta", "submit"), ("julia", "no-objection")):
            with suppress(HandrailError):
                take_step(self.as_(person), name, step, {})
        if random.random() < 0.8:
            self.as_("helena" if random.random() < 0.9 else "anna").agree([name])

    def walk(self, random: Random) -> None:
        """Take an agreement some steps on, the long way."""
        name = random.choice((*self.library, "random", "north-museum"))
        for _ in range(random.randint(1, 4)):
            page = self.engine.charter.show(name)
            steps = [step["step"] for step in page["case"]["steps"]]
            tasks = [task["id"] for task in page["case"]["tasks"]]
            given = {"objection": "no", "reason": "not yet"}
            chosen = random.choice([*steps, *tasks, "submit", "start"])
            asks = {"object": "objection", "send-back": "reason"}.get(chosen)
            self.engine.person = random.choice(("julia", "greta", "helena", "esra", "anna"))
            with suppress(HandrailError):
                if chosen == "start":
                    self.engine.charter.start(name)
                else:
                    facts = {asks: given[asks]} if asks else {}
                    take_step(self.engine, name, chosen, facts)

    def retire(self, random: Random) -> None:
        name = random.choice((*self.library, "random"))
        take_step(self.as_(random.choice(("helena", "helena", "anna"))), name, "retire", {})

    def acknowledge(self, random: Random) -> None:
        self.engine.charter.acknowledge(random.choice((*self.library, "random")))

    def migrate(self, random: Random) -> None:
        """Change what runs, and let it follow."""
        runs = self.engine.view(self.case(random))["runs"]
        names = [run["protocol"] for run in runs] or self.library
        name = random.choice(names)
        with suppress(HandrailError):
            self.invent(random) if name == "random" else self.revise(random, only=name)
        engine = self.as_(random.choice(("greta", "anna")))
        engine.charter.migrate(self.incidents(4, open=True))

    # -- incidents -------------------------------------------------------------------

    def stray(self, random: Random) -> None:
        """Leave the protocol, where that may be or not."""
        case, engine = self.case(random), self.as_(random.choice(("esra", "helena", "anna")))
        for run in engine.view(case)["runs"]:
            with engine.reading():
                states = list(engine.shelf.definition(run["sha256"]).states)
            with suppress(HandrailError):
                engine.deviate(case, random.choice(states), "a reason", run=run["id"])

    def nod(self, random: Random) -> None:
        """Say yes or no to what somebody waits for, as one who may or may not."""
        for case in self.incidents(5):
            for step in self.engine.view(case)["steps"]:
                if step["pending"]:
                    yes, self.engine.person = random.random() < 0.5, random.choice([*ROLES])
                    with suppress(HandrailError):
                        self.engine.confirm(case, step["step"], run=step["run"], yes=yes)

    def through(self, random: Random) -> None:
        """Bring one incident on as far as may be."""
        case = self.case(random)
        for _ in range(12):
            view = self.engine.view(case)
            with suppress(HandrailError):
                if view["tasks"] and random.random() < 0.4:
                    self._task(random, case, view)
                elif view["steps"]:
                    self._step(random, case, view)

    def file(self, random: Random) -> None:
        """Attach something to a task, of wherever."""
        case = self.case(random)
        for run in self.engine.view(case)["runs"][-1:]:
            with self.engine.reading():
                states = self.engine.shelf.definition(run["sha256"]).states.values()
            tasks = [task for state in states for task in state.tasks] or ["none"]
            self.engine.attach(case, "a.jpg", b"a", task=random.choice(tasks), run=run["id"])

    def begin(self, random: Random) -> None:
        self.engine.start(self.case(random), random.choice((*self.library, "random")))

    # -- custody ---------------------------------------------------------------------

    def hold(self, random: Random) -> None:
        case, who = self.case(random), random.choice(("helena", "helena", "anna"))
        hold(self.as_(who), case, "a claim")
        if random.random() < 0.8:
            hold(self.engine, case, "it was settled", release=True)

    def redact(self, random: Random) -> None:
        person = Wanted(people=[random.choice([*ROLES])])
        wanted = random.choice((Wanted(title=True), Wanted(everything=True), person))
        who = "helena" if random.random() < 0.8 else "anna"
        ground = Ground("GDPR 17", "they asked")
        redact(self.as_(who), self.case(random), wanted, ground)

    def forget(self, random: Random) -> None:
        """Remove from the site plans somebody who may have left."""
        person, ground = random.choice(GUARDS), Ground("GDPR 17", "they left")
        with suppress(HandrailError):
            self.replan(random, without=person if random.random() < 0.8 else None)
        redact(self.as_("helena"), "DOC-north-museum", Wanted(people=[person]), ground)

    def retain(self, random: Random) -> None:
        apply_retention(self.as_("helena" if random.random() < 0.8 else "anna"))

    def export(self, random: Random) -> None:
        form = random.choice(("jsonl", "csv", "ocsf", "ecs", "xes"))
        which = Filter(drill=random.choice((None, True, False)))
        export(self.engine, form, which, lambda _: None, clear=random.random() < 0.5)

    def rotate(self, random: Random) -> None:
        rotate_key(self.as_("helena" if random.random() < 0.7 else "anna"))

    def audit(self, random: Random) -> None:
        """Sign the head, verify against it, and record what came of that."""
        note = self.sign()
        depth = random.choice(list(Depth))
        record_verification(self.as_("helena"), self.check(depth, note))

    def intrude(self, random: Random) -> None:
        """Somebody whom nobody knows."""
        assert account() not in ROLES
        self.engine.person = None
        random.choice((self._open, self.migrate, self.acknowledge))(random)

    def as_(self, person: str) -> Engine:
        self.engine.person = person
        return self.engine

    acts: tuple[Callable[[House, Random], object], ...] = (
        invent, revise, replan, walk, walk, retire, acknowledge, migrate, stray, nod, begin,
        through, file, hold, redact, forget, retain, export, rotate, audit, intrude,
    )  # fmt: skip


class _Busy:
    """A store in which something happens before the auditor's every question."""

    def __init__(self, store: SqliteStore, happens: Callable[[], object]) -> None:
        self.store = store
        self.happens = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def read(self) -> _BusyReader:
        return _BusyReader(self.store.read(), self.happens)


class _BusyReader:
    def __init__(self, snapshot: Any, happens: Callable[[], object]) -> None:
        self.snapshot = snapshot
        self.happens = happens

    def __enter__(self) -> Self:
        self.reader: Reader = self.snapshot.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.snapshot.__exit__(*raised)

    def __getattr__(self, name: str) -> Any:
        self.happens()
        return getattr(self.reader, name)
