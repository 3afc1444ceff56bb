"""From libyaml's events to data: one pass, bounded in depth and number, nothing evaluated."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

import yaml
from yaml import events as ev

from handrail.engine.documents.finding import MOST_FINDINGS, Message, msg
from handrail.engine.documents.plain import BEGIN, unfit
from handrail.engine.documents.source import Mark, Source, SourceError
from handrail.engine.documents.syntax import syntax_finding

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from handrail.engine.documents.finding import Finding

__all__ = ["build", "events_of", "mark_of"]

DEEPEST = 64
MOST_VALUES = 20_000  # a protocol of 1,200 lines holds 3,000
_LARGEST = 2**53  # from it on JSON readers disagree (RFC 8785 §3.2.2.3)
_LONGEST_NUMBER = 40
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "": None}
_SPLIT = msg("split it into several documents")
_OUT = msg("write the members out")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # wheels of PyYAML hold the first


class _Stop(Exception):  # noqa: N818 - no error: the pass ends here
    """What follows cannot be read, or would be too much."""


def build(source: Source) -> Source:
    """Return ``source`` with its data and places.

    :raises SourceError: what the language refuses (LANGUAGE.md, first paragraph).
    """
    reader = _Reader(source)
    try:
        reader.read()
    except _Stop:
        pass
    except yaml.MarkedYAMLError as error:
        reader.findings.append(syntax_finding(source, error))
    if reader.findings:
        raise SourceError(source.name, sorted(reader.findings, key=lambda f: f.place))
    (data,) = reader.documents
    return replace(source, data=data)


class _Reader:
    """One pass over the events, as deep as the document is nested."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Finding] = []
        self.documents: list[Any] = []
        self.values = 0
        self.next: Callable[[], Any]

    def read(self) -> None:
        with closing(events_of(self.source.text)) as events:
            self.next = events.__next__
            for event in events:
                if type(event) is ev.DocumentStartEvent:
                    self.document(event)
                elif isinstance(event, ev.NodeEvent):
                    self.documents.append(self.part(event, 1))
        if not self.documents:
            self.stop("HR004", msg("the file holds no document"), Mark(1, 1), mend=BEGIN)

    # Values

    def part(self, event: Any, depth: int) -> Any:
        """The value that begins with an event."""
        self.values += 1
        if self.values > MOST_VALUES:
            message = msg("the document holds more than {most} values", most=MOST_VALUES)
            self.stop("HR016", message, _start(event), mend=_SPLIT)
        kind = type(event)
        if kind is ev.ScalarEvent:
            return self.scalar(event)
        if kind is ev.AliasEvent:
            return self.alias(event)
        self.opened(event, depth)
        return (self.map if kind is ev.MappingStartEvent else self.list)(depth)

    def scalar(self, event: Any) -> Any:
        if event.anchor is not None or event.tag is not None:
            self.adorned(event)
        text: str = event.value
        if not event.implicit[0]:  # in quotes, or a block
            self.fit(event)
            return text
        if text in _WORDS:
            return _WORDS[text]
        return self.number(text, event) if _NUMBER.fullmatch(text) else text

    def number(self, text: str, event: Any) -> int | Decimal:
        if len(text) <= _LONGEST_NUMBER:
            value: int | Decimal = int(text) if "." not in text else Decimal(text)
            if -_LARGEST < value < _LARGEST:
                return value
        message = msg("the number is too large or too long")
        expected = msg("a number below 2^53, of at most {most} characters", most=_LONGEST_NUMBER)
        mend = msg("if it is no quantity, put it in quotes")
        self.found("HR013", message, mark_of(event), expected=expected, mend=mend)
        return 0

    def fit(self, event: Any) -> None:
        if bad := unfit(event.value):
            self.found(bad[0], bad[1], mark_of(event), mend=msg("take the escape out"))

    # Maps and lists

    def opened(self, event: Any, depth: int) -> None:
        if event.anchor is not None or event.tag is not None:
            self.adorned(event)
        if depth > DEEPEST:
            mend = msg("write it with less nesting")
            message = msg("nested deeper than {most}", most=DEEPEST)
            self.stop("HR011", message, _start(event), mend=mend)

    def list(self, depth: int) -> list[Any]:
        data: list[Any] = []
        while type(event := self.next()) is not ev.SequenceEndEvent:
            data.append(self.part(event, depth + 1))
        return data

    def map(self, depth: int) -> dict[str, Any]:
        """The first of two values of the same key counts: the second is a finding."""
        data: dict[str, Any] = {}
        keys: dict[str, Any] = {}
        while type(key := self.next()) is not ev.MappingEndEvent:
            name = self.key(key, depth + 1)
            event = self.next()
            value = self.part(event, depth + 1)
            if value is None:
                self.empty(name, key, event)
            if name in data:
                self.twice(name, key, keys[name])
            else:
                data[name], keys[name] = value, key
        return data

    def key(self, event: Any, depth: int) -> str:
        if type(event) is not ev.ScalarEvent:
            return self.odd_key(event, depth)
        if event.anchor is not None or event.tag is not None:
            self.adorned(event)
        name: str = event.value
        if not event.implicit[0]:
            self.fit(event)
        elif name == "<<":
            self.found("HR009", msg("a merge key"), mark_of(event), mend=_OUT)
        elif name in _WORDS or _NUMBER.fullmatch(name):
            message = msg("the key “{key}” is not text", key=name)
            self.found("HR012", message, mark_of(event), mend=msg("put it in quotes"))
        return name

    def odd_key(self, event: Any, depth: int) -> str:
        if type(event) is ev.AliasEvent:
            self.alias(event)
            return f"*{event.anchor}"
        self.opened(event, depth)
        mend = msg("a text that begins with a bracket or brace needs quotes")
        return self.stop("HR012", msg("a map or list cannot be a key"), _start(event), mend=mend)

    def empty(self, name: str, key: Any, event: Any) -> None:
        """``{en: Look, listen}`` has a key “listen” without a colon: a comma that ended a text."""
        if (
            event.start_mark.index == key.end_mark.index
            and event.end_mark.index == key.end_mark.index
        ):
            message = msg("“{key}” has no value: within braces a comma ends a text", key=name)
            mend = msg("put the whole text in quotes")
            self.found("HR017", message, mark_of(key), mend=mend)

    def twice(self, name: str, key: Any, first: Any) -> None:
        message = msg("the key “{key}” stands here twice", key=name)
        line = mark_of(first).line
        mend = msg("the first stands in line {line}: keep one of them", line=line)
        self.found("HR007", message, mark_of(key), mend=mend)

    # What the language refuses

    def adorned(self, event: Any) -> None:
        if event.anchor is not None:
            message = msg("an anchor (“&{name}”)", name=event.anchor)
            mend = msg("write the part out where it is needed")
            self.found("HR008", message, _start(event), mend=mend)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = msg("a tag (“{tag}”)", tag=tag)
            mend = msg("take it out; a text that begins with “!” needs quotes")
            self.found("HR010", message, _start(event), mend=mend)

    def alias(self, event: Any) -> Any:
        message = msg("an alias (“*{name}”)", name=event.anchor)
        mend = msg("write the part out here; a text that begins with “*” needs quotes")
        self.found("HR008", message, mark_of(event), mend=mend)

    def document(self, event: Any) -> None:
        if self.documents:
            message = msg("a second document in one file")
            self.stop("HR006", message, _start(event), mend=msg("split the file"))
        if event.tags or event.version not in (None, (1, 2)):
            message = msg("a directive other than “%YAML 1.2”")
            self.found("HR014", message, _start(event), mend=msg("take it out"))

    def found(
        self, code: str, message: Message, mark: Mark, *, mend: Message, **more: Message
    ) -> None:
        self.findings.append(self.source.finding(code, message, mark, mend=mend, **more))
        if len(self.findings) >= MOST_FINDINGS:
            raise _Stop

    def stop(self, code: str, message: Message, mark: Mark, *, mend: Message) -> NoReturn:
        self.found(code, message, mark, mend=mend)
        raise _Stop


def events_of(text: str) -> Generator[ev.Event]:
    """What libyaml makes of a text, event after event.

    :raises yaml.MarkedYAMLError: it is not YAML.
    """
    loader = _LOADER(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


def _start(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def mark_of(event: Any) -> Mark:
    """The mark of a scalar: the whole of it, or its first character where it has several lines."""
    start, end = event.start_mark, event.end_mark
    length = end.index - start.index if end.line == start.line else 1
    return Mark(start.line + 1, start.column + 1, length or 1)
