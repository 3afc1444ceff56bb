"""What a run did, to be marked in the drawing of its protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handrail.engine.machine.definition import Definition

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
    definition: Definition,
    records: Iterable[Mapping[str, Any]],
    *,
    run: str,
    now: Iterable[str] = (),
) -> tuple[Marks, dict[int, int]]:
    """Read the marks of a run from its case's records, in their order.

    :param now: the states that the run is in.
    :returns: the marks, and the number of each move by its record's ``cseq``.
    """
    moves: dict[Passage, list[int]] = {}
    states: dict[str, list[int]] = {}
    deviated: set[str] = set()
    settings: Mapping[str, object] = {}
    numbers: dict[int, int] = {}
    for record in records:
        if record.get("run") != run or record["type"] not in _MOVES:
            continue
        settings = record.get("settings") or settings
        number = numbers[record["cseq"]] = len(numbers) + 1
        for source, kind, index in record.get("moves", ()):
            moves.setdefault((source, kind, index), []).append(number)
        reached = _reached(definition, record)
        for state in reached:
            states.setdefault(state, []).append(number)
        if record["type"] == "deviated":
            deviated.update(set(reached).intersection(record["to"]))
    marks = Marks(
        moves={key: tuple(value) for key, value in moves.items()},
        states={key: tuple(value) for key, value in states.items()},
        now=frozenset(now),
        deviated=frozenset(deviated),
        settings=settings,
    )
    return marks, numbers


# The records that say where a run went.
_MOVES: Final = frozenset({"run-started", "step-taken", "moved", "deviated", "run-migrated"})


def _reached(definition: Definition, record: Mapping[str, Any]) -> list[str]:
    """The states that a record led to and was not in before, innermost first."""
    before = _with_outer(definition, record.get("from", ()))
    after = _with_outer(definition, record.get("to", ()))
    return [state for state in after if state not in before]


def _with_outer(definition: Definition, leaves: Iterable[str]) -> dict[str, None]:
    """The leaves, and the states that they lie in."""
    found: dict[str, None] = {}
    for leaf in leaves:
        name: str | None = leaf if leaf in definition.states else None
        while name is not None:
            found[name] = None
            name = definition.regions[definition.states[name].region].owner
    return found
