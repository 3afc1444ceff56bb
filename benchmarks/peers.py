"""One step in each of four engines: the nearest same thing that each can do.

Each asks the same questions (the actor's role, that the task is done, which of two
guarded branches holds) with callbacks, its own way of doing that, moves from
``contact`` to ``act``, and makes the same record of it: ``written`` below, the same
members, the same canonical bytes, the same hash.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handrail.engine.clock import stamp
from handrail.engine.ledger.record import canonical, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ACTOR", "FACTS", "PEERS", "now", "tried", "written"]

ACTOR: dict[str, Any] = {"id": "anna", "roles": ["guard"], "how": "claimed", "host": "desk"}
FACTS = {"explanation": "implausible"}
TASKS = {"tell-control-room": "done"}
PIN = {"id": "talk", "revision": 1, "sha256": "0" * 64}


def now() -> str:
    """The time, as records have it."""
    return stamp(datetime.now(UTC))


def written(draft: Mapping[str, Any], recorded: str) -> bytes:
    """The leaf hash of a draft, completed to a record as the log has it."""
    record = {
        **draft,
        "v": 1,
        "log": "here",
        "cseq": 7,
        "prev": "0" * 64,
        "recorded": recorded,
        "protocol": PIN,
    }
    return leaf_hash(canonical(record))


def record(source: str, target: str, actor: Mapping[str, Any], facts: Mapping[str, Any]) -> bytes:
    """What a peer makes of a step that it took."""
    at = now()
    draft = {
        "type": "step-taken",
        "case": "INC-2026-0001",
        "drill": False,
        "occurred": at,
        "actor": actor,
        "run": "talk-1",
        "step": "conclude",
        "facts": facts,
        "from": [source],
        "to": [target],
        "moves": [[source, "step conclude", 1]],
    }
    return written(draft, at)


def tried(step: Callable[[], None], arrived: Callable[[], bool]) -> Callable[[], None]:
    """The step, once it has been seen to arrive."""
    step()
    if not arrived():
        raise RuntimeError(step.__qualname__)
    return step


def is_mine(actor: Mapping[str, Any]) -> bool:
    return "guard" in actor["roles"]


def is_told() -> bool:
    return TASKS.get("tell-control-room") == "done"


def explained(facts: Mapping[str, Any], how: str) -> bool:
    return facts.get("explanation") == how


def transitions(_: int) -> Callable[[], None]:
    """The flat ``Machine``, fired as FACTS found it fastest: without ``add_model``."""
    from transitions import EventData, Machine  # noqa: PLC0415 - each peer alone

    class Model:
        state = "contact"

    def mine(event: EventData) -> bool:
        return is_mine(event.kwargs["actor"])

    def told(_: EventData) -> bool:
        return is_told()

    def plausible(event: EventData) -> bool:
        return explained(event.kwargs["facts"], "plausible")

    def implausible(event: EventData) -> bool:
        return explained(event.kwargs["facts"], "implausible")

    def taken(event: EventData) -> None:
        went = event.transition
        record(went.source, went.dest, event.kwargs["actor"], event.kwargs["facts"])

    states = ["contact", "act", "let-go"]
    machine = Machine(None, states, initial="contact", auto_transitions=False, send_event=True)
    for dest, guard in (("let-go", plausible), ("act", implausible)):
        machine.add_transition(
            "conclude", "contact", dest, conditions=[mine, told, guard], after=taken
        )
    model, event = Model(), machine.events["conclude"]

    def step() -> None:
        model.state = "contact"
        event.trigger(model, actor=ACTOR, facts=FACTS)

    return tried(step, lambda: model.state == "act")


def statemachine(_: int) -> Callable[[], None]:
    """``python-statemachine``: conditions and an action by their names."""
    from statemachine import State, StateMachine  # noqa: PLC0415 - each peer alone

    class Talk(StateMachine):
        contact = State(initial=True)
        act = State()
        let_go = State()
        back = act.to(contact) | let_go.to(contact)  # it ends for good in a final state
        conclude = contact.to(let_go, cond=["mine", "told", "plausible"]) | contact.to(
            act, cond=["mine", "told", "implausible"]
        )

        def mine(self, actor: Mapping[str, Any]) -> bool:
            return is_mine(actor)

        def told(self) -> bool:
            return is_told()

        def plausible(self, facts: Mapping[str, Any]) -> bool:
            return explained(facts, "plausible")

        def implausible(self, facts: Mapping[str, Any]) -> bool:
            return explained(facts, "implausible")

        def on_conclude(
            self, source: State, target: State, actor: dict[str, Any], facts: dict[str, Any]
        ) -> None:
            record(source.id, target.id, actor, facts)

    machine = Talk()

    def step() -> None:
        machine.current_state_value = "contact"
        machine.send("conclude", actor=ACTOR, facts=FACTS)

    return tried(step, lambda: machine.current_state_value == "act")


CHART = """
statechart:
  name: talk
  root state:
    name: root
    initial: contact
    states:
      - name: contact
        transitions:
          - event: conclude
            target: let-go
            guard: mine(event.actor) and told() and explained(event.facts, "plausible")
          - event: conclude
            target: act
            guard: mine(event.actor) and told() and explained(event.facts, "implausible")
            action: record("contact", "act", event.actor, event.facts)
      - name: act
      - name: let-go
