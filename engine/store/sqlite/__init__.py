"""The store in one SQLite file."""

from __future__ import annotations

from handrail.engine.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
