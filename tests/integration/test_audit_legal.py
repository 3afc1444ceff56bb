"""Records that no decision made, written by one who has the software, the store and the key.

Whoever has those can make every hash, signature and table right. What gives them away
is that the protocol, the site plan or the agreement of then would not have let it be.
"""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from audit_play import START, Site

from handrail.engine.audit.findings import Depth, Verdict
from handrail.engine.clock import FixedClock, stamp
from handrail.engine.custody.verified import record_verification
from handrail.engine.documents.source import read_source
from handrail.engine.engine import Engine
from handrail.engine.ledger.checkpoint import VerifierKey
from handrail.engine.machine.decide import Decision
from handrail.engine.sign import sign_head
from handrail.engine.store.rows import Filter
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Draft = dict[str, Any]

WATCH = b"""\
handrail: 1
kind: protocol
id: watch
revision: 1
title: Watch
purpose: Keep watch.
owner: head-of-security
addresses: {assets: [visitors], adversaries: [organised-thieves], methods: [hostile-reconnaissance]}
impact: {level: low, text: None.}
facts:
  seen: {type: yes-no, ask: Was it seen?}
start: look
states:
  look:
    by: [guard]
    within: 10m
    overdue: {notify: {to: [duty-manager], text: Late.}}
    tasks: {round: {do: Walk a round., by: [guard]}}
    steps:
      tell:
        ask: [seen]
        to: [{state: told, when: {seen: true}}, {state: quiet, when: {seen: false}}]
      clear: {second: duty-manager, to: quiet}
      done: {needs: [tasks], to: quiet}
  told:
    by: [guard]
    steps:
      stop: {to: quiet}
  quiet:
    by: [guard]
    next: [{state: over, when: {seen: true}}]
    steps:
      stop: {to: over}
  over: {final: over}
"""


class Forger(NamedTuple):
    """Writes what it likes into a log, as the engine itself would write it."""

    site: Site
    case: str

    @property
    def engine(self) -> Engine:
        return self.site.engine

    def draft(self, kind: str, person: str = "anna", /, **members: Any) -> Draft:
        roles = members.pop("roles", {"ivo": ["control-room"], "engine": []}.get(person, ["guard"]))
        how = members.pop("how", "claimed")
        actor = {"id": person, "roles": roles, "how": how, "host": "h"}
        if person == "engine":
            actor |= {"id": "handrail", "how": "engine"}
        return {
            "type": kind,
            "case": self.case,
            "drill": False,
            "occurred": stamp(self.engine.clock.now()),
            "actor": actor,
            "run": "watch-1",
            **members,
        }

    def write(self, *drafts: Draft) -> None:
        engine = self.engine
        with engine.writing() as writer:
            loaded = engine.casebook.load(writer, self.case)
            after = loaded.case._replace(version=loaded.case.version + len(drafts))
            world = engine.shelf.world(engine.shelf.site(), drill=False)
            engine.casebook.append(writer, world, loaded, Decision(drafts, after))

    def codes(self) -> dict[str, int]:
        """What is found, and at which records; with everything signed as it should be."""
        note = sign_head(self.engine).note
        result = self.site.verify(Depth.LEGAL, note)
        assert result.verdict is Verdict.FAIL
        return {one.code: one.seq or 0 for one in result.findings}


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Path:
    folder: Path = tmp_path_factory.mktemp("legal")
    patch.setenv("XDG_STATE_HOME", str(folder / "state"))
    site = Site(folder / "workspace")
    site.engine.person = "greta"
    site.engine.register([read_source(WATCH, "watch.yaml")])
    site.engine.person = "helena"
    site.engine.agree(["watch"])
    site.engine.person = "anna"
    site.engine.open("watch")
    site.engine.close()
    return folder / "workspace"


@pytest.fixture
def forger(founded: Path, tmp_path: Path) -> Iterator[Forger]:
    folder = shutil.copytree(founded, tmp_path / "workspace")
    site = object.__new__(Site)
    site.clock = FixedClock(START + timedelta(minutes=1))
    site.workspace = Workspace(folder)
    site.key = VerifierKey.parse(site.workspace.verifier.read_text("utf-8").strip())
    site.engine = Engine.at(site.workspace, person="anna", clock=site.clock)
    yield Forger(site, site.engine.latest_open())
    site.engine.close()


LOOK_TO_QUIET = {"from": ["look"], "to": ["quiet"]}


def step(forger: Forger, person: str = "anna", name: str = "tell", /, **members: Any) -> Draft:
    facts = {"facts": {"seen": False}, "moves": [["look", f"step {name}", 1]], **LOOK_TO_QUIET}
    return forger.draft("step-taken", person, step=name, **{**facts, **members})


def made_up(forger: Forger) -> Draft:
    return forger.draft("moved", "engine", moves=[["quiet", "next", 0]], **LOOK_TO_QUIET)


