"""A random walk through a protocol, on the real machine.

How people behave on it: what is on a checklist is mostly done before anything else
(four times in five); of the steps that are possible any is as likely as another; each
question gets one of the answers that guards tell apart. Time: one time in ten nobody
acts before the next deadline has passed; otherwise an act takes a random part of the
time that is left until it, at most an hour; where no clock runs, up to five minutes.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.clock import parse_instant
from handrail.engine.documents.authoring.search import Given, reanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from handrail.engine.documents.authoring.cast import Ends
    from handrail.engine.documents.authoring.walk import Walk

__all__ = ["MOST_ACTS", "Wandered", "wander"]

MOST_ACTS: Final = 400  # of one walk; one that goes on longer is cut off
_TASK_FIRST: Final = 0.8
_TOO_LATE: Final = 0.1
_LONGEST: Final = timedelta(hours=1)
_UNTIMED: Final = timedelta(minutes=5)
_TRIES: Final = 5  # answers to the questions of a step before it counts as impossible


class Wandered(NamedTuple):
    """How a walk went."""

    walk: Walk
    ending: str  # ended | stuck | endless
    why: tuple[str, ...] = ()  # what stood in the way of each step, where it is stuck


def wander(walk: Walk, ends: Ends, chance: Random, most: int = MOST_ACTS) -> Wandered:
    """Go on at random until the run ends, or nothing is possible any more.

    :param most: how many acts before it is cut off.
    """
    for _ in range(most):
        if walk.over:
            return Wandered(walk, "ended")
        if _dawdle(walk, chance):
            continue
        if not _act(walk, ends, chance) and not _wait(walk):
            return Wandered(walk, "stuck", tuple(_barriers(walk)))
    return Wandered(walk, "ended" if walk.over else "endless")


def _dawdle(walk: Walk, chance: Random) -> bool:
    """Let the time pass that the next act takes; true: a deadline passed with it."""
    due = walk.stage.next_due()
    if due is None:
        walk.stage.wait(_UNTIMED * chance.random())
        return False
    left = max(due - walk.stage.now, timedelta())
    if chance.random() < _TOO_LATE:
        return walk.wait(left)
    walk.stage.wait(min(left, _LONGEST) * chance.random() * 0.99)
    return False


def _act(walk: Walk, ends: Ends, chance: Random) -> bool:
    """Do something that is possible; false: nothing is."""
    if walk.may_start():
        return walk.start(next(iter(ends)))
    tasks = list(_tasks(walk))
    others = [*_steps(walk, chance), *_others(walk, ends)]
    chance.shuffle(tasks)
    chance.shuffle(others)
    first, then = (tasks, others) if chance.random() < _TASK_FIRST else (others, tasks)
    return any(act() for act in (*first, *then))


def _tasks(walk: Walk) -> Iterator[Callable[[], bool]]:
    for state in walk.checklists():
        for task in state.tasks.values():
            if task.each_fact and task.each not in walk.run.facts:
                yield partial(walk.set_fact, str(task.each))
            for item in walk.open_items(task):
                yield partial(walk.task, task, item)


def _steps(walk: Walk, chance: Random) -> Iterator[Callable[[], bool]]:
    for step in walk.steps():
        yield partial(_step, walk, step, chance)


def _step(walk: Walk, step: str, chance: Random) -> bool:
    """Take a step, if some answers allow it; one that would change nothing is not taken."""
    for _ in range(_TRIES):
        given = _answered(walk, step, chance)
        if given is None or not (given or walk.leads_on(step)):
            return False
        if walk.take(step, given, prepare=False):
            return True
    return False


def _answered(walk: Walk, step: str, chance: Random) -> Given | None:
    """Answer all that a step asks; ``None``: something has no legal answer."""
    given: Given = {}
    for name, values in reanswered(walk, step).items():
        if chance.random() < 1 / 2:
            given[name] = chance.choice(values)
    while asked := walk.judged(step, given).ask:
        for name in asked:
            values = walk.answers.of(name, walk.stage.now)
            if not values:
                return None
            given[name] = chance.choice(values)
    return given


def _others(walk: Walk, ends: Ends) -> Iterator[Callable[[], bool]]:
    for protocol in dict.fromkeys(walk.waits_for()):
        for outcome in ends.get(protocol, ()):
            yield partial(walk.end, protocol, outcome)


def _wait(walk: Walk) -> bool:
    """Wait for what comes next by itself; false: nothing does."""
    coming = [due] if (due := walk.stage.next_due()) is not None else []
    for step in walk.steps():
        reasons = walk.judged(step, {}).reasons
        coming += [parse_instant(str(r.params["time"])) for r in reasons if r.code == "time"]
    if not coming:
        return False
    return walk.wait(max(min(coming) - walk.stage.now, timedelta()))


def _barriers(walk: Walk) -> Iterator[str]:
    for step in walk.steps():
        for reason in walk.judged(step, {}).reasons:
            yield f"{step}: {reason.words('en')}"
            break
        else:
            yield step
