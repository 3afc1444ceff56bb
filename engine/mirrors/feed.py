"""Feeding a mirror: records from its place on, in batches, each settled before the next."""

from __future__ import annotations

import json
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import structlog

from handrail.engine.audit.formats import About, ecs, ocsf, pseudonymous
from handrail.engine.mirrors.fault import MirrorError, SinkError
from handrail.engine.mirrors.place import Place, alone, folder_of, read_place, save_place
from handrail.engine.mirrors.sinks import sink_of
from handrail.engine.news import News
from handrail.engine.syslog import SyslogError

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from pathlib import Path

    from handrail.engine.mirrors import Mirror
    from handrail.engine.mirrors.sinks import Sink
    from handrail.engine.store.base import Store, StoredRecord

    Row = dict[str, Any]

__all__ = ["feed"]

BATCH: Final = 200  # records that are sent before the place moves
_FORMS: Final = {"ecs": ecs.shape, "ocsf": ocsf.shape}
_GRAVE: Final = ("deadline-passed", "deviated")


def feed(store: Store, root: Path, mirror: Mirror) -> Iterator[News]:
    """Send on what the mirror has not had yet; nothing while another program feeds it.

    No transaction is open while the sink works, and none is written.

    :param root: the workspace's folder.
    :raises MirrorError: the sink fails, or the place cannot be kept.
    """
    folder = folder_of(root)
    try:
        with alone(folder, mirror.name) as held:
            if held:
                yield from _feed(store, root, folder, mirror)
    except (SinkError, SyslogError, OSError, UnicodeError, OverflowError) as fault:
        raise MirrorError(mirror, fault) from fault


def _feed(store: Store, root: Path, folder: Path, mirror: Mirror) -> Iterator[News]:
    place = read_place(folder, mirror.name, store.origin)
    with store.read() as reader:
        fits = place.fits(reader, store.origin)
    if not fits:
        yield News("mirror-again", {"mirror": mirror.name, "sent": place.sent})
        place = Place(store.origin)
    while batch := _batch(store, place):
        _send(sink_of(mirror.to, root), mirror.form, store.origin, batch)
        last = batch[-1]
        first, place = place.sent, Place(store.origin, last.seq + 1, last.leaf.hex())
        save_place(folder, mirror.name, place)
        yield News("mirrored", {"mirror": mirror.name, "from": first, "to": last.seq})


def _batch(store: Store, place: Place) -> list[StoredRecord]:
    with store.read() as reader:
        return list(islice(reader.scan(place.sent), BATCH))


def _send(sink: Sink, form: str, origin: str, batch: list[StoredRecord]) -> None:
    with sink:
        logger = structlog.wrap_logger(
            sink,
            processors=[_Frame(sink, form, About(origin, version("handrail")))],
            wrapper_class=structlog.make_filtering_bound_logger(0),
            cache_logger_on_first_use=True,
        )
        for row in batch:
            record = json.loads(row.data)
            tell = logger.warning if _is_grave(record["type"]) else logger.info
            tell(record["type"], row={"seq": row.seq, "leaf": row.leaf.hex(), **record})
        sink.settle()


def _is_grave(kind: str) -> bool:
    return kind in _GRAVE or kind.endswith("-refused")


class _Frame:
    """The processor of structlog that makes a record the bytes that its sink takes."""

    def __init__(self, sink: Sink, form: str, about: About) -> None:
        self._sink = sink
        self._form = form
        self._about = about
        self._render = structlog.processors.JSONRenderer(ensure_ascii=False)

    def __call__(self, logger: Any, level: str, event: MutableMapping[str, Any]) -> bytes:
        row = event["row"]
        text = self._render(logger, level, self._shaped(row))
        assert isinstance(text, str)  # noqa: S101 - so says its serializer
        return self._sink.frame(level, row, text.encode())

    def _shaped(self, row: Row) -> Row:
        """As it is in the log, so that it can be verified; or in the form of others."""
        shape = _FORMS.get(self._form)
        return row if shape is None else shape(pseudonymous(row), self._about)