FORGED: dict[str, tuple[str, Callable[[Forger], Draft]]] = {
    "a step without the role": ("forged-role", lambda f: step(f, "ivo")),
    "a role that was lent": ("forged-role", lambda f: step(f, "ivo", roles=["guard"])),
    "by nobody of the site": ("forged-person", lambda f: step(f, "zoe")),
    "known by a key that is none": ("forged-identity", lambda f: step(f, how="key")),
    "by the engine itself": ("forged-deadline", lambda f: step(f, "engine")),
    "another branch": (
        "forged-step",
        lambda f: step(f, moves=[["look", "step tell", 0]], to=["told"]),
    ),
    "a branch without its facts": ("forged-guard", lambda f: step(f, facts={})),
    "a fact that is none": ("forged-fact", lambda f: step(f, facts={"seen": False, "who": "x"})),
    "no second person": (
        "forged-second",
        lambda f: step(f, "anna", "clear", moves=[["look", "step clear", 0]], facts={"seen": True}),
    ),
    "an open task": (
        "forged-task",
        lambda f: step(f, "anna", "done", moves=[["look", "step done", 0]], facts={"seen": True}),
    ),
    "a step of another state": (
        "forged-order",
        lambda f: step(f, "anna", "stop", moves=[["told", "step stop", 0]]),
    ),
    "a task that cannot be skipped": (
        "forged-task",
        lambda f: f.draft("task-skipped", task="round", why={"sd": "x"}),
    ),
    "a task of no state": ("forged-order", lambda f: f.draft("task-done", task="none")),
    "a deadline before its time": (
        "forged-deadline",
        lambda f: f.draft("deadline-passed", "engine", state="look", due=f.draft("x")["occurred"]),
    ),
    "a move of its own": ("forged-move", made_up),
    "a message that nothing sent": (
        "forged-effect",
        lambda f: f.draft("notified", "engine", to=["duty-manager"], text="All clear."),
    ),
    "the end of a run": ("forged-effect", lambda f: f.draft("run-finished", "engine", outcome="x")),
    "a confirmation of nothing": (
        "forged-order",
        lambda f: f.draft("step-confirmed", "anna", step="clear"),
    ),
    "a deviation that nobody may": (
        "forged-order",
        lambda f: f.draft("deviated", state="told", why={"sd": "x"}, **LOOK_TO_QUIET),
    ),
    "members that its type has not": ("forged-form", lambda f: f.draft("task-done", tusk="x")),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_no_decision_made_is_found(forger: Forger, name: str) -> None:
    code, make = FORGED[name]
    with forger.engine.reading() as reader:
        place = reader.head().size
    forger.write(make(forger))
    assert forger.codes().get(code) == place


def test_what_must_follow_is_missed(forger: Forger) -> None:
    forger.write(step(forger, facts={"seen": True}, moves=[["look", "step tell", 0]], to=["told"]))
    forger.engine.casebook._kept.clear()
    forger.write(
        forger.draft(
            "step-taken",
            step="stop",
            moves=[["told", "step stop", 0]],
            **{"from": ["told"], "to": ["quiet"]},
        )
    )
    assert "forged-rest" in forger.codes()


def test_an_agreement_that_nobody_made_is_found(forger: Forger) -> None:
    engine = forger.engine
    with engine.writing() as writer:
        row = writer.documents("watch")[0]
        pin = {"id": row.id, "revision": row.revision, "sha256": row.sha256}
        draft = forger.draft("document-agreed", "helena", roles=["director"])
        draft |= {"case": "DOC-watch", "kind": "protocol", "protocol": pin, "plan": pin}
        draft |= {"approvals": [], "settings": {}, "conditions": {}, "self-agreed": False}
        del draft["run"]
        list(engine.casebook.write(writer, [draft]))
    assert "forged-agreement" in forger.codes()


def test_what_was_written_before_it_is_judged_as_it_was(forger: Forger) -> None:
    """The site plan of now does not count for then; an honest log stays one."""
    forger.site.clock.forward(timedelta(minutes=20))
    forger.engine.tick()
    forger.engine.step(forger.case, "tell", {"seen": "yes"})
    result = forger.site.verify(Depth.LEGAL, sign_head(forger.engine).note)
    assert (result.verdict, result.findings) == (Verdict.OK, ())


def test_several_processes_find_the_same(forger: Forger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handrail.engine.audit.legal.check.WORTH", 0)
    forger.write(step(forger, "ivo"))
    note = sign_head(forger.engine).note
    alone = forger.site.verify(Depth.LEGAL, note)
    together = forger.site.verify(Depth.LEGAL, note, jobs=2)
    assert [one.row() for one in alone.findings] == [one.row() for one in together.findings]
    assert alone.findings


def test_that_it_was_verified_is_a_record_too(forger: Forger) -> None:
    note = sign_head(forger.engine).note
    found = forger.site.verify(Depth.LEGAL, note)
    record_verification(forger.engine, found)
    with forger.engine.reading() as reader:
        (logged,) = reader.log(Filter(type="verified"))
    told = json.loads(logged.data)
    assert (told["verdict"], told["depth"], told["size"]) == ("OK", "legal", found.records)
    assert forger.site.verify(Depth.LEGAL, note).verdict is Verdict.OK


def test_who_agrees_while_the_clock_is_behind_raises_no_alarm(forger: Forger) -> None:
    engine, clock = forger.engine, forger.site.clock
    text = WATCH.replace(b"revision: 1", b"revision: 2")
    engine.person = "greta"
    engine.register([read_source(text, "watch.yaml")])
    engine.charter.step("watch", "submit")
    engine.person = "julia"
    engine.charter.step("watch", "no-objection")
    clock.forward(timedelta(minutes=-2))
    engine.person = "helena"
    engine.agree(["watch"])
    result = forger.site.verify(Depth.LEGAL, sign_head(engine).note)
    assert (result.verdict, result.findings) == (Verdict.OK, ())


def test_a_clock_that_was_set_back_raises_no_alarm(forger: Forger) -> None:
    """Time stands still in the log until the clock has caught up; what happened is not later."""
    engine, clock = forger.engine, forger.site.clock
    engine.note(forger.case, "before")
    clock.forward(timedelta(days=-2))
    engine.note(forger.case, "after")
    with engine.reading() as reader:
        times = [time for _, time, _, _ in reader.times()]
    assert times == sorted(times)
    result = forger.site.verify(Depth.LEGAL, sign_head(engine).note)
    assert (result.verdict, result.findings) == (Verdict.OK, ())
