"""What stands where in a document that was read: a second pass, for those with findings."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from yaml import events as ev

from handrail.engine.documents.events import events_of, mark_of
from handrail.engine.documents.source import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.source import Mark

__all__ = ["places"]


def places(text: str) -> Place:
    """The place of the one document in ``text``, with those of its parts."""
    with closing(events_of(text)) as events:
        begin = next(event for event in events if isinstance(event, ev.NodeEvent))
        return _place(begin, None, events)


def _place(begin: Any, key: Mark | None, events: Iterator[Any]) -> Place:
    inside: dict[str | int, Place] | None = None
    end = begin
    if isinstance(begin, ev.CollectionStartEvent):
        inside = {}
        fill = _map if isinstance(begin, ev.MappingStartEvent) else _list
        end = fill(inside, events)
    start = begin.start_mark
    return Place(start.index, end.end_mark.index, start.line, start.column, key, inside)


def _map(inside: dict[str | int, Place], events: Iterator[Any]) -> Any:
    """Fill in a map's places; the event that it ends with."""
    while isinstance(event := next(events), ev.ScalarEvent):
        inside[event.value] = _place(next(events), mark_of(event), events)
    return event


def _list(inside: dict[str | int, Place], events: Iterator[Any]) -> Any:
    while not isinstance(event := next(events), ev.SequenceEndEvent):
        inside[len(inside)] = _place(event, None, events)
    return event
