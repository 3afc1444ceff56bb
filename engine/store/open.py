"""From the URL of a store to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from handrail.engine.store.base import Store

__all__ = ["create_store", "open_store"]


def open_store(url: str, folder: Path) -> Store:
    """Open the store at ``url``; a relative path is taken from ``folder``.

    :raises UsageError: no store of this kind is known.
    :raises StoreError: it is missing or cannot be used.
    """
    from handrail.engine.store.sqlite import SqliteStore  # noqa: PLC0415 - the kind is chosen here

    return SqliteStore.open(_path(url, folder))


def create_store(url: str, folder: Path, origin: str) -> Store:
    """Make an empty store at ``url``, for a log called ``origin``."""
    from handrail.engine.store.sqlite import SqliteStore  # noqa: PLC0415 - the kind is chosen here

    return SqliteStore.create(_path(url, folder), origin)


def _path(url: str, folder: Path) -> Path:
    scheme, colon, rest = url.partition(":")
    if colon and len(scheme) > 1 and scheme.isalnum():
        if scheme != "sqlite":
            raise UsageError(
                "“{url}”: only SQLite is built in; write sqlite:PATH or a path", url=url
            )
        return folder / rest
    return folder / url
