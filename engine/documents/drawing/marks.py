"""What a run did, to be marked in the drawing of its protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Marks", "Passage", "marks_of"]

Passage = tuple[str, str, int | None]  # source state, "step NAME" | "next" | "done", branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The path of a run: the numbers of its moves, from 1."""

    moves: Mapping[Passage, tuple[int, ...]] = field(default_factory=dict)  # when each was taken
    states: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # the moves that led there
    now: frozenset[str] = frozenset()  # where the run is
    deviated: frozenset[str] = frozenset()  # states that it was put into outside the protocol
    settings: Mapping[str, object] = field(default_factory=dict)  # the values of the run


def marks_of(
    records: Iterable[Mapping[str, Any]], *, run: str, now: Iterable[str] = ()
) -> tuple[Marks, dict[int, int]]:
    """Read the marks of a run from its case's records, in their order.

    :returns: the marks, and the number of each move by its record's ``cseq``.
    """
    moves: dict[Passage, list[int]] = {}
    states: dict[str, list[int]] = {}
    deviated: set[str] = set()
    settings: Mapping[str, object] = {}
    numbers: dict[int, int] = {}
    for record in records:
        if record.get("run") != run or "to" not in record or record["type"] == "notified":
            continue
        if record["type"] == "run-started":
            settings = record.get("settings") or {}
        number = numbers[record["cseq"]] = len(numbers) + 1
        for source, kind, index in record.get("moves", ()):
            moves.setdefault((source, kind, index), []).append(number)
        for state in _reached(record):
            states.setdefault(state, []).append(number)
        if record["type"] == "deviated":
            deviated.update(record["to"])
    marks = Marks(
        moves={key: tuple(value) for key, value in moves.items()},
        states={key: tuple(value) for key, value in states.items()},
        now=frozenset(now),
        deviated=frozenset(deviated),
        settings=settings,
    )
    return marks, numbers


def _reached(record: Mapping[str, Any]) -> list[str]:
    """The leaf states that a record led to and was not in before."""
    before = record.get("from", ())
    return [state for state in record["to"] if state not in before]
