"""What was decided before where runs begin or end: all that go on count, each at its place.

As in ``known``; only, such a decision may know every run that goes on, and of those that
have ended how they did. An atom of a run comes of an atom of the same run, of the records,
or is when the incident was opened: runs give each other none.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from handrail.engine.audit.legal.around import around, reads_of
from handrail.engine.audit.legal.clocks import clocks_of, hangs_on_time
from handrail.engine.audit.legal.heads import DEADLINE
from handrail.engine.audit.legal.known import OF_ONE, UNCLEAR, Start, numbered, time_of
from handrail.engine.machine.apply import apply
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.state import passing, task_mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.audit.legal.around import Around
    from handrail.engine.audit.legal.form import Atom
    from handrail.engine.audit.legal.known import Known, Place, World
    from handrail.engine.audit.legal.then import Moment
    from handrail.engine.audit.legal.told import Told
    from handrail.engine.machine.state import Case, Run

    Record = Mapping[str, Any]
    Starts = Mapping[str, Start]  # of the runs that go on

__all__ = ["Crossing", "Met", "atoms_of", "crossing", "is_in", "is_tick", "met", "outer", "pattern"]

_OF_SEVERAL: Final = OF_ONE | {
    *("incident-opened", "incident-closed", "run-started", "run-finished", DEADLINE)
}


class Along(Protocol):
    """A run that goes on, as a ``Start``."""

    @property
    def place(self) -> Place:
        """Where it is."""

    @property
    def atoms(self) -> tuple[Any, ...]:
        """Its own."""


class Goal(NamedTuple):
    """A run after the records."""

    run: Run  # as it was when this was learnt
    place: Place | None  # None: it has ended
    atoms: tuple[int, ...]  # of the place: which of those before, the time, and the digests
    stays: bool = False  # whether it is as it was


class Pass(NamedTuple):
    """A deadline of a run that the records tell to have passed."""

    telling: int  # which of the records tells it
    run: str
    clock: int  # which of the place's


class Crossing(NamedTuple):
    """What records of some forms led several runs to."""

    goals: Mapping[str, Goal]  # of the runs that go on, or ended now, as they stand in the case
    same: tuple[tuple[int, int], ...]  # which atoms must be equal
    passes: tuple[Pass, ...]
    ticks: bool  # whether the clock was looked at: then nothing may be due in any other run
    drill: bool  # of the case
    status: str
    outcome: str | None
    lifecycle: str | None


class Met(NamedTuple):
    """What records of some forms tell of, wherever they are met."""

    runs: frozenset[str]  # of which they tell
    starts: frozenset[str]  # protocols that begin
    reads: frozenset[str]  # what guards of these read of ``runs``


def pattern(runs: Mapping[str, Along], times: Mapping[str, Sequence[str]], at: str) -> object:
    """Which deadlines are due at a time and have not passed, soonest first (``deadlines``)."""
    found = [
        (time, name, (runs[name].place.clocks or ())[index][0].removeprefix(task_mark("")), index)
        for name, dues in times.items()
        for index, time in enumerate(dues)
        if time <= at
    ]
    found.sort(key=lambda one: one[:3])
    return tuple([(name, index) for _, name, _, index in found])


def met(moment: Moment, records: Sequence[Record]) -> Met:
    """What records tell of."""
    begun = [record["protocol"] for record in records if record["type"] == "run-started"]
    reads = [reads_of(moment.definition(pin["sha256"])).runs for pin in begun]
    return Met(
        frozenset(record["run"] for record in records if "run" in record),
        frozenset(pin["id"] for pin in begun),
        frozenset().union(*reads),
    )


def is_in(place: Place, run: Run, case: Case, told: Met) -> bool:
    """Whether what was told may hang on how this run is, or change it."""
    return (
        run.id in told.runs
        or run.id == case.lifecycle
        or bool(place.reads.runs or place.reads.incident)
        or not told.runs.isdisjoint(place.run.children.values())
    )


def outer(case: Case | None, told: Met, runs: Mapping[str, Along]) -> object:
    """What such a decision may know beside the runs that are in it."""
    if case is None:
        return None
    counts = [
        (name, sum(run.protocol == name for run in case.runs.values()))
        for name in sorted(told.starts)
    ]
    names = told.reads.union(*(one.place.reads.runs for one in runs.values()))
    reads = [(name, _rest(case, name, runs)) for name in sorted(names)]
    return (case.drill, case.status, case.lifecycle, *counts, *reads)


def _rest(case: Case, name: str, runs: Mapping[str, Along]) -> object:
    """What other runs give to ``how_runs_are``, whatever becomes of those that are in it."""
    last: object = None
    for run in case.runs.values():
        if run.id == case.lifecycle or (name and run.protocol != name):
            continue
        if run.id in runs:
            last = (run.id,)
        elif run.status == "active":
            return run.status
        else:
            last = run.outcome or run.status
    return last if name else None


def crossing(  # noqa: PLR0913, PLR0917 - where it began, what it went through, where it led
    known: Known,
    world: World,
    case: Case | None,
    starts: Starts,
    tellings: Sequence[Told],
    records: Sequence[Record],
    after: Case,
) -> tuple[Crossing | None, Starts]:
    """What records led to, and where runs are then; None: that need not always be so."""
    at = time_of(tellings)
    before = [atom for start in starts.values() for atom in start.atoms]
    seals = [seal for one in tellings for seal in one.seals]
    same, passes = _same((*before, at, *seals), len(before) + 1), _passes(starts, tellings, records)
    if (
        same is None
        or passes is None
        or at in before
        or not all(record["type"] in _OF_SEVERAL for record in records)
        or after.closed not in {None, at}
        or not (case is None or _are_left(case, starts, after))
        or not _is_still(world, case, starts, records, at)
    ):
        return None, {}
    every = atoms_of(starts, at, tellings, passes)
    goals = _goals(known, world, starts, every, passes, after, case)
    if goals is None:
        return None, {}
    found = Crossing(
        *(goals, same, passes, is_tick(records)),
        *(after.drill, after.status, after.outcome, after.lifecycle),
    )
    return found, {
        name: Start(goal.place, tuple([every[index] for index in goal.atoms]))
        for name, goal in goals.items()
        if goal.place is not None
    }


def is_tick(records: Sequence[Record]) -> bool:
    """Whether the engine looked at the clock; else, where a deadline passed, it is told late."""
    return any(one["type"] == DEADLINE and not one.get("late") for one in records)


def _passes(
    starts: Starts, tellings: Sequence[Told], records: Sequence[Record]
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
    starts: Mapping[str, Along], at: str, tellings: Sequence[Told], passes: Sequence[Pass]
) -> list[Atom]:
    """All atoms that there are after the records: last, for each run, what has passed then."""
    every: list[Atom] = [atom for start in starts.values() for atom in start.atoms]
    every.append(at)
    every += [seal for one in tellings for seal in one.seals]
    for name in dict.fromkeys(one.run for one in passes):
        place, atoms = starts[name].place, starts[name].atoms
        passed = () if place.passed is None else atoms[place.passed]
        now = [
            passing((place.clocks or ())[one.clock][0], tellings[one.telling].due or "")
            for one in passes
            if one.run == name
        ]
        every.append(frozenset((*passed, *now)))
    return every


def _are_left(before: Case, starts: Starts, after: Case) -> bool:
    """Whether all other runs are as they were."""
    return all(after.runs.get(key) is run for key, run in before.runs.items() if key not in starts)


def _same(every: Sequence[Atom], first: int) -> tuple[tuple[int, int], ...] | None:
    """To which atom before it each digest, from ``first`` on, is equal; None: to several."""
    found = []
    for index in range(first, len(every)):
        equal = [other for other in range(index) if every[other] == every[index]]
        if len(equal) > 1:
            return None
        found += [(index, other) for other in equal]
    return tuple(found)


def _goals(  # noqa: PLR0913, PLR0917 - as above
    known: Known,
    world: World,
    starts: Starts,
    every: Sequence[Atom],
    passes: Sequence[Pass],
    after: Case,
    case: Case | None,
) -> dict[str, Goal] | None:
    goals: dict[str, Goal] = {}
    count = sum(len(start.atoms) for start in starts.values())
    new = {atom: count + index for index, atom in enumerate(every[count:])}
    if starts:
        new[after.opened] = 0  # each run's first atom is when the incident was opened
    offsets = _offsets(starts)
    runs = [*dict.fromkeys(one.run for one in passes)]
    passed = {name: [len(every) - len(runs) + i] for i, name in enumerate(runs)}
    for name, run in after.runs.items():
        before, begun = None if case is None else case.runs.get(name), starts.get(name)
        if before is not None and begun is None:
            continue
        if run.status != "active":
            goals[name] = Goal(run, None, ())
            continue
        own = dict(new)
        if begun is not None:
            own |= {atom: offsets[name] + i for i, atom in enumerate(begun.atoms)}
            own |= {every[i]: i for i in passed.get(name, ())}
        if before is run and around(world[0].definition, after, run) == _others(begun):
            start = begun
        else:
            start = known.start(world, after, run)
        if start is None or start.place.clocks is None or not own.keys() >= {*start.atoms}:
            return None
        atoms = tuple([own[atom] for atom in start.atoms])
        stays = begun is not None and start.place is begun.place and start.atoms == begun.atoms
        goals[name] = Goal(run, start.place, atoms, stays)
    return goals


def _others(start: Start | None) -> Around | None:
    return None if start is None else start.place.others


def _offsets(starts: Starts) -> dict[str, int]:
    offsets, count = {}, 0
    for name, start in starts.items():
        offsets[name] = count
        count += len(start.atoms)
    return offsets


def _is_still(
    world: World, case: Case | None, starts: Starts, records: Sequence[Record], at: str
) -> bool:
    """Whether no more hangs on time, to the last of these records, than what was due before."""
    if any(start.place.clocks is None for start in starts.values()):
        return False
    before = {} if case is None else case.runs
    try:
        for record in records[:-1]:
            case = apply(world[0].definition, case, record)
            runs = [run for run in case.active_runs() if run is not before.get(run.id)]
            if not all(_runs_on(world, case, run, starts, at) for run in runs):
                return False
    except UNCLEAR:
        return False
    return True


def _runs_on(world: World, case: Case, run: Run, starts: Starts, at: str) -> bool:
    chart, start = chart_of(world[0].definition(run.sha256)), starts.get(run.id)
    atoms = (*(start.atoms if start else ()), at)
    clocks = numbered(clocks_of(chart, case, run, world[0].site()), atoms)
    return not hangs_on_time(chart, run) and all(
        (start is not None and start.place.knows(clock))
        or (clock[1] == len(atoms) - 1 and clock[2])
        for clock in clocks
    )
