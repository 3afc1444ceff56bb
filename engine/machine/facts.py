"""The values of facts: from what a person typed to the canonical form in a record.

Canonical forms: ``text``, ``choice``, ``place`` and references are strings;
``yes-no`` a boolean; ``number`` an integer, or a string with exactly ``digits``
decimals (a float is never recorded); ``time`` RFC 3339 UTC with microseconds;
``duration`` as in ``1h30m``. ``many: true`` makes a list of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from handrail.engine.clock import parse_instant, stamp
from handrail.engine.durations import parse_duration, say_duration
from handrail.engine.errors import HandrailError, nearest
from handrail.engine.machine.parts import Fact, FactType
from handrail.engine.machine.site import REGISTERS

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from handrail.engine.machine.site import Site

__all__ = ["BadValueError", "read_fixed", "read_value", "yes_or_no"]

_YES: Final = frozenset({"yes", "y", "true", "ja", "j"})
_NONE: Final = frozenset({"none", "geen", "inga", "ingen"})
_NO: Final = frozenset({"no", "n", "false", "nee", "nej"})
_MOST_TEXT: Final = 10_000  # characters: a page or three; longer belongs in an attachment
_MOST_WHOLE: Final = 2**53 - 1  # RFC 8785: beyond it readers of JSON lose digits
# Control characters (a terminal obeys them) and lone surrogates (no encoding has them).
_CONTROL: Final = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"  # compiled when used
_CLOCK: Final = r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?"


class BadValueError(HandrailError):
    """A value is not of the fact's type; the message says what was expected."""

    exit_code = 2
    code = "value"


def read_value(fact: Fact, raw: object, *, site: Site | None, now: datetime | None) -> object:
    """Return the canonical value of what was typed, or of a YAML value.

    :param site: whose registers references are looked up in; ``None``: they are not.
    :param now: the day that a time such as 14:05 is of; ``None``: there is none.
    :raises BadValueError: it is not of the fact's type, or out of its bounds.
    """
    if not fact.many:
        return _READERS[fact.type](fact, raw, site, now)
    items = _items(fact, raw, site)
    values = [_READERS[fact.type](fact, item, site, now) for item in items]
    return list(dict.fromkeys(values))


def read_fixed(fact: Fact, raw: object) -> object:
    """Return the canonical value of what a document itself says, whatever site and time.

    :raises BadValueError: it is not of the fact's type, or out of its bounds.
    """
    return read_value(fact, raw, site=None, now=None)


def _items(fact: Fact, raw: object, site: Site | None) -> list[object]:
    """The items of a list; a person who has none to name says so in a word."""
    if isinstance(raw, list | tuple):
        return list(raw)
    if not isinstance(raw, str):
        return [raw]
    items: list[object] = [item.strip() for item in raw.split(",") if item.strip()]
    if not items:
        raise BadValueError("{fact}: name at least one, or say none", fact=fact.id)
    none = len(items) == 1 and str(items[0]).lower() in _NONE
    return [] if none and items[0] not in _known(fact, site) else items


def _known(fact: Fact, site: Site | None) -> Mapping[str, object]:
    register = None if site is None else REGISTERS.get(fact.type)
    return fact.of if site is None or register is None else site.registers.get(register, {})


def yes_or_no(raw: object) -> bool | None:
    """Read yes or no in the languages of the library; ``None``: neither."""
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) else ""
    if word in _YES:
        return True
    return False if word in _NO else None


def _text(fact: Fact, raw: object, _site: Site | None, _now: datetime | None) -> str:
    text = raw.strip().replace("\r\n", "\n") if isinstance(raw, str) else ""
    if not text:
        raise BadValueError("{fact}: write at least one word", fact=fact.id)
    if len(text) > _MOST_TEXT:
        raise BadValueError(
            "{fact}: at most {most} characters; attach a file for more",
            fact=fact.id,
            most=_MOST_TEXT,
        )
    if re.search(_CONTROL, text):
        raise BadValueError("{fact}: this text holds characters that cannot be read", fact=fact.id)
    return text


def _yes_no(fact: Fact, raw: object, _site: Site | None, _now: datetime | None) -> bool:
    value = yes_or_no(raw)
    if value is None:
        raise BadValueError(
            "{fact}: expected yes or no, not “{value}”", fact=fact.id, value=_short(raw)
        )
    return value


