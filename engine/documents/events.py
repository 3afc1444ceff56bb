"""From libyaml's events to data: one pass, bounded in depth and number, nothing evaluated."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml
from yaml import events as ev

from handrail.engine.documents.finding import MOST_FINDINGS, Message, msg
from handrail.engine.documents.plain import unfit
from handrail.engine.documents.source import Mark, Place, Source, SourceError
from handrail.engine.documents.syntax import syntax_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.finding import Finding

__all__ = ["build", "events_of"]

DEEPEST = 64
MOST_VALUES = 20_000  # a protocol of 1,200 lines holds 3,000
_LARGEST = 2**53  # from it on JSON readers disagree (RFC 8785 §3.2.2.3)
_LONGEST_NUMBER = 40
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "": None}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # wheels of PyYAML hold the first


class _Stop(Exception):  # noqa: N818 - no error: the pass ends here
    """What follows cannot be read, or would be too much."""


class _Frame:
    """A map or list that is being filled; ``opened`` is its own place."""

    __slots__ = ("data", "is_map", "key", "mark", "opened", "places")

    def __init__(self, data: Any, opened: Place) -> None:
        self.data = data
        self.is_map = type(data) is dict
        self.opened = opened
        self.places: dict[str | int, Place] = {}
        self.key: str | None = None
        self.mark: Mark | None = None

    @property
    def wants_key(self) -> bool:
        return self.is_map and self.key is None

    def put(self, value: Any, place: Place) -> None:
        """Add an item, or the value of the key that was read last (a first one stays)."""
        if not self.is_map:
            self.places[len(self.data)] = place
            self.data.append(value)
        elif self.key is not None:
            self.data.setdefault(self.key, value)
            self.places.setdefault(self.key, place)
            self.key = self.mark = None


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
    (data,) = reader.top.data
    return replace(source, data=data, root=reader.top.places[0])


class _Reader:
    """One pass over the events; ``stack`` holds what is open, ``top`` the documents."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Finding] = []
        self.top = _Frame([], source.root)
        self.stack: list[_Frame] = [self.top]
        self.values = 0

    def read(self) -> None:
        take = {kind: getattr(self, name) for kind, name in _TAKEN.items()}
        for event in events_of(self.source.text):
            if (handler := take.get(type(event))) is not None:
                handler(event)
        if not self.top.data:
            self.stop("HR004", msg("the file holds no document"), Mark(1, 1))

    # Values

    def scalar(self, event: Any) -> None:
        if event.anchor is not None or event.tag is not None:
            self.adorned(event)
        frame = self.stack[-1]
        if frame.is_map and frame.key is None:
            self.key(frame, event)
            return
        if event.value == "" and frame.mark is not None:
            self.empty(frame, event)
        frame.put(self.value(event), _place(event, frame))
        self.count(event)

    def empty(self, frame: _Frame, event: Any) -> None:
        """``{en: Look, listen}`` has a key “listen” without a colon: a comma that ended a text."""
        at, mark = event.start_mark, frame.mark
        if mark and event.implicit[0] and (at.line + 1, at.column) == (mark.line, mark.end):
            message = msg("“{key}” has no value: within braces a comma ends a text", key=frame.key)
            self.found("HR017", message, mark, mend=msg("put the whole text in quotes"))

    def value(self, event: Any) -> Any:
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
        self.found("HR013", message, _mark(event), expected=expected, mend=mend)
        return 0

    def fit(self, event: Any) -> None:
        if bad := unfit(event.value):
            self.found(bad[0], bad[1], _mark(event), mend=msg("take the escape out"))

    def count(self, event: Any) -> None:
        self.values += 1
        if self.values > MOST_VALUES:
            message = msg("the document holds more than {most} values", most=MOST_VALUES)
            self.stop("HR016", message, _start(event))

    # Maps and lists

    def begin_map(self, event: Any) -> None:
        self.begin(event, {})

    def begin_list(self, event: Any) -> None:
        self.begin(event, [])

    def begin(self, event: Any, data: Any) -> None:
        if event.anchor is not None or event.tag is not None:
            self.adorned(event)
        if len(self.stack) > DEEPEST:
            self.stop("HR011", msg("nested deeper than {most}", most=DEEPEST), _start(event))
        frame = self.stack[-1]
        if frame.wants_key:
            mend = msg("a text that begins with a bracket or brace needs quotes")
            self.stop("HR012", msg("a map or list cannot be a key"), _start(event), mend=mend)
        self.stack.append(_Frame(data, _place(event, frame)))
        self.count(event)

    def end(self, event: Any) -> None:
        done = self.stack.pop()
        self.source.places[id(done.data)] = done.places
        self.stack[-1].put(done.data, done.opened._replace(end=event.end_mark.index))

    def key(self, frame: _Frame, event: Any) -> None:
        key: str = event.value
        frame.key, frame.mark = key, _mark(event)
        if event.implicit[0]:
            self.plain_key(key, frame.mark)
        else:
            self.fit(event)
        if key in frame.places:
            self.twice(key, frame.mark, frame.places[key].key)

    def plain_key(self, key: str, mark: Mark) -> None:
        if key == "<<":
            self.found("HR009", msg("a merge key"), mark, mend=msg("write the members out"))
        elif key in _WORDS or _NUMBER.fullmatch(key):
            message = msg("the key “{key}” is not text", key=key)
            self.found("HR012", message, mark, mend=msg("put it in quotes"))

    def twice(self, key: str, mark: Mark, first: Mark | None) -> None:
        message = msg("the key “{key}” stands here twice", key=key)
        where = first.line if first else mark.line
        mend = msg("the first stands in line {line}: keep one of them", line=where)
        self.found("HR007", message, mark, mend=mend)

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

    def alias(self, event: Any) -> None:
        message = msg("an alias (“*{name}”)", name=event.anchor)
        mend = msg("write the part out here; a text that begins with “*” needs quotes")
        self.found("HR008", message, _mark(event), mend=mend)
        frame = self.stack[-1]
        if frame.wants_key:
            frame.key, frame.mark = f"*{event.anchor}", _mark(event)
        else:
            frame.put(None, _place(event, frame))

    def document(self, event: Any) -> None:
        if self.top.data:
            message = msg("a second document in one file")
            self.stop("HR006", message, _start(event), mend=msg("split the file"))
        if event.tags or event.version not in (None, (1, 2)):
            message = msg("a directive other than “%YAML 1.2”")
            self.found("HR014", message, _start(event), mend=msg("take it out"))

    def found(self, code: str, message: Message, mark: Mark, **more: Message) -> None:
        self.findings.append(self.source.finding(code, message, mark, **more))
        if len(self.findings) >= MOST_FINDINGS:
            raise _Stop

    def stop(self, code: str, message: Message, mark: Mark, **more: Message) -> None:
        self.found(code, message, mark, **more)
        raise _Stop


_TAKEN = {
    ev.ScalarEvent: "scalar",
    ev.MappingStartEvent: "begin_map",
    ev.SequenceStartEvent: "begin_list",
    ev.MappingEndEvent: "end",
    ev.SequenceEndEvent: "end",
    ev.AliasEvent: "alias",
    ev.DocumentStartEvent: "document",
}


def events_of(text: str) -> Iterator[ev.Event]:
    """What libyaml makes of a text, event after event.

    :raises yaml.MarkedYAMLError: it is not YAML.
    """
    loader = _LOADER(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


def _place(event: Any, frame: _Frame) -> Place:
    start = event.start_mark
    return Place(start.index, event.end_mark.index, start.line, start.column, frame.mark)


def _start(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _mark(event: Any) -> Mark:
    start, end = event.start_mark, event.end_mark
    length = end.index - start.index if end.line == start.line else 1
    return Mark(start.line + 1, start.column + 1, length or 1)
