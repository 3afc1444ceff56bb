"""What a decision would have recorded, held against what was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.ledger.record import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.machine.state import Case

    Record = Mapping[str, Any]

__all__ = ["Difference", "difference"]

# What the log adds to a draft, and a person's own signature under the whole.
_ADDED: Final = ("v", "log", "cseq", "prev", "recorded", "signature")


class Difference:
    """The first place where the records are not those of the decision."""

    def __init__(self, place: int, expected: Record, found: Record | None) -> None:
        self.place = place  # counted from the decision's first record
        self.expected = expected
        self.found = found

    @property
    def names(self) -> str:
        """The members that differ."""
        here, there = self.expected, self.found or {}
        names = {*here, *there}.difference(_ADDED)
        return ", ".join(sorted(name for name in names if not _same(here, there, name)))


def difference(
    drafts: Sequence[Record], case: Case | None, records: Sequence[Record]
) -> Difference | None:
    """The first difference; None: the records begin with these drafts.

    :param case: as the decision leaves it: its runs' documents stand in the records.
    """
    for place, draft in enumerate(drafts):
        expected = _pinned(draft, case)
        if place >= len(records):
            return Difference(place, expected, None)
        record = records[place]
        if not _is_of(expected, record):
            return Difference(place, expected, record)
    return None


def _pinned(draft: Record, case: Case | None) -> Record:
    """The draft, saying under which revision its run goes, as the casebook writes it."""
    run = None if case is None else case.runs.get(draft.get("run", ""))
    if run is None or "protocol" in draft:
        return draft
    return {
        **draft,
        "protocol": {"id": run.protocol, "revision": run.revision, "sha256": run.sha256},
    }


def _is_of(draft: Record, record: Record) -> bool:
    whole = dict(draft)
    for name in _ADDED:
        if name in record:
            whole[name] = record[name]
    return whole == record or _bytes(whole) == _bytes(record)


def _same(here: Record, there: Record, name: str) -> bool:
    return (name in here) == (name in there) and _bytes(here.get(name)) == _bytes(there.get(name))


def _bytes(value: object) -> bytes | None:
    """One form of lists and tuples; whether 1 stands there or true."""
    try:
        return canonical({"": value})
    except ValueError:
        return None
