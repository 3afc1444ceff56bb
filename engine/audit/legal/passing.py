"""Deadlines that passed by the time of records: told late, or because the clock was looked at.

A deadline's record tells when it was due, which follows from when its state was entered.
So it is told again wherever the same deadlines are due, in the same order.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from handrail.engine.machine.state import passing, task_mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.audit.legal.form import Atom
    from handrail.engine.audit.legal.known import Place, Start
    from handrail.engine.audit.legal.told import Told

    Record = Mapping[str, Any]

__all__ = ["Pass", "Stands", "atoms_of", "passes_of", "pattern"]


class Stands(Protocol):
    """A run that goes on, as a ``Start``."""

    @property
    def place(self) -> Place:
        """Where it is."""

    @property
    def atoms(self) -> tuple[Any, ...]:
        """Its own."""


class Pass(NamedTuple):
    """A deadline of a run that the records tell to have passed."""

    telling: int  # which of the records tells it
    run: str
    clock: int  # which of the place's


def pattern(runs: Mapping[str, Stands], times: Mapping[str, Sequence[str]], at: str) -> object:
    """Which deadlines are due at a time and have not passed, soonest first (``deadlines``)."""
    found = [
        (time, name, (runs[name].place.clocks or ())[index][0].removeprefix(task_mark("")), index)
        for name, dues in times.items()
        for index, time in enumerate(dues)
        if time <= at
    ]
    found.sort(key=lambda one: one[:3])
    return tuple([(name, index) for _, name, _, index in found])


def passes_of(
    starts: Mapping[str, Start], tellings: Sequence[Told], records: Sequence[Record]
) -> tuple[Pass, ...] | None:
    """The deadlines that passed; None: one of another kind did.

    Each must run from when its state was entered: then it is not due before that.
    """
    found = []
    for index, (telling, record) in enumerate(zip(tellings, records, strict=True)):
        if telling.due is None:
            continue
        start = starts.get(record["run"])
        if start is None:
            return None
        place, owner = start.place, record["state"]
        owner = task_mark(record["task"]) if "task" in record else owner
        clocks = [i for i, one in enumerate(place.clocks or ()) if one[0] == owner]
        if len(clocks) != 1 or not _is_from_entry(place, clocks[0], record["state"]):
            return None
        due = place.times(start.atoms)[clocks[0]]
        if telling.due != due or telling.occurred != due:
            return None
        found.append(Pass(index, record["run"], clocks[0]))
    return tuple(found)


def _is_from_entry(place: Place, clock: int, state: str) -> bool:
    assert place.clocks is not None  # noqa: S101 - this is one of them
    _, since, length = place.clocks[clock]
    entered = place.run.entered.get(state)
    return type(since) is int and place.atoms[since] == entered and length >= timedelta()


def atoms_of(
    starts: Mapping[str, Stands],
    at: str,
    seals: Sequence[str],
    tellings: Sequence[Told],
    passes: Sequence[Pass],
) -> list[Atom]:
    """All atoms that there are after the records: last, for each run, what has passed then.

    :param seals: the digests in the records.
    """
    every: list[Atom] = []
    for start in starts.values():
        every += start.atoms
    every.append(at)
    every += seals
    for name in dict.fromkeys([one.run for one in passes]):
        place, atoms = starts[name].place, starts[name].atoms
        passed = () if place.passed is None else atoms[place.passed]
        now = [
            passing((place.clocks or ())[one.clock][0], tellings[one.telling].due or "")
            for one in passes
            if one.run == name
        ]
        every.append(frozenset((*passed, *now)))
    return every
