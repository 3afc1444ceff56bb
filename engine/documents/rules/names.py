"""Names of facts, tasks, settings and protocols, wherever a document uses them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from handrail.engine.documents.finding import Severity, msg
from handrail.engine.documents.rules.subject import (
    NO_FACT_WORDS,
    NO_PROTOCOL_WORDS,
    NO_SETTING_WORDS,
    NO_STATE_WORDS,
    NO_TASK_WORDS,
    read,
)
from handrail.engine.machine.definition import FactType, Notify, SetFacts, StartRun
from handrail.engine.machine.site import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import (
        Deadline,
        Definition,
        Effect,
        Path,
        State,
        Step,
        Task,
    )

__all__ = ["effects", "rules", "task_ids"]

# What an ``each`` may name besides a list fact.
EACH = (*REGISTERS.values(), "zones", "contacts", "planning-cycle")
MACHINES = ("protocol", "lifecycle", "agreement")


def rules(subject: Subject) -> Iterator[Finding]:
    """HR220 to HR225."""
    for state in subject.definition.states.values():
        yield from _state(subject, state)
        for step in state.steps.values():
            yield from _step(subject, step)
        for task in state.tasks.values():
            yield from _task(subject, task)
    for effect in effects(subject):
        yield from _effect(subject, effect)
    if above := subject.data.get("carries-out"):
        yield from _protocol(subject, ("carries-out",), above)


@lru_cache(maxsize=8)
def task_ids(definition: Definition) -> dict[str, None]:
    """The ids of every task of the document, in its order."""
    return dict.fromkeys(key for state in definition.states.values() for key in state.tasks)


def effects(subject: Subject) -> Iterator[Effect]:
    """Every effect, also the messages of deadlines."""
    for state in subject.definition.states.values():
        yield from (*state.enter, *state.leave)
        for step in state.steps.values():
            yield from step.then
        owners: tuple[State | Task, ...] = (state, *state.tasks.values())
        for owner in owners:
            if owner.overdue is not None and owner.overdue.notify is not None:
                yield owner.overdue.notify


def _state(subject: Subject, state: State) -> Iterator[Finding]:
    if state.within is not None:
        yield from _deadline(subject, state.within)
    if state.run is not None:
        yield from _protocol(subject, (*state.path, "run"), state.run)


def _step(subject: Subject, step: Step) -> Iterator[Finding]:
    for index, name in enumerate(step.ask):
        yield from _fact(subject, (*step.path, "ask", index), name)
    for index, name in enumerate(step.needs):
        yield from _need(subject, (*step.path, "needs", index), name)
    if step.after is not None:
        yield from _deadline(subject, step.after)


def _need(subject: Subject, path: Path, name: str) -> Iterator[Finding]:
    head, _, task = name.partition(".")
    if task:
        tasks = task_ids(subject.definition)
        if task not in tasks:
            yield subject.missing("HR221", path, NO_TASK_WORDS, task, tasks)
    elif head not in ("tasks", "evidence") and head not in subject.definition.facts:
        known = ["tasks", "evidence", *subject.definition.facts]
        yield subject.missing("HR220", path, NO_FACT_WORDS, name, known)


def _task(subject: Subject, task: Task) -> Iterator[Finding]:
    if task.within is not None:
        yield from _deadline(subject, task.within)
    if task.each is None or task.each in EACH:
        return
    at = (*task.path, "each")
    fact = subject.definition.facts.get(task.each)
    if fact is None:
        lists = [key for key, item in subject.definition.facts.items() if item.many]
        template = "there is no list fact or register “{name}”"
        yield subject.missing("HR220", at, template, task.each, [*lists, *EACH])
    elif not fact.many:
        message = msg("“{name}” is not a list", name=fact.id)
        mend = msg("give the fact “many: true”, or name another one")
        yield subject.found("HR223", at, message, mend=mend)


def _deadline(subject: Subject, deadline: Deadline) -> Iterator[Finding]:
    path, since = deadline.path, deadline.since
    if deadline.setting is not None:
        yield from _setting(subject, path, deadline.setting)
    if since is None or since == "incident.opened":
        return
    at, head, name = (*path, "since"), *since.partition(".")[::2]
    if name:
        if name not in subject.definition.states:
            known = subject.definition.states
            yield subject.missing("HR210", at, NO_STATE_WORDS, name, known)
        return
    times = [key for key, item in subject.definition.facts.items() if item.type is FactType.TIME]
    if head not in subject.definition.facts:
        yield subject.missing("HR220", at, NO_FACT_WORDS, head, times)
    elif head not in times:
        message = msg("“{name}” is not a time", name=head)
        mend = msg("give the fact “type: {type}”, or name another one", type="time")
        yield subject.found("HR223", at, message, mend=mend)


def _setting(subject: Subject, path: Path, name: str) -> Iterator[Finding]:
    inside = "time" in read(subject.data, path)  # {time: {setting: …}, since: …}
    at = (*path, "time", "setting") if inside else (*path, "setting")
    setting = subject.definition.settings.get(name)
    if setting is None:
        known = subject.definition.settings
        yield subject.missing("HR222", at, NO_SETTING_WORDS, name, known)
    elif setting.fact.type is not FactType.DURATION:
        message = msg("the setting “{name}” is not a duration", name=name)
        mend = msg("give the setting “type: {type}”, or name another one", type="duration")
        yield subject.found("HR223", at, message, mend=mend)


def _fact(subject: Subject, path: Path, name: str) -> Iterator[Finding]:
    if name not in subject.definition.facts:
        known = subject.definition.facts
        yield subject.missing("HR220", path, NO_FACT_WORDS, name, known)


def _effect(subject: Subject, effect: Effect) -> Iterator[Finding]:
    if isinstance(effect, StartRun):
        yield from _protocol(subject, (*effect.path, "start"), effect.protocol)
    elif isinstance(effect, SetFacts):
        for name in effect.values:
            yield from _fact_key(subject, (*effect.path, "set", name), name)
    else:
        yield from _text(subject, effect)


def _fact_key(subject: Subject, path: Path, name: str) -> Iterator[Finding]:
    if name not in subject.definition.facts:
        known = subject.definition.facts
        yield subject.missing("HR220", path, NO_FACT_WORDS, name, known, key=True)


IN_TEXT = ("incident", "site")  # beside facts, in the text of a message


def _text(subject: Subject, effect: Notify) -> Iterator[Finding]:
    import re  # noqa: PLC0415 - few messages hold names

    texts = {"": effect.text} if isinstance(effect.text, str) else effect.text
    for tag, text in texts.items():
        at = (*effect.path, "text", tag) if tag else (*effect.path, "text")
        for name in re.findall(r"\{([^{}]*)\}", text):
            if name not in subject.definition.facts and name not in IN_TEXT:
                known = [*IN_TEXT, *subject.definition.facts]
                template = "nothing is known by the name {{{name}}}: it will stand as it is"
                yield subject.missing("HR225", at, template, name, known, severity=Severity.WARNING)


def _protocol(subject: Subject, path: Path, name: str) -> Iterator[Finding]:
    if subject.others is None or name == subject.definition.id:
        return
    known = [key for key, data in subject.others.items() if data.get("kind") in MACHINES]
    if name not in known:
        yield subject.missing("HR224", path, NO_PROTOCOL_WORDS, name, known)
