"""Which run a command means when it names none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.errors import NotFoundError, UsageError
from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.state import Case, Run, World

__all__ = ["run_of_facts", "run_of_pending", "run_of_state", "run_of_step", "run_of_task"]


def run_of_step(world: World, case: Case, step: str, named: str | None) -> Run:
    """The run that offers the step now, else one whose protocol has it.

    :raises NotFoundError: no protocol of the case has such a step.
    :raises UsageError: several runs offer it; say which.
    """
    if named is None and (only := _only(world, case, step)) is not None:
        return only

    def now(run: Run) -> bool:
        return step in chart_of(world.definition(run.sha256)).at(run.active).offers

    def ever(definition: Definition) -> bool:
        return any(step in state.steps for state in definition.states.values())

    def known(definition: Definition) -> Iterable[str]:
        return (name for state in definition.states.values() for name in state.steps)

    return _choose(world, case, named, _Sought("step", step, now, ever, known))


def _only(world: World, case: Case, step: str) -> Run | None:
    """The one run that offers the step now, as there nearly always is one."""
    found = None
    for run in case.runs.values():
        if (
            run.status == "active"
            and step in chart_of(world.definition(run.sha256)).at(run.active).offers
        ):
            if found is not None:
                return None
            found = run
    return found


def run_of_pending(world: World, case: Case, step: str, named: str | None) -> Run:
    """The run in which the step waits for a second person, else as ``run_of_step``."""
    waiting = [run for run in case.active_runs() if step in run.pending]
    if named is None and len(waiting) == 1:
        return waiting[0]
    return run_of_step(world, case, step, named)


def run_of_task(world: World, case: Case, task: str, named: str | None) -> Run:
    """The run with the task on its list now, else one whose protocol has it.

    :raises NotFoundError: no protocol of the case has such a task.
    :raises UsageError: several runs have it; say which.
    """

    def now(run: Run) -> bool:
        states = world.definition(run.sha256).states
        return any(task in states[name].tasks for name in run.active.values())

    def ever(definition: Definition) -> bool:
        return any(task in state.tasks for state in definition.states.values())

    def known(definition: Definition) -> Iterable[str]:
        return (name for state in definition.states.values() for name in state.tasks)

    return _choose(world, case, named, _Sought("task", task, now, ever, known))


def run_of_facts(world: World, case: Case, facts: Sequence[str], named: str | None) -> Run:
    """The run whose protocol declares all these facts.

    :raises NotFoundError: no protocol of the case declares them.
    :raises UsageError: several runs do; say which.
    """

    def ever(definition: Definition) -> bool:
        return all(name in definition.facts for name in facts)

    def now(run: Run) -> bool:
        return ever(world.definition(run.sha256))

    def known(definition: Definition) -> Iterable[str]:
        return definition.facts

    everything = {
        name for run in case.runs.values() for name in known(world.definition(run.sha256))
    }
    missing = next((name for name in facts if name not in everything), facts[0])
    return _choose(world, case, named, _Sought("fact", missing, now, ever, known))


def run_of_state(world: World, case: Case, state: str, named: str | None) -> Run:
    """The run whose protocol has the state.

    :raises NotFoundError: no protocol of the case has such a state.
    :raises UsageError: several runs do; say which.
    """

    def ever(definition: Definition) -> bool:
        return state in definition.states

    def now(run: Run) -> bool:
        return ever(world.definition(run.sha256))

    def known(definition: Definition) -> Iterable[str]:
        return definition.states

    return _choose(world, case, named, _Sought("state", state, now, ever, known))


class _Sought(NamedTuple):
    """What is looked for: first in what is now, then in all that the protocols hold."""

    kind: str
    name: str
    now: Callable[[Run], bool]
    ever: Callable[[Definition], bool]
    known: Callable[[Definition], Iterable[str]]  # all names of the kind, for "did you mean"


def _choose(world: World, case: Case, named: str | None, sought: _Sought) -> Run:
    if named is not None:
        return _named(world, case, named, sought)
    here = [run for run in case.active_runs() if sought.now(run)]
    if len(here) > 1:
        raise UsageError(
            "several runs could be meant; say which with --run: {runs}",
            runs=", ".join(run.id for run in here),
        )
    if here:
        return here[0]
    elsewhere = [run for run in case.runs.values() if sought.ever(world.definition(run.sha256))]
    if not elsewhere:
        raise _missing(world, case, sought)
    active = [run for run in elsewhere if run.status == "active"]
    return (active or elsewhere)[-1]


def _named(world: World, case: Case, named: str, sought: _Sought) -> Run:
    run = case.runs.get(named)
    if run is None:
        raise NotFoundError("run", named, case.runs)
    if not sought.ever(world.definition(run.sha256)):
        raise _missing(world, case, sought)
    return run


def _missing(world: World, case: Case, sought: _Sought) -> NotFoundError:
    known = (
        name for run in case.runs.values() for name in sought.known(world.definition(run.sha256))
    )
    return NotFoundError(sought.kind, sought.name, dict.fromkeys(known))
