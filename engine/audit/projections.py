"""The tables that make reading fast, held against the fold of the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.errors import HandrailError
from handrail.engine.projection import fold, incident_row
from handrail.engine.store.base import IncidentRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.registered import Registered
    from handrail.engine.projection import Loaded
    from handrail.engine.store.base import Reader

__all__ = ["Projections"]

INCIDENT = "INC-"


class Projections:
    """Folds one case at a time and compares its rows; cases come in the order of their ids."""

    def __init__(self, reader: Reader, documents: Registered, report: Report) -> None:
        self._reader = reader
        self._documents = documents
        self._report = report
        self._rows = reader.incident_ids()
        self._next = next(self._rows, None)
        self._loaded: Loaded | None = None
        self._broken = False

    def take(self, seq: int, case: str, record: Mapping[str, Any] | None) -> None:
        """Fold one more record of the case; None for one that cannot be used."""
        if not case.startswith(INCIDENT) or self._broken:
            return
        if record is None:
            self._broken = True
            return
        try:
            self._loaded = fold(self._documents.definition, self._loaded, record)
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
                self._compare(case, self._loaded)
        self._loaded, self._broken = None, False

    def finish(self) -> None:
        """Tell of rows that no case has."""
        self._skip_to(None)

    def _skip_to(self, case: str | None) -> None:
        """Go on in the table of incidents, to a case's row."""
        while self._next is not None and (case is None or self._next < case):
            self._report.add("projection-extra", None, self._next, table="incident")
            self._next = next(self._rows, None)
        if self._next == case:
            self._next = next(self._rows, None)

    def _compare(self, case: str, loaded: Loaded) -> None:
        found = self._reader.incident(case)
        if found is None:
            self._report.add("projection-missing", None, case, table="incident")
            return
        for column, expected in zip(IncidentRow._fields, incident_row(loaded), strict=True):
            self._differ(case, "incident", column, getattr(found, column), expected)

    def _differ(self, case: str, table: str, column: str, found: object, expected: object) -> None:
        if found != expected:
            self._report.add(
                "projection-differs",
                None,
                case,
                table=table,
                column=column,
                found=found,
                expected=expected,
            )
