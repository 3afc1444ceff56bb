"""An agreement: what its document must have for the engine to know what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.documents.finding import msg
from handrail.engine.machine.agreement import IN_FORCE, SUPPLIED
from handrail.engine.machine.definition import FactType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Path, Target

__all__ = ["rules"]

# The facts that the engine supplies: their types, and whether they are lists.
TYPES = {
    "consulted": (FactType.ROLE, True),
    "first-revision": (FactType.YES_NO, False),
    "impact": (FactType.CHOICE, False),
    "subject": (FactType.CHOICE, False),
}


def rules(subject: Subject) -> Iterator[Finding]:
    """HR280 to HR282."""
    if subject.definition.kind != "agreement":
        return
    if IN_FORCE not in subject.definition.states:
        message = msg("an agreement needs a state “{name}”: to enter it is to agree", name=IN_FORCE)
        mend = msg("name the final state that means “agreed” {name}", name=IN_FORCE)
        yield subject.found_key("HR280", ("states",), message, mend=mend)
    yield from _by_itself(subject)
    yield from _supplied(subject)


def _by_itself(subject: Subject) -> Iterator[Finding]:
    """Nothing comes into force but by a person's yes."""
    for state in subject.definition.states.values():
        for target in (*state.next, *state.done):
            if _leads_in(subject, target):
                yield _unasked(subject, target.path)
        overdue = state.overdue
        late = state.steps.get(overdue.step or "") if overdue is not None else None
        leads = late is not None and any(_leads_in(subject, target) for target in late.to)
        if overdue is not None and leads:
            yield _unasked(subject, overdue.path)


def _leads_in(subject: Subject, target: Target) -> bool:
    return target.state == IN_FORCE and IN_FORCE in subject.definition.states


def _unasked(subject: Subject, path: Path) -> Finding:
    message = msg("this leads to “{name}” by itself: only a person's yes may", name=IN_FORCE)
    return subject.found("HR281", path, message, mend=msg("let a step lead there"))


def _supplied(subject: Subject) -> Iterator[Finding]:
    for name in SUPPLIED:
        fact = subject.definition.facts.get(name)
        if fact is None or (fact.type, fact.many) == TYPES[name]:
            continue
        kind, many = TYPES[name]
        message = msg("“{name}” is supplied by the engine, and is of another type", name=name)
        expected = (
            msg("type {type}, a list", type=kind.value)
            if many
            else msg("type {type}", type=kind.value)
        )
        mend = msg("give it that type, or the fact another name")
        yield subject.found("HR282", ("facts", name), message, expected=expected, mend=mend)