"""


def sismic(_: int) -> Callable[[], None]:
    """``sismic``: guards and an action as code in the statechart."""
    from sismic.interpreter import Interpreter  # noqa: PLC0415 - each peer alone
    from sismic.io import import_from_yaml  # noqa: PLC0415 - the same

    context = {"mine": is_mine, "told": is_told, "explained": explained, "record": record}
    interpreter = Interpreter(import_from_yaml(CHART), initial_context=context)
    interpreter.execute()

    def step() -> None:
        interpreter._configuration = {"root", "contact"}  # noqa: SLF001 - back to the start
        interpreter.queue("conclude", actor=ACTOR, facts=FACTS).execute()

    return tried(step, lambda: "act" in interpreter.configuration)


def spiff(steps: int) -> Callable[[], None]:
    """``SpiffWorkflow``: a task that is completed, and an exclusive choice after it.

    A workflow goes one way, so each step wants a new one; making it is not measured.
    """
    from SpiffWorkflow import TaskState, Workflow  # noqa: PLC0415 - each peer alone
    from SpiffWorkflow.operators import Operator  # noqa: PLC0415 - the same
    from SpiffWorkflow.specs.ExclusiveChoice import ExclusiveChoice  # noqa: PLC0415 - the same
    from SpiffWorkflow.specs.Simple import Simple  # noqa: PLC0415 - the same
    from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec  # noqa: PLC0415 - the same

    class Plausible(Operator):
        def _matches(self, task: Any) -> bool:
            return is_mine(task.data["actor"]) and is_told() and explained(task.data, "plausible")

    spec = WorkflowSpec("talk", addstart=True)
    contact = Simple(spec, "contact", manual=True)
    choice = ExclusiveChoice(spec, "conclude")
    act, let_go = Simple(spec, "act", manual=True), Simple(spec, "let-go", manual=True)
    spec.start.connect(contact)
    contact.connect(choice)
    choice.connect_if(Plausible("explanation"), let_go)
    choice.connect(act)

    def ready() -> Any:
        workflow = Workflow(spec)
        workflow.run_all()
        return workflow

    waiting = [ready() for _ in range(steps)]

    def step() -> None:
        workflow = waiting.pop()
        task = next(iter(workflow.get_tasks(state=TaskState.READY)))
        task.data.update(actor=ACTOR, **FACTS)
        task.run()
        workflow.run_next()
        after = next(iter(workflow.get_tasks(state=TaskState.READY)))
        record("contact", after.task_spec.name, ACTOR, FACTS)
        last.append(after.task_spec.name)

    last: list[str] = []
    return tried(step, lambda: last == ["act"])


# Each makes a step that can be taken so many times; the first was tried.
PEERS: dict[str, Callable[[int], Callable[[], None]]] = {
    "transitions, flat Machine": transitions,
    "python-statemachine": statemachine,
    "sismic": sismic,
    "SpiffWorkflow": spiff,
}
