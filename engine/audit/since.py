"""The part of a store that an incremental verification reads: cases that have gone on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.store.base import Entry, OutboxRow, Reader

__all__ = ["Since"]


class Since:
    """A reader that shows, of what it gives case by case, only cases with newer records.

    Rows of cases that have no record at all are shown as well: nobody else would see them.
    Everything that is not kept by case is shown as it is.
    """

    def __init__(self, reader: Reader, size: int) -> None:
        """Find out which cases have records from index ``size`` on; these are held."""
        self._reader = reader
        self.cases = dict.fromkeys(reader.cases_since(size))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def by_case(self) -> Iterator[tuple[int, Entry]]:
        """Give the records of these cases, from the first."""
        for case in self.cases:
            yield from self._reader.case_entries(case)

    def by_case_bytes(
        self, _first: str, _last: str | None, size: int
    ) -> Iterator[tuple[int, str, bytes]]:
        """Give the same as index, case and bytes; the range is all of them."""
        for case in self.cases:
            yield from self._reader.by_case_bytes(case, f"{case}\0", size)

    def incident_ids(self) -> Iterator[str]:
        """Give the ids of their rows."""
        return (case for case in self._reader.incident_ids() if self._is_shown(case))

    def outbox(self) -> list[OutboxRow]:
        """Return their messages that wait."""
        return [row for row in self._reader.outbox() if self._is_shown(row.case)]

    def _is_shown(self, case: str) -> bool:
        return case in self.cases or self._reader.case_head(case).leaf is None
