"""The log's own case: nothing moves in it, but who did what in it must have been allowed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.audit.legal.case import Incident

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from handrail.engine.audit.legal.then import Moment
    from handrail.engine.machine.decide import Decision

    Record = Mapping[str, Any]

__all__ = ["Log"]


class Log(Incident):
    """Takes the records of the case ``LOG``."""

    def decisions(
        self, _seq: int, _head: Record, _group: Sequence[Record], _moment: Moment
    ) -> Iterable[Decision] | None:
        """No machine decides here."""
        return None

    def follow(self, _records: Sequence[Record], count: int, _moment: Moment) -> int:
        """It has no state."""
        return count
