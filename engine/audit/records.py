"""One record and its row: the bytes are the truth, the columns only help to find them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.audit.chains import decoded
from handrail.engine.ledger.record import canonical

if TYPE_CHECKING:
    from handrail.engine.audit.findings import Report
    from handrail.engine.store.base import Entry

__all__ = ["check_record"]

Record = dict[str, Any]

COLUMNS = ("case", "cseq", "type", "recorded", "occurred", "actor", "run", "protocol", "drill")


def check_record(seq: int, entry: Entry, origin: str, report: Report) -> Record | None:
    """Return the decoded record; None where it cannot be used, which is reported."""
    record = decoded(entry.data)
    if record is None:
        report.add("record-unreadable", seq, entry.case)
        return None
    if not _has_form(record, entry.data):
        report.add("record-form", seq, entry.case)
        return None
    if record.get("log") != origin:
        report.add("record-foreign", seq, entry.case, log=record.get("log"))
    _check_columns(seq, entry, record, report)
    if str(record.get("occurred")) > str(record.get("recorded")):
        report.add("time-ahead", seq, entry.case, occurred=record.get("occurred"))
    return record


def _has_form(record: Record, data: bytes) -> bool:
    """Tell whether these bytes are what the engine writes for these members."""
    try:
        return canonical(record) == data and record.get("v") == 1
    except ValueError:
        return False


def _check_columns(seq: int, entry: Entry, record: Record, report: Report) -> None:
    told = _told(record)
    for column, expected in zip(COLUMNS, told, strict=True):
        found = getattr(entry, column)
        if found != expected:
            report.add(
                "column-differs", seq, entry.case, column=column, found=found, expected=expected
            )


def _told(record: Record) -> tuple[object, ...]:
    """What the record itself says that its columns are."""
    return (
        record.get("case"),
        record.get("cseq"),
        record.get("type"),
        record.get("recorded"),
        record.get("occurred"),
        _member(record, "actor"),
        record.get("run"),
        _member(record, "protocol"),
        record.get("drill"),
    )


def _member(record: Record, name: str) -> object:
    """Return the id of a member that has one."""
    part = record.get(name)
    return part.get("id") if isinstance(part, dict) else part
