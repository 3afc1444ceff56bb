"""How far a mirror is behind the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.mirrors.place import Place, folder_of, read_place

if TYPE_CHECKING:
    from pathlib import Path

    from handrail.engine.mirrors import Mirror
    from handrail.engine.store.base import Store

__all__ = ["Behind", "behind"]


class Behind(NamedTuple):
    """What a mirror still has to be sent."""

    sent: int  # records of this log
    waiting: int  # records that it has not had
    since: str | None  # when the first of them was recorded
    fits: bool  # whether what it was sent is the beginning of this log


def behind(store: Store, root: Path, mirror: Mirror) -> Behind:
    """Look how far a mirror has come.

    :param root: the workspace's folder.
    """
    place = read_place(folder_of(root), mirror.name, store.origin)
    with store.read() as reader:
        fits = place.fits(reader, store.origin)
        place = place if fits else Place(store.origin)
        size = reader.head().size
        _, first = next(reader.entries(place.sent), (0, None))
    return Behind(place.sent, size - place.sent, first.recorded if first else None, fits)
