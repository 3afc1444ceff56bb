"""How values compare in guards: by what they mean, not by how they are written.

A value's *key* is its kind and a value of that kind: 1.50 equals 1.5, 90m equals
1h30m, one instant equals itself in another time zone; 1 is not true. Ids begin with a
letter, so no id of a choice or of a register is taken for one of these.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from handrail.engine.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable

    Key = tuple[str, object]  # a kind, and a value of it
    Compare = Callable[[object], bool | None]

__all__ = ["OPERATORS", "comparison", "plain_of"]

_NUMBER: Final = r"[+-]?[0-9]+(\.[0-9]+)?"  # compiled when first used
_INSTANT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.+"
_DIGITS: Final = frozenset("0123456789+-")
OPERATORS: Final = ("is", "in", "not", "at-least", "at-most", "above", "below", "known")


def comparison(operator: str, expected: object) -> Compare:
    """Compile a comparison with what a document expects.

    What is compared is true, false, or ``None`` where the two cannot be compared.

    :raises ValueError: there is no such operator.
    """
    if operator in ("is", "in"):
        return _member(expected)
    if operator == "not":
        member = _member(expected)
        return lambda value: not member(value)
    if operator in _ORDERED:
        return _ordered(_ORDERED[operator], _key(expected))
    if operator == "known":
        return lambda _: expected is True
    raise ValueError(operator)


def plain_of(operator: str, expected: object) -> tuple[type | None, frozenset[object]]:
    """What is expected, and its type, if it is one id or another, or yes or no, and nothing else.

    A value of the very same type can be looked up among them without a key. Where more is
    asked the type is ``None``.
    """
    items = expected if isinstance(expected, list) else [expected]
    if operator in {"is", "in"}:
        if all(_key(item) == ("text", item) for item in items):
            return str, frozenset(items)
        if all(item.__class__ is bool for item in items):
            return bool, frozenset(items)
    return None, frozenset()


def _member(expected: object) -> Callable[[object], bool]:
    """Equal to one of them; a list fact: holds one of them."""
    wanted = frozenset(map(_key, expected if isinstance(expected, list) else [expected]))

    def member(value: object) -> bool:
        if isinstance(value, list | tuple):
            return any(_key(item) in wanted for item in value)
        return _key(value) in wanted

    return member


_ORDERED: Final[dict[str, Callable[[object, object], bool]]] = {
    "at-least": lambda one, other: one >= other,  # type: ignore[operator]
    "at-most": lambda one, other: one <= other,  # type: ignore[operator]
    "above": lambda one, other: one > other,  # type: ignore[operator]
    "below": lambda one, other: one < other,  # type: ignore[operator]
}


def _ordered(holds: Callable[[object, object], bool], bound: Key) -> Compare:
    """Before or after; a list fact counts its items."""
    kind, most = bound

    def ordered(value: object) -> bool | None:
        key = _key(len(value) if isinstance(value, list | tuple) else value)
        return holds(key[1], most) if key[0] == kind else None

    return ordered


def _key(value: object) -> Key:
    if isinstance(value, str):
        return ("text", value) if value[:1] not in _DIGITS else _written(value)
    if isinstance(value, bool):
        return ("yes-no", value)
    if isinstance(value, int) or hasattr(value, "as_tuple"):
        return ("number", value)  # whole numbers and decimals are equal where they are the same
    return ("text", str(value))  # a sealed value, which no guard may compare


def _written(text: str) -> Key:
    """The key of a string that begins as numbers, durations and instants do."""
    if re.fullmatch(_NUMBER, text):
        from decimal import Decimal  # noqa: PLC0415 - 3 ms that few guards need

        return ("number", Decimal(text))
    try:
        if re.fullmatch(_INSTANT, text):
            return ("time", _instant(text))
        return ("duration", parse_duration(text))
    except (ValueError, OverflowError):
        return ("text", text)


def _instant(text: str) -> datetime:
    """Without an offset it is UTC here: what a guard says does not depend on where it runs."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
