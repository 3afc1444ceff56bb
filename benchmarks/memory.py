"""One step in memory: guard, role, tasks, record made; beside four machines doing the same.

Each peer goes to and fro between two states on one event, under three conditions
(the actor has the role, the tasks are done, the fact is true), with a second branch
for when the fact is not, and makes the same record of the move: canonical bytes.
What a peer cannot do is left out for it: none of them says why not, keeps to a
definition's digest, or runs to rest over parallel tracks.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from benchmarks.table import Row, interleaved
from handrail.engine.ledger.record import canonical
from handrail.engine.machine.build import build
from handrail.engine.machine.commands import Actor, DoTask, Open, TakeStep
from handrail.engine.machine.decide import decide
from handrail.engine.machine.site import build_site
from handrail.engine.machine.state import World

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["rows"]

ROUNDS = 60
STEPS = 200  # timed together
AT = "2026-11-21T10:00:00.000000Z"
ROLES = ("guard",)


def rows() -> list[Row]:
    """Microseconds a step: at most twice the flat machine, a third of each other."""
    peers: list[tuple[str, Callable[[], object], str]] = [
        ("transitions, flat Machine", flat(), "<= 2"),
        ("python-statemachine", statemachine(), ">= 3"),
        ("sismic", sismic(), ">= 3"),
        ("SpiffWorkflow", spiff(), ">= 3"),
    ]
    mine, *theirs = interleaved([ours(), *(work for _, work, _ in peers)], ROUNDS)
    return [
        Row(
            what="one step in memory",
            ours=mine / STEPS * 1e6,
            peer=name,
            theirs=time / STEPS * 1e6,
            unit="µs",
            ratio=mine / time if target.startswith("<=") else time / mine,
            target=target,
        )
        for (name, _, target), time in zip(peers, theirs, strict=True)
    ]


# -- ours ----------------------------------------------------------------------------

ONE = {
    "kind": "protocol",
    "id": "ping",
    "revision": 1,
    "title": "Ping",
    "by": ["guard"],
    "facts": {"linked": {"type": "yes-no"}},
    "start": "both",
    "states": {
        "both": {
            "tasks": {"look": {"do": "Look around."}},
            "start": "here",
            "states": {
                "here": {"steps": {"go": {"needs": ["tasks"], "to": [
                    {"state": "there", "when": {"linked": True}}, {"state": "over"}]}}},
                "there": {"steps": {"go": {"needs": ["tasks"], "to": [
                    {"state": "here", "when": {"linked": True}}, {"state": "over"}]}}},
                "over": {"final": "over"},
            },
        },
        "end": {"final": "over"},
    },
}  # fmt: skip
LIFE = {
    "kind": "lifecycle",
    "id": "life",
    "revision": 1,
    "title": "Life",
    "start": "during",
    "states": {"during": {"steps": {"close": {"to": "closed"}}}, "closed": {"final": "closed"}},
}


def ours() -> Callable[[], object]:
    definitions = {data["id"]: build(data, f"sha-{data['id']}") for data in (ONE, LIFE)}
    by_digest = {one.sha256: one for one in definitions.values()}
    site = build_site({"id": "here", "title": "Here"})
    world = World(by_digest.__getitem__, definitions.get, site)
    anna = Actor("anna", ROLES, "os-user", "host")
    opening = Open(actor=anna, at=AT, case="INC-1", protocol="ping", lifecycle="life")
    case = decide(world, None, opening).case
    case = decide(world, case, DoTask(actor=anna, at=AT, run="ping-1", task="look")).case
    command = TakeStep(actor=anna, at=AT, run="ping-1", step="go", facts={"linked": True})

    def work() -> None:
        now = case
        for _ in range(STEPS):
            decision = decide(world, now, command)
            now = decision.case
            for draft in decision.drafts:
                canonical(draft)
        assert now is not None
        assert now.runs["ping-1"].active["both"] == "here"

    return work


# -- the peers -------------------------------------------------------------------------


class Subject:
    """What the flat machine moves, and what its conditions look at."""

    def __init__(self) -> None:
        self.state = "here"
        self.facts: dict[str, object] = {}
        self.tasks = {"look": "done"}


def record(source: str, target: str, facts: dict[str, object]) -> bytes:
    """The record of a move, with the members that ours has."""
    told = {
        "type": "step-taken",
        "case": "INC-1",
        "drill": False,
        "occurred": AT,
        "actor": {"id": "anna", "roles": list(ROLES), "how": "os-user", "host": "host"},
        "run": "ping-1",
        "step": "go",
        "facts": facts,
        "moves": [[source, "step go", 0]],
        "from": [source],
        "to": [target],
    }
    return canonical(told)


def flat() -> Callable[[], object]:
    from transitions import Machine  # noqa: PLC0415 - each peer where it is measured

    def has_role(event: Any) -> bool:
        return "guard" in event.args[0]

    def tasks_done(event: Any) -> bool:
        return all(status == "done" for status in event.model.tasks.values())

    def linked(event: Any) -> bool:
        return event.model.facts["linked"] is True

    machine = Machine(
        None,
        states=["here", "there", "over"],
        initial="here",
        auto_transitions=False,
        send_event=True,
    )
    conditions = [has_role, tasks_done, linked]
    machine.add_transition("go", "here", "there", conditions=conditions)
    machine.add_transition("go", "there", "here", conditions=conditions)
    machine.add_transition("go", ["here", "there"], "over", conditions=conditions[:2])

    def work() -> None:
        subject = Subject()
        go = machine.events["go"]
        for _ in range(STEPS):
            source = subject.state
            subject.facts = {**subject.facts, "linked": True}
            go.trigger(subject, ROLES)
            record(source, subject.state, {"linked": True})
        assert subject.state == "here"

    return work


def statemachine() -> Callable[[], object]:
    from statemachine import State, StateMachine  # noqa: PLC0415 - as above

    class Ping(StateMachine):
        here = State(initial=True)
        there = State()
        over = State(final=True)
        go = (
            here.to(there, cond=["has_role", "tasks_done", "linked"])
            | there.to(here, cond=["has_role", "tasks_done", "linked"])
            | here.to(over, cond=["has_role", "tasks_done"])
            | there.to(over, cond=["has_role", "tasks_done"])
        )

        def __init__(self) -> None:
            self.facts: dict[str, object] = {}
            self.tasks = {"look": "done"}
            super().__init__()

        def has_role(self, roles: tuple[str, ...]) -> bool:
            return "guard" in roles

        def tasks_done(self) -> bool:
            return all(status == "done" for status in self.tasks.values())

        def linked(self) -> bool:
            return self.facts.get("linked") is True

    def work() -> None:
        machine = Ping()
        place = "here"
        for _ in range(STEPS):
            machine.facts = {**machine.facts, "linked": True}
            machine.send("go", roles=ROLES)
            source, place = place, "there" if place == "here" else "here"
            record(source, place, {"linked": True})
        assert machine.here.is_active

    return work


CHART = """
statechart:
  name: ping
  preamble: |
    tasks = {'look': 'done'}
  root state:
    name: root
    initial: here
    states:
      - name: here
        transitions:
          - {target: there, event: go, guard: "event.linked and 'guard' in event.roles
              and all(s == 'done' for s in tasks.values())"}
          - {target: over, event: go, guard: "not event.linked and 'guard' in event.roles
              and all(s == 'done' for s in tasks.values())"}
      - name: there
        transitions:
          - {target: here, event: go, guard: "event.linked and 'guard' in event.roles
              and all(s == 'done' for s in tasks.values())"}
          - {target: over, event: go, guard: "not event.linked and 'guard' in event.roles
              and all(s == 'done' for s in tasks.values())"}
      - {name: over, type: final}
"""


def sismic() -> Callable[[], object]:
    # Its branches have no order: two that hold are an error, so the second says "not".
    from sismic.interpreter import Interpreter  # noqa: PLC0415 - as above
    from sismic.io import import_from_yaml  # noqa: PLC0415 - as above
    from sismic.model import Event  # noqa: PLC0415 - as above

    chart = import_from_yaml(CHART)

    def work() -> None:
        interpreter = Interpreter(chart)
        interpreter.execute_once()
        for _ in range(STEPS):
            source = interpreter.configuration[-1]
            interpreter.queue(Event("go", roles=ROLES, linked=True))
            interpreter.execute_once()
            record(source, interpreter.configuration[-1], {"linked": True})
        assert interpreter.configuration[-1] == "here"

    return work


LENGTH = 20  # steps of one workflow: its tree of tasks grows with each


def spiff() -> Callable[[], object]:
    from SpiffWorkflow.operators import Attrib, Equal  # noqa: PLC0415 - as above
    from SpiffWorkflow.specs.ExclusiveChoice import ExclusiveChoice  # noqa: PLC0415 - as above
    from SpiffWorkflow.specs.Simple import Simple  # noqa: PLC0415 - as above
    from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec  # noqa: PLC0415 - as above
    from SpiffWorkflow.util.task import TaskState  # noqa: PLC0415 - as above
    from SpiffWorkflow.workflow import Workflow  # noqa: PLC0415 - as above

    spec = WorkflowSpec("ping", addstart=True)
    names = [f"at{number}" for number in range(LENGTH + 1)]
    over = Simple(spec, "over")
    choices = [ExclusiveChoice(spec, name) for name in names]
    spec.start.connect(choices[0])
    for one, other in pairwise(choices):
        one.connect_if(Equal(Attrib("allowed"), True), other)  # noqa: FBT003 - its API
        one.connect(over)
    choices[-1].connect(over)

    def work() -> None:
        for _ in range(STEPS // LENGTH):
            workflow = Workflow(spec)
            workflow.run_next()
            for _ in range(LENGTH):
                task = workflow.get_next_task(state=TaskState.READY)
                tasks = {"look": "done"}
                done = all(status == "done" for status in tasks.values())
                task.set_data(linked=True, allowed="guard" in ROLES and done)
                source = task.task_spec.name
                task.run()
                after = workflow.get_next_task(state=TaskState.READY)
                record(source, after.task_spec.name, {"linked": True})

    return work
