"""Anchoring the head where that is due, and signing it while the log grows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from handrail.engine.anchoring import Pace
from handrail.engine.news import News
from handrail.engine.sign import sign_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.engine import Engine

__all__ = ["Checkpoints"]

# What was recorded since the last checkpoint could still be rewritten unseen by who has
# the store; ten minutes of it, at 200 bytes a checkpoint.
AFTER: Final = timedelta(minutes=10)


class Checkpoints:
    """Anchors what is due; signs a head that nobody signed, every ten minutes at most."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._size = -1  # of the newest checkpoint, as far as this has looked
        self._at: datetime | None = None

    def __call__(self, engine: Engine) -> Iterator[News]:
        """Look once."""
        for came in engine.anchor(due_only=True, pace=self._pace):
            if came.problem is None:
                yield News("anchored", {"anchor": came.place, "size": came.size})
            else:
                engine.warnings.append(came.problem)
        if self._is_due(engine):
            signed = sign_head(engine)
            self._size, self._at = signed.size, engine.clock.now()
            yield News("signed", {"size": signed.size, "root": signed.root.hex()})

    def _is_due(self, engine: Engine) -> bool:
        with engine.reading() as reader:
            size = reader.head().size
            if size <= self._size or self._is_fresh(engine):
                return False
            newest = reader.checkpoints()[-1:]  # all of them, so seldom
        for row in newest:
            self._size, self._at = row.size, datetime.fromisoformat(row.recorded)
        return size > self._size and not self._is_fresh(engine)

    def _is_fresh(self, engine: Engine) -> bool:
        return self._at is not None and engine.clock.now() - self._at < AFTER
