"""What the log says that it put somewhere, held against what is there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.anchors import SETTINGS
from handrail.engine.audit.chains import decoded
from handrail.engine.clock import parse_instant
from handrail.engine.ledger.checkpoint import alleged
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.anchors import Evidence, Gathered
    from handrail.engine.audit.findings import Report
    from handrail.engine.store.base import Reader

__all__ = ["check_anchored"]

_APART: Final = timedelta(hours=1)  # between an authority's clock and ours, and other anchors

Point = tuple[str, str]  # size, root in hex; of a record it may be anything


def check_anchored(reader: Reader, gathered: Gathered, report: Report) -> list[str]:
    """Report anchors that lost what was put there, and time stamps that do not fit.

    :returns: places where the log says that it was put, and that ``handrail.yaml``, if it
        can be read, does not name.
    """
    held = {each.place: Held(each) for each in gathered.evidence if each.problem is None}
    for each in held.values():
        each.tell(report)
    asked = {each.place for each in gathered.evidence}
    left: dict[str, None] = {}
    for seq, record in _told(reader, gathered.size):
        place = str(record.get("anchor"))
        if place in held:
            held[place].compare(seq, record, report)
        elif place not in asked:
            left[place] = None
    return [] if SETTINGS in asked else list(left)


def _told(reader: Reader, size: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Give the records of what was anchored before the anchors were read."""
    for row in reader.log(Filter(type="checkpoint-anchored")):
        record = decoded(row.data)
        if row.seq < size and record is not None:
            yield row.seq, record


class Held:
    """What an anchor holds, by size and root."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._points: dict[Point, str] = {}
        for note in evidence.notes:
            found = alleged(note)
            self._points[str(found.size), found.root.hex()] = note
        self._wrong = {str(size) for size, _ in evidence.wrong}
        self._told = evidence.rewritten  # once for an anchor: the first says enough

    def tell(self, report: Report) -> None:
        """Report what shows without the log."""
        place = self._evidence.place
        if self._evidence.rewritten:
            report.add("anchor-rewritten", anchor=place)
        for size, reason in self._evidence.wrong:
            report.add("timestamp-wrong", size=size, anchor=place, reason=reason)

    def compare(self, seq: int, record: Mapping[str, Any], report: Report) -> None:
        """Hold a record of what was put here against what is here."""
        size = str(record.get("size"))
        note = self._points.get((size, str(record.get("root"))))
        if note is not None:
            self._compare_times(seq, record, note, report)
        elif size not in self._wrong and not self._told:
            self._told = True
            report.add("anchor-rewritten", seq, "LOG", anchor=self._evidence.place)

    def _compare_times(
        self, seq: int, record: Mapping[str, Any], note: str, report: Report
    ) -> None:
        stamped, recorded = self._evidence.stamped.get(note), str(record.get("recorded"))
        if stamped is None or _is_near(stamped, recorded):
            return
        report.add(
            "timestamp-differs",
            seq,
            "LOG",
            recorded=recorded,
            anchor=self._evidence.place,
            stamped=stamped,
        )


def _is_near(stamped: str, recorded: str) -> bool:
    try:
        return abs(parse_instant(recorded) - parse_instant(stamped)) <= _APART
    except ValueError:
        return False
