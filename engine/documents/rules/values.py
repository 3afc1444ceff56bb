"""Values in documents, held against the type of the fact or setting that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.documents.finding import Message, msg
from handrail.engine.machine.definition import Fact, FactType, SetFacts
from handrail.engine.machine.facts import BadValueError, read_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Path, Setting
    from handrail.engine.machine.site import Site

__all__ = ["FITTING", "rules", "wrong_item", "wrong_value"]

FITTING = msg("write a value that it can have, or change its type")
_ORDERED = frozenset({FactType.NUMBER, FactType.TIME, FactType.DURATION})


def rules(subject: Subject) -> Iterator[Finding]:
    """HR230 to HR232: what ``set``, defaults and settings give."""
    from handrail.engine.documents.rules.names import effects  # noqa: PLC0415 - it needs us too

    for setting in subject.definition.settings.values():
        yield from bounds(subject, setting.fact)
        yield from _unset(subject, setting)
        if setting.default is not None:
            yield from _value(subject, (*setting.path, "default"), setting.fact, setting.default)
    for fact in subject.definition.facts.values():
        yield from bounds(subject, fact)
    for effect in effects(subject):
        if isinstance(effect, SetFacts):
            for name, value in effect.values.items():
                if name in subject.definition.facts:
                    fact, path = subject.definition.facts[name], (*effect.path, "set", name)
                    yield from _value(subject, path, fact, value)


def _unset(subject: Subject, setting: Setting) -> Iterator[Finding]:
    """HR232: neither the document nor the site plan gives the setting a value."""
    if subject.site is None or setting.default is not None:
        return
    if setting.id not in subject.site.settings.get(subject.definition.id, {}):
        message = msg("the setting “{id}” has no value", id=setting.id)
        mend = msg("give it a default, or a value in the site plan")
        yield subject.found_key("HR232", setting.path, message, mend=mend)


def bounds(subject: Subject, fact: Fact) -> Iterator[Finding]:
    """HR231: the least number is above the greatest."""
    if fact.min is not None and fact.max is not None and fact.min > fact.max:
        message = msg("the least, {min}, is more than the most, {max}", min=fact.min, max=fact.max)
        mend = msg("lower “min”, or raise “max”")
        yield subject.found("HR231", (*fact.path, "min"), message, mend=mend)


def _value(subject: Subject, path: Path, fact: Fact, value: Any) -> Iterator[Finding]:
    if wrong := wrong_value(fact, value, subject.site):
        yield subject.found("HR230", path, wrong, mend=FITTING)


def wrong_value(fact: Fact, value: Any, site: Site | None) -> Message | None:
    """Why ``value`` is not one of the fact, in any form that the engine reads."""
    if fact.many != isinstance(value, list):
        return msg("{fact} takes a list", fact=fact.id) if fact.many else _one(fact)
    try:
        read_value(fact, value, site=site, now=None)
    except BadValueError as error:
        return Message(template=error.template, params=error.params)
    return None


def _one(fact: Fact) -> Message:
    return msg("{fact} takes one value, not a list", fact=fact.id)


def wrong_item(fact: Fact, item: Any, site: Site | None) -> Message | None:
    """Why ``item`` is not one value of the fact, in the form that guards compare with."""
    single = _single(fact)
    if wrong := wrong_value(single, item, site):
        return wrong
    canonical = read_value(single, item, site=site, now=None)
    if fact.type is FactType.NUMBER or canonical == item:
        return None
    shown = {True: "true", False: "false"}.get(canonical, canonical)  # type: ignore[call-overload]
    return msg("{fact}: write {value}, as it is recorded", fact=fact.id, value=shown)


def _single(fact: Fact) -> Fact:
    return fact.but(many=False)


def ordered(fact: Fact) -> bool:
    """Whether at-least and its like mean something: numbers, times, durations, list lengths."""
    return fact.many or fact.type in _ORDERED


def wrong_length(item: Any) -> Message | None:
    """Why ``item`` is not a length of a list."""
    if isinstance(item, int) and not isinstance(item, bool) and item >= 0:
        return None
    return msg("expected how many: a whole number")


def choices(fact: Fact, site: Mapping[str, Any] | None) -> list[str]:
    """What a value can be, where that is a list: for “did you mean”."""
    from handrail.engine.machine.site import REGISTERS  # noqa: PLC0415 - the same

    if fact.type is FactType.CHOICE:
        return list(fact.of)
    return list((site or {}).get(REGISTERS.get(fact.type, ""), {}))
