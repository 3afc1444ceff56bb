"""The tables that make reading fast, held against the fold of the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.audit.outbox import MESSAGES, Outbox
from handrail.engine.errors import HandrailError, StoreError
from handrail.engine.machine.state import World
from handrail.engine.projection import deadline_rows, fold, incident_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.audit.charter import Charter
    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.registered import Registered
    from handrail.engine.projection import Loaded
    from handrail.engine.store.base import DeadlineRow, Reader

__all__ = ["Projections"]

INCIDENT, DOCUMENT = "INC-", "DOC-"  # cases that fold; LOG has no state


class Projections:
    """Folds one case at a time and compares its rows; cases come in the order of their ids."""

    def __init__(
        self, reader: Reader, documents: Registered, charter: Charter, report: Report
    ) -> None:
        self._reader = reader
        self._documents = documents
        self._charter = charter
        self._report = report
        self._rows = reader.incident_ids()
        self._next = next(self._rows, None)
        self._loaded: Loaded | None = None
        self._broken = False
        self._last = -1  # the index of the case's last record so far
        self._outbox = Outbox(reader, documents.definition, report)

    def take(self, seq: int, case: str, record: Mapping[str, Any] | None) -> None:
        """Fold one more record of the case; None for one that cannot be used."""
        if not case.startswith((INCIDENT, DOCUMENT)) or self._broken:
            return
        if record is None:
            self._broken = True
            return
        self._last = seq
        try:
            self._loaded = fold(self._documents.definition, self._loaded, record)
            if record["type"] in MESSAGES:
                self._outbox.take(record, self._loaded, self._charter.site(seq))
        except HandrailError as error:
            self._illegal(seq, case, error)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            self._illegal(seq, case, f"{type(error).__name__}: {error}")

    def _illegal(self, seq: int, case: str, reason: object) -> None:
        self._broken = True
        self._report.add("case-illegal", seq, case, reason=reason)

    def end(self, case: str) -> None:
        """Compare the rows of a case that has been folded."""
        if case.startswith(INCIDENT):
            self._skip_to(case)
        if self._loaded is not None and not self._broken:
            if case.startswith(INCIDENT):
                self._compare_incident(case, self._loaded)
            self._compare_deadlines(case, self._loaded)
        if case.startswith((INCIDENT, DOCUMENT)):
            self._outbox.end(case, folded=self._loaded is not None and not self._broken)
        self._loaded, self._broken = None, False

    def finish(self) -> None:
        """Tell of rows that no case has."""
        self._skip_to(None)
        self._outbox.finish()

    def _skip_to(self, case: str | None) -> None:
        """Go on in the table of incidents, to a case's row."""
        while self._next is not None and (case is None or self._next < case):
            self._report.add("projection-extra", None, self._next, table="incident")
            self._next = next(self._rows, None)
        if self._next == case:
            self._next = next(self._rows, None)

    def _compare_incident(self, case: str, loaded: Loaded) -> None:
        try:
            found = self._reader.incident(case)
        except StoreError:  # what should be a list of people is not JSON
            self._report.add("projection-unreadable", None, case, table="incident")
            return
        if found is None:
            self._report.add("projection-missing", None, case, table="incident")
            return
        self._report.compare(case, "incident", found, incident_row(loaded))

    def _compare_deadlines(self, case: str, loaded: Loaded) -> None:
        expected = self._deadlines(case, loaded)
        if expected is None:
            return
        found = {row[:4]: row for row in self._reader.deadlines(case)}
        for key in sorted({*expected, *found}, key=str):
            if key not in expected:
                self._report.add("projection-extra", None, case, table="deadline")
            elif key not in found:
                self._report.add("projection-missing", None, case, table="deadline")
            else:
                self._report.compare(case, "deadline", found[key], expected[key])

    def _deadlines(self, case: str, loaded: Loaded) -> dict[tuple[str, ...], DeadlineRow] | None:
        """Return what must be due; the site plan of the case's last record decides on it."""
        try:
            site = self._charter.site(self._last)
            if site is None:
                return None
            world = World(self._documents.definition, lambda _: None, site)
            return {row[:4]: row for row in deadline_rows(world, loaded.case)}
        except HandrailError:  # a document cannot be relied on, which is reported
            return None
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            self._illegal(self._last, case, f"{type(error).__name__}: {error}")
            return None
