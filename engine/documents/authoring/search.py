"""What could be done next on a walk: the branches of a search for the shortest way.

Tasks are done when a step needs them or a guard asks about them, and not otherwise: in
which order makes no difference to where a run can get.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import prod
from random import Random
from typing import TYPE_CHECKING, Final

from handrail.engine.clock import parse_instant
from handrail.engine.documents.rules.cells import tests_in
from handrail.engine.machine.deadlines import deadlines
from handrail.engine.machine.definition import FactType

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from handrail.engine.documents.authoring.cast import Ends
    from handrail.engine.documents.authoring.walk import Walk
    from handrail.engine.machine.definition import Definition, State, Target, Task

__all__ = ["Given", "answers", "further", "key", "reanswered"]

_MOST_CELLS: Final = 256  # answers to the questions of one step; beyond it a sample
_KEPT: Final = object()  # a known fact is not answered anew

Given = dict[str, object]


def further(walk: Walk, ends: Ends) -> Iterator[Walk]:
    """Every walk that is one thing further."""
    for step in walk.steps():
        for given in answers(walk, step) if _leads_on(walk, step) else ():
            after = walk.fork()
            if after.take(step, given, prepare=True):
                yield after
    yield from _by_tasks(walk)
    yield from _by_others(walk, ends)
    due = walk.stage.next_due()
    if due is not None:
        after = walk.fork()
        after.wait(max(due - walk.stage.now, due - due))
        yield after


def _leads_on(walk: Walk, step: str) -> bool:
    """Whether a step does anything but record facts that nothing depends on."""
    depended = _depended(walk.stage.definition)
    offers = walk.judged(step, {}).offers
    return walk.leads_on(step) or any(name in depended for one in offers for name in one.ask)


@lru_cache(maxsize=8)
def _depended(definition: Definition) -> frozenset[str]:
    """The facts on which it depends how a run goes on."""
    names: set[str | None] = set()
    for state in definition.states.values():
        names.update(_reads(state))
        timed = [state.within, *(task.within for task in state.tasks.values())]
        names.update(within.since for within in timed if within is not None)
        names.update(task.each for task in state.tasks.values())
        names.update(need for step in state.steps.values() for need in step.needs)
    return frozenset(name for name in names if name is not None)


# -- questions -------------------------------------------------------------------------


def answers(walk: Walk, step: str) -> Iterator[Given]:
    """What can be answered to a step's questions, one of each class that guards tell apart."""
    again = {name: [_KEPT, *values] for name, values in reanswered(walk, step).items()}
    for row in _rows(again):
        yield from _answers(walk, step, {k: v for k, v in row.items() if v is not _KEPT})


def _answers(walk: Walk, step: str, given: Given) -> Iterator[Given]:
    """Answer what is still asked; the answers can make guards ask for more."""
    asked = walk.judged(step, given).ask
    if not asked:
        yield given
        return
    for row in _rows({name: walk.answers.of(name, walk.stage.now) for name in asked}):
        yield from _answers(walk, step, {**given, **row})


def reanswered(walk: Walk, step: str) -> dict[str, Sequence[object]]:
    """Facts that are known and asked again, with what they could be answered otherwise."""
    known = walk.run.facts
    found = {
        name: [value for value in walk.answers.of(name, walk.stage.now) if value != known[name]]
        for offer in walk.judged(step, {}).offers
        for name in offer.ask
        if name in known and walk.answers.matters(name)
    }
    return {name: values for name, values in found.items() if values}


def _rows(options: Mapping[str, Sequence[object]]) -> Iterator[Given]:
    """Every combination; of very many a sample that has each value at least once."""
    names, values = list(options), list(options.values())
    if prod(map(len, values)) <= _MOST_CELLS:
        yield from (dict(zip(names, row, strict=True)) for row in product(*values))
        return
    chance = Random(0)  # noqa: S311 - nothing is secret here
    longest = max(map(len, values))
    for index in range(_MOST_CELLS):
        yield {
            name: one[index % len(one)] if index < longest else chance.choice(one)
            for name, one in options.items()
        }


# -- tasks -----------------------------------------------------------------------------


def _by_tasks(walk: Walk) -> Iterator[Walk]:
    for task, skip in _asked_about(walk):
        for item in list(walk.open_items(task))[:1]:
            after = walk.fork()
            if after.task(task, item, skip=skip):
                yield after


def _asked_about(walk: Walk) -> Iterator[tuple[Task, bool]]:
    """Open tasks that a guard of an active state asks about, and whether to skip them."""
    reads = _task_names(walk.stage.definition)
    active = [] if walk.over else walk.chart.path(walk.run.active)
    names = {name for state in active for name in reads.get(state, ())}
    if not names:
        return
    required = False
    for state in walk.checklists():
        for task in state.tasks.values():
            if f"tasks.{task.id}" in names:
                yield task, False
                yield from [(task, True)] if task.optional or task.skip_by else []
            elif "tasks" in names and not task.optional and not required:
                required = any(True for _ in walk.open_items(task))
                yield task, False


@lru_cache(maxsize=8)
def _task_names(definition: Definition) -> dict[str, frozenset[str]]:
    """For each state the names of tasks that its guards read."""
    found = {}
    for state in definition.states.values():
        names = {name for name in _reads(state) if name.partition(".")[0] == "tasks"}
        if names:
            found[state.id] = frozenset(names)
    return found


def _reads(state: State) -> Iterator[str]:
    targets: list[Target] = [*state.next, *state.done]
    targets += [target for step in state.steps.values() for target in step.to]
    for target in targets:
        yield from (test.name for test in (tests_in(target.when) if target.when else ()))


# -- others ------------------------------------------------------------------------------


def _by_others(walk: Walk, ends: Ends) -> Iterator[Walk]:
    waits = dict.fromkeys(walk.waits_for())
    for protocol in waits:
        for outcome in ends.get(protocol, ()):
            after = walk.fork()
            if after.end(protocol, outcome):
                yield after
    if walk.may_start():
        after = walk.fork()
        if after.start(next(iter(ends))):
            yield after


# -- the same place ------------------------------------------------------------------------


def key(walk: Walk) -> Hashable:
    """Walks with the same key can go on in the same ways; times count from now."""
    run, case, now = walk.run, walk.stage.case, walk.stage.now
    assert case is not None  # noqa: S101 - the walk has begun
    return (
        frozenset(run.active.values()),
        tuple(_fact(walk, name, value) for name, value in sorted(run.facts.items())),
        frozenset(run.tasks.items()),
        run.attached,
        frozenset(run.left.items()),
        frozenset({other.protocol: other.outcome for other in case.runs.values()}.items()),
        tuple(
            (due.run, due.owner, due.passed, parse_instant(due.at) - now)
            for due in deadlines(walk.stage.world, case)
        ),
        tuple(_waited(walk)),
    )


def _fact(walk: Walk, name: str, value: object) -> Hashable:
    timed = walk.stage.definition.facts[name].type is FactType.TIME
    if timed and isinstance(value, str) and not walk.answers.matters(name):
        return name, parse_instant(value) - walk.stage.now
    return name, repr(value)


def _waited(walk: Walk) -> Iterable[Hashable]:
    """How long the run is in states with steps that are not possible at once."""
    for name in walk.chart.path(walk.run.active) if not walk.over else ():
        if any(step.after for step in walk.chart.states[name].steps.values()):
            yield name, walk.stage.now - parse_instant(walk.run.entered[name])
