"""Plays cases through ``decide`` and holds every decision to the laws of the design.

DESIGN section 2: a decision is pure, its case is the fold of its records, a refusal
changes nothing but the number of records. Each command of each test is checked.
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from handrail.engine.clock import stamp
from handrail.engine.documents.source import read_source
from handrail.engine.durations import parse_duration
from handrail.engine.ledger.record import canonical
from handrail.engine.machine.apply import apply
from handrail.engine.machine.build import build
from handrail.engine.machine.commands import (
    Actor,
    Attach,
    Command,
    Confirm,
    Deviate,
    DoTask,
    Note,
    Open,
    SetFact,
    StartProtocol,
    TakeStep,
    Tick,
)
from handrail.engine.machine.deadlines import deadlines
from handrail.engine.machine.decide import Decision, decide
from handrail.engine.machine.judge import judge
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.site import build_site
from handrail.engine.machine.state import Case, Run, World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.judge import Verdict
    from handrail.engine.machine.site import Site

__all__ = ["LIFECYCLE", "PLAN", "Play", "document", "read"]

LIFECYCLE = """
kind: lifecycle
id: incident
start: during
states:
  during: {steps: {close: {to: closed}}}
  closed: {final: closed}
"""

PLAN = {"id": "here", "title": "Here", "one-person": False}


def read(text: str | Mapping[str, Any]) -> dict[str, Any]:
    """A document's data, as ``json.loads`` gives it."""
    data = read_source(text.encode(), "test").data if isinstance(text, str) else dict(text)
    return {"kind": "protocol", "id": "plan", "revision": 1, "title": "Plan", **data}


def document(text: str | Mapping[str, Any]) -> Definition:
    data = read(text)
    return build(data, f"sha-of-{data['id']}")