def _choice(fact: Fact, raw: object, _site: Site | None, _now: datetime | None) -> str:
    return _one_of(fact, raw, fact.of)


def _reference(fact: Fact, raw: object, site: Site | None, _now: datetime | None) -> str:
    if site is None:
        return _text(fact, raw, None, _now)
    return _one_of(fact, raw, site.registers.get(REGISTERS[fact.type], {}))


def _one_of(fact: Fact, raw: object, known: Mapping[str, object]) -> str:
    word = raw.strip() if isinstance(raw, str) else str(raw)
    if word in known:
        return word
    near = nearest(word, known)
    choices = ", ".join(near or list(known)[:12])
    template = (
        "{fact}: there is no “{value}”; did you mean {choices}?"
        if near
        else "{fact}: expected one of {choices}, not “{value}”"
    )
    raise BadValueError(template, fact=fact.id, value=_short(word), choices=choices)


def _number(fact: Fact, raw: object, _site: Site | None, _now: datetime | None) -> int | str:
    value = _decimal(raw)
    if value is None:
        raise BadValueError(
            "{fact}: expected a number, not “{value}”", fact=fact.id, value=_short(raw)
        )
    _within(fact, value)
    exact = f"{value + 0:.{fact.digits}f}"  # + 0: there is no minus zero
    if type(value)(exact) != value:
        raise BadValueError(
            "{fact}: at most {digits} digits after the point", fact=fact.id, digits=fact.digits
        )
    return exact if fact.digits else int(exact)


def _decimal(raw: object) -> Decimal | None:
    from decimal import Decimal, InvalidOperation  # noqa: PLC0415 - 3 ms, for numbers alone

    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        return None
    if isinstance(raw, str) and not re.fullmatch(r"\s*[+-]?[0-9]+(\.[0-9]+)?\s*", raw):
        return None
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _within(fact: Fact, value: Decimal) -> None:
    if fact.min is not None and value < fact.min:
        raise BadValueError("{fact}: at least {least}", fact=fact.id, least=fact.min)
    most = _MOST_WHOLE if fact.max is None else fact.max
    if value > most or abs(value) > _MOST_WHOLE:
        raise BadValueError("{fact}: at most {most}", fact=fact.id, most=most)


def _time(fact: Fact, raw: object, _site: Site | None, now: datetime | None) -> str:
    text = raw.strip() if isinstance(raw, str) else ""
    try:
        clock = re.fullmatch(_CLOCK, text)
        if clock is None or now is None:
            return stamp(parse_instant(text))
        hour, minute, second = (int(part or 0) for part in clock.groups())
        local = now.astimezone()
        return stamp(local.replace(hour=hour, minute=minute, second=second, microsecond=0))
    except (ValueError, OverflowError):
        raise BadValueError(
            "{fact}: expected a time as 14:05 or 2026-11-21T14:05, not “{value}”",
            fact=fact.id,
            value=_short(raw),
        ) from None


def _duration(fact: Fact, raw: object, _site: Site | None, _now: datetime | None) -> str:
    try:
        return say_duration(parse_duration(raw.strip() if isinstance(raw, str) else ""))
    except ValueError:
        raise BadValueError(
            "{fact}: expected a duration as 90s, 10m or 1h30m, not “{value}”",
            fact=fact.id,
            value=_short(raw),
        ) from None


def _short(raw: object) -> str:
    text = str(raw).lower() if isinstance(raw, bool) else str(raw)
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004 - a line's worth


_Reader = Callable[[Fact, object, "Site | None", "datetime | None"], object]
_READERS: Final[Mapping[FactType, _Reader]] = {
    FactType.TEXT: _text,
    FactType.YES_NO: _yes_no,
    FactType.CHOICE: _choice,
    FactType.NUMBER: _number,
    FactType.TIME: _time,
    FactType.DURATION: _duration,
    FactType.PLACE: _text,
    FactType.ASSET: _reference,
    FactType.ADVERSARY: _reference,
    FactType.METHOD: _reference,
    FactType.INDICATOR: _reference,
    FactType.ROLE: _reference,
    FactType.PERSON: _reference,
}
