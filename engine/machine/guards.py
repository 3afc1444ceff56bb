"""Guards are data: three-valued conditions over facts and over where a run is.

A guard is true, false, or unknown (``None``) when a fact that it reads is not
known; Kleene's strong logic combines them. Unknown is never taken for true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from handrail.engine.machine.compare import comparison, plain_of
from handrail.engine.text import say

__all__ = ["UNKNOWN", "All", "Guard", "Not", "One", "Scope", "Test", "read_guard"]


class _Unknown:
    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


class Scope(Protocol):
    """What a guard may look at."""

    @property
    def facts(self) -> Mapping[str, object]:
        """The known facts of the run, by id."""

    def special(self, name: str) -> object:
        """Return the value of a dotted or reserved name, or ``UNKNOWN``."""


class Guard(Protocol):
    """A condition; immutable, and free of code from the document."""

    reads: tuple[str, ...]  # names, in the order in which they stand

    def evaluate(self, scope: Scope) -> bool | None:
        """True, false, or ``None`` when something it reads is unknown."""

    def unknown(self, scope: Scope) -> tuple[str, ...]:
        """The names without a value that keep it from being decided."""

    def words(self, lang: str) -> str:
        """The condition said in words."""


_RESERVED: Final = frozenset({"outcome", "tasks", "runs"})


def is_fact(name: str) -> bool:
    """Whether a name in a guard is a fact of the run itself."""
    return "." not in name and name not in _RESERVED


class Test:
    """``name`` compared with what is expected by one operator."""

    __slots__ = (
        "_absent",
        "_compare",
        "_fact",
        "_kind",
        "_plain",
        "expected",
        "name",
        "operator",
        "reads",
    )

    def __init__(self, name: str, operator: str, expected: object) -> None:
        self.name = name
        self.operator = operator  # is | in | not | at-least | at-most | above | below | known
        self.expected = expected
        self.reads: tuple[str, ...] = (name,)
        self._fact = is_fact(name)
        self._compare = comparison(operator, expected)
        # A missing value is unknown, except to ``known``.
        self._absent = (expected is False) if operator == "known" else None
        # Nearly every guard compares an id, or yes or no: that needs no knowledge of kinds.
        self._kind, self._plain = plain_of(operator, expected)

    def evaluate(self, scope: Scope) -> bool | None:
        """Compare the value; ``None`` where there is none, or none that can be compared."""
        value = scope.facts.get(self.name, UNKNOWN) if self._fact else scope.special(self.name)
        if value is UNKNOWN:
            return self._absent
        if value.__class__ is self._kind:
            return value in self._plain
        return self._compare(value)

    def unknown(self, scope: Scope) -> tuple[str, ...]:
        """Its name, when that has no value."""
        return self.reads if self.evaluate(scope) is None else ()

    def words(self, lang: str) -> str:
        """For instance ``explanation is not plausible or refused``."""
        plain = self._in_plain_words(lang)
        if plain is not None:
            return say(lang, "not ({condition})", condition=plain) if self._denies else plain
        value = _said(self.expected, lang)
        return say(lang, _WORDS[self.operator], name=_named(self.name, lang), value=value)

    @property
    def _denies(self) -> bool:
        return self.operator == "not" or (self.operator == "known" and self.expected is False)

    def _in_plain_words(self, lang: str) -> str | None:
        """What has plainer words than that a name is a value: ``all tasks are done``."""
        if self.operator == "known":
            return say(lang, "{name} is known", name=_named(self.name, lang))
        expected = self.expected
        if isinstance(expected, list) and len(expected) == 1:
            (expected,) = expected
        if self.operator not in {"is", "in", "not"} or not isinstance(expected, str):
            return None
        kind, _, rest = self.name.partition(".")
        key = f"{kind}." if rest else kind
        template = _PLAIN_WORDS.get((key, expected)) or _PLAIN_WORDS.get((key, ""))
        return None if template is None else say(lang, template, name=rest, value=expected)

    def __repr__(self) -> str:
        return f"Test({self.name!r}, {self.operator!r}, {self.expected!r})"


class All:
    """Every part holds. Without parts: true."""

    __slots__ = ("parts", "reads")

    def __init__(self, parts: Sequence[Guard]) -> None:
        self.parts = tuple(parts)
        self.reads = _reads(self.parts)

    def evaluate(self, scope: Scope) -> bool | None:
        """False if a part is false, else unknown if a part is unknown."""
        result: bool | None = True
        for part in self.parts:
            value = part.evaluate(scope)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    def unknown(self, scope: Scope) -> tuple[str, ...]:
        """What its undecided parts lack."""
        return _lacking(self, scope)

    def words(self, lang: str) -> str:
        """The parts joined by "and"."""
        return say(lang, " and ").join(part.words(lang) for part in self.parts)


class One:
    """At least one part holds. Without parts: false."""

    __slots__ = ("parts", "reads")

    def __init__(self, parts: Sequence[Guard]) -> None:
        self.parts = tuple(parts)
        self.reads = _reads(self.parts)

    def evaluate(self, scope: Scope) -> bool | None:
        """True if a part is true, else unknown if a part is unknown."""
        result: bool | None = False
        for part in self.parts:
            value = part.evaluate(scope)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    def unknown(self, scope: Scope) -> tuple[str, ...]:
        """What its undecided parts lack."""
        return _lacking(self, scope)

    def words(self, lang: str) -> str:
        """The parts joined by "or"."""
        inner = say(lang, " or ").join(part.words(lang) for part in self.parts)
        return f"({inner})" if len(self.parts) > 1 else inner


class Not:
    """The part does not hold."""

    __slots__ = ("part", "reads")

    def __init__(self, part: Guard) -> None:
        self.part = part
        self.reads = part.reads

    def evaluate(self, scope: Scope) -> bool | None:
        """The opposite; unknown stays unknown."""
        value = self.part.evaluate(scope)
        return None if value is None else not value

    def unknown(self, scope: Scope) -> tuple[str, ...]:
        """What its part lacks."""
        return self.part.unknown(scope)

    def words(self, lang: str) -> str:
        """For instance ``not (linked is true)``."""
        return say(lang, "not ({condition})", condition=self.part.words(lang))


def read_guard(data: Mapping[str, object]) -> Guard:
    """Build a guard from a document's ``when``; its shape was checked by the schema.

    :raises ValueError: the shape is not that of a guard.
    """
    parts: list[Guard] = []
    for name, expected in data.items():
        if name in ("any", "all"):
            inner = [read_guard(_mapping(item)) for item in _sequence(expected)]
            parts.append(One(inner) if name == "any" else All(inner))
        elif name == "not":
            parts.append(Not(read_guard(_mapping(expected))))
        elif isinstance(expected, Mapping):
            parts.extend(Test(name, operator, value) for operator, value in expected.items())
        else:
            parts.append(Test(name, "in" if isinstance(expected, list) else "is", expected))
    return parts[0] if len(parts) == 1 else All(parts)


def _mapping(data: object) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise ValueError(data)  # noqa: TRY004 - the caller knows one kind of wrong shape
    return data


def _sequence(data: object) -> Sequence[object]:
    if not isinstance(data, list):
        raise ValueError(data)  # noqa: TRY004 - the caller knows one kind of wrong shape
    return data


def _reads(parts: Sequence[Guard]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part.reads))


def _lacking(guard: All | One, scope: Scope) -> tuple[str, ...]:
    if guard.evaluate(scope) is not None:
        return ()
    return tuple(dict.fromkeys(name for part in guard.parts for name in part.unknown(scope)))


_WORDS: Final = {
    "is": "{name} is {value}",
    "in": "{name} is {value}",
    "not": "{name} is not {value}",
    "at-least": "{name} is at least {value}",
    "at-most": "{name} is at most {value}",
    "above": "{name} is above {value}",
    "below": "{name} is below {value}",
}
# By the kind of name and the value; "" is any other value.
_PLAIN_WORDS: Final = {
    ("tasks", "done"): "all tasks are done",
    ("tasks", "open"): "a task is still open",
    ("tasks.", "done"): "the task {name} is done",
    ("tasks.", "open"): "the task {name} is still open",
    ("tasks.", "skipped"): "the task {name} was skipped",
    ("runs", "finished"): "all protocols have ended",
    ("runs", "active"): "a protocol is under way",
    ("runs.", "active"): "{name} is under way",
    ("runs.", "none"): "{name} was not started",
    ("runs.", "cancelled"): "{name} was called off",
    ("runs.", ""): "{name} ended as {value}",
    ("tracks.", "active"): "the track {name} is under way",
    ("tracks.", "none"): "the track {name} was not begun",
    ("tracks.", ""): "the track {name} ended as {value}",
}
_NAMED_WORDS: Final = {
    "outcome": "the outcome",
    "setting": "the setting {name}",
    "incident": "{name} of the incident",
    "site": "{name} of the site",
    "tasks": "the task {name}",
    "runs": "the outcome of {name}",
    "tracks": "the outcome of the track {name}",
}


def _named(name: str, lang: str) -> str:
    kind, _, rest = name.partition(".")
    template = _NAMED_WORDS.get(kind) if rest or kind == "outcome" else None
    return name if template is None else say(lang, template, name=rest)


def _said(value: object, lang: str) -> str:
    if value is True:
        return say(lang, "yes")
    if value is False:
        return say(lang, "no")
    if isinstance(value, list):
        return say(lang, " or ").join(_said(item, lang) for item in value)
    return str(value)