class Play:
    """One case. Times are minutes after ten o'clock; people have the role they are asked in."""

    def __init__(
        self,
        *documents: str | Mapping[str, Any] | Definition,
        site: Mapping[str, Any] | None = None,
        lifecycle: str | Mapping[str, Any] = LIFECYCLE,
        given: Mapping[str, object] | None = None,
        drill: bool = False,
    ) -> None:
        built = [item if hasattr(item, "regions") else document(item) for item in documents]
        first = document(lifecycle)
        self.definitions = {item.sha256: item for item in [*built, first]}
        self.known = {item.id: item for item in self.definitions.values()}
        self.site: Site = build_site({**PLAN, **(site or {})})
        self.world = World(self.definitions.__getitem__, self.known.get, self.site)
        self.case: Case | None = None
        self.records: list[dict[str, Any]] = []
        self.last: Decision | None = None
        self.now = datetime(2026, 1, 1, 10, tzinfo=UTC)
        self.protocol = built[0].id if built else None
        self.opening = self.do(
            Open(
                actor=self.person("anna"),
                at=self.at,
                case="INC-1",
                protocol=self.protocol,
                lifecycle=first.id,
                drill=drill,
                facts=given or {},
            )
        )

    # -- who and when ---------------------------------------------------------

    @property
    def at(self) -> str:
        return stamp(self.now)

    def wait(self, length: str) -> Play:
        self.now += parse_duration(length)
        return self

    @staticmethod
    def time(minutes: float) -> str:
        return stamp(datetime(2026, 1, 1, 10, tzinfo=UTC) + timedelta(minutes=minutes))

    @staticmethod
    def person(name: str, *roles: str) -> Actor:
        return Actor(name, roles, "claimed", "host")

    # -- commands -------------------------------------------------------------

    def do(self, command: Command) -> Decision:
        """Decide a command, check the laws, keep what it leads to."""
        decision = decide(self.world, self.case, command)
        _check_laws(self.world, self.case, command, decision)
        self.records += decision.drafts
        self.case = decision.case
        self.last = decision
        return decision

    def step(
        self, name: str, /, by: str = "anna", *roles: str, run: str | None = None, **facts: object
    ) -> Decision:
        return self.do(
            TakeStep(
                actor=self.person(by, *roles),
                at=self.at,
                run=run or self.main,
                step=name,
                facts={key.replace("_", "-"): value for key, value in facts.items()},
            )
        )

    def confirm(
        self, name: str, by: str, *roles: str, yes: bool = True, run: str | None = None
    ) -> Decision:
        return self.do(
            Confirm(
                actor=self.person(by, *roles), at=self.at, run=run or self.main, step=name, yes=yes
            )
        )

    def task(
        self,
        name: str,
        by: str = "anna",
        *roles: str,
        item: str | None = None,
        skip: object = None,
        run: str | None = None,
    ) -> Decision:
        return self.do(
            DoTask(
                actor=self.person(by, *roles),
                at=self.at,
                run=run or self.main,
                task=name,
                item=item,
                skip=skip,
            )
        )

    def fact(
        self, by: str = "anna", *roles: str, run: str | None = None, **facts: object
    ) -> Decision:
        return self.do(
            SetFact(
                actor=self.person(by, *roles),
                at=self.at,
                run=run or self.main,
                facts={key.replace("_", "-"): value for key, value in facts.items()},
            )
        )

    def note(self, text: str = "…") -> Decision:
        return self.do(Note(actor=self.person("anna"), at=self.at, text=text))

    def attach(self, task: str | None = None, run: str | None = None) -> Decision:
        return self.do(
            Attach(
                actor=self.person("anna"),
                at=self.at,
                sha256="0" * 64,
                size=1,
                name="photo.jpg",
                run=run or self.main,
                task=task,
            )
        )

    def start(self, protocol: str, **facts: object) -> Decision:
        return self.do(
            StartProtocol(actor=self.person("anna"), at=self.at, protocol=protocol, facts=facts)
        )

    def deviate(self, to: str, by: str = "anna", *roles: str, run: str | None = None) -> Decision:
        return self.do(
            Deviate(
                actor=self.person(by, *roles), at=self.at, run=run or self.main, state=to, why="…"
            )
        )

    def tick(self) -> Decision:
        return self.do(Tick(actor=Actor("handrail", (), "engine", "host"), at=self.at))

    # -- what is so -------------------------------------------------------------

    @property
    def main(self) -> str:
        return f"{self.protocol}-1"

    def run(self, key: str | None = None) -> Run:
        assert self.case is not None
        return self.case.runs[key or self.main]

    def where(self, key: str | None = None) -> list[str]:
        """The active states that have no active child, in document order."""
        run = self.run(key)
        return list(chart_of(self.definitions[run.sha256]).leaves(run.active))

    def types(self) -> list[str]:
        """The types of the records of the last decision."""
        assert self.last is not None
        return [draft["type"] for draft in self.last.drafts]

    def told(self) -> list[str]:
        """The texts of the messages of the last decision."""
        assert self.last is not None
        return [draft["text"] for draft in self.last.drafts if draft["type"] == "notified"]

    def codes(self) -> list[str]:
        """The codes of the last decision's reasons not to."""
        assert self.last is not None
        return [reason.code for reason in self.last.refusal]

    def needs(self) -> list[str]:
        """What the last decision lacked."""
        assert self.last is not None
        return [need for reason in self.last.refusal for need in reason.needs]

    def judged(self, name: str, /, *roles: str, run: str | None = None, **facts: object) -> Verdict:
        found = self.run(run)
        chart = chart_of(self.definitions[found.sha256])
        assert self.case is not None
        actor = self.person("anna", *roles)
        return judge(
            self.world, self.case, found, chart, name, actor=actor, at=self.at, given=facts
        )

    def due(self) -> list[tuple[str, str, bool]]:
        """The deadlines that run: owner, when, whether passed."""
        assert self.case is not None
        return [(due.owner, due.at, due.passed) for due in deadlines(self.world, self.case)]


def _check_laws(world: World, before: Case | None, command: Command, decision: Decision) -> None:
    kept = copy.deepcopy(before)
    again = decide(world, before, command)
    assert _told(again) == _told(decision), "deciding twice gives the same"
    assert before == kept, "deciding changes nothing"
    anew = decide(world, kept, command)
    assert _told(anew) == _told(decision), "what was worked out for a case before changes nothing"
    if decision.refusal:
        _check_refusal(before, decision)
        return
    case = before
    for draft in decision.drafts:
        untouched, unread = copy.deepcopy(case), copy.deepcopy(draft)
        after = apply(world.definition, case, draft)
        assert case == untouched, "apply changes nothing in place"
        assert draft == unread, "apply leaves the record alone"
        canonical(draft)
        case = after
    assert case == decision.case, "state is the fold of the records"


def _check_refusal(before: Case | None, decision: Decision) -> None:
    if before is None:
        assert decision == (decision.drafts, None, decision.refusal)
        assert not decision.drafts
        return
    assert len(decision.drafts) == 1
    canonical(decision.drafts[0])
    assert decision.drafts[0]["type"].endswith("-refused")
    assert decision.case == before._replace(version=before.version + 1)
    assert all(reason.words("en") for reason in decision.refusal)


def _told(decision: Decision) -> tuple[object, ...]:
    """A decision as it is told; a guard that is said is another object each time."""
    reasons = [reason.record() for reason in decision.refusal]
    return decision.drafts, decision.case, reasons
