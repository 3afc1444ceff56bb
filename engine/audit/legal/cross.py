"""What was decided before where runs begin or end, or deadlines passed: a *crossing*.

As in ``known``; only, several runs count, each at its place (``is_in``): those that the
records tell of, those that wait for one of them, the lifecycle, and all whose guards ask
about other runs. No other can move by such a decision, for it was at rest and asks about
nothing that changes; nor can the decision know more of the others than how many there are
of a protocol that starts, and what guards read of ``runs`` (``outer``). That they are left
as they are is looked at when a crossing is learnt.

Which deadlines are due, soonest first, is part of where a crossing is taken. Where records
tell that some passed, each must be told with the time at which it is due here. What the
clock brings is learnt only where nothing is due in any other run; it could have looked at
several times, so only where the first that is tried is right (``ticks``), and that is the
time that ``Together`` gives again.

An atom of a run comes of an atom of the same run, of the records, or is when the incident
was opened: runs give each other none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.audit.legal.around import around
from handrail.engine.audit.legal.clocks import clocks_of, hangs_on_time
from handrail.engine.audit.legal.fit import OF_SEVERAL, is_tick
from handrail.engine.audit.legal.known import UNCLEAR, Start, numbered
from handrail.engine.audit.legal.passing import atoms_of, passes_of
from handrail.engine.audit.legal.way import is_kept
from handrail.engine.machine.apply import apply
from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.audit.legal.around import Around
    from handrail.engine.audit.legal.fit import Together
    from handrail.engine.audit.legal.form import Atom
    from handrail.engine.audit.legal.known import Known, Place, World
    from handrail.engine.audit.legal.passing import Pass
    from handrail.engine.audit.legal.told import Roles
    from handrail.engine.machine.state import Case, Run

    Record = Mapping[str, Any]
    Starts = Mapping[str, Start]  # of the runs that go on

__all__ = ["Crossing", "crossing"]


class Goal(NamedTuple):
    """A run after the records."""

    run: Run  # as it was when this was learnt
    place: Place | None  # None: it has ended
    atoms: tuple[int, ...]  # of the place: which of those before, the time, and the digests
    stays: bool = False  # whether it is as it was
    keeps: bool = False  # whether no deadline runs then that did not run before


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
    roles: set[Roles]  # in which it was found right, as in a ``Way``


def crossing(  # noqa: PLR0913, PLR0917 - where it began, what it went through, where it led
    known: Known,
    world: World,
    case: Case | None,
    starts: Starts,
    told: Together,
    records: Sequence[Record],
    after: Case,
) -> tuple[Crossing | None, Starts]:
    """What records led to, and where runs are then; None: that need not always be so."""
    at, seals = told.at, told.seals
    before = [atom for start in starts.values() for atom in start.atoms]
    same, passes = (
        _same((*before, at, *seals), len(before) + 1),
        passes_of(starts, told.group, records),
    )
    if (
        same is None
        or passes is None
        or at in before
        or not all(record["type"] in OF_SEVERAL for record in records)
        or after.closed not in {None, at}
        or not (case is None or _are_left(case, starts, after))
        or not _is_still(world, case, starts, records, at)
    ):
        return None, {}
    every = atoms_of(starts, at, seals, told.group, passes)
    goals = _goals(known, world, starts, every, passes, after, case)
    if goals is None:
        return None, {}
    found = Crossing(
        *(goals, same, passes, is_tick(records)),
        *(after.drill, after.status, after.outcome, after.lifecycle),
        roles={told.roles},
    )
    return found, {
        name: Start(goal.place, tuple([every[index] for index in goal.atoms]))
        for name, goal in goals.items()
        if goal.place is not None
    }


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
        if before is run and around(world.moment.definition, after, run) == _others(begun):
            start = begun
        else:
            start = known.start(world, after, run)
        if start is None or start.place.clocks is None or not own.keys() >= {*start.atoms}:
            return None
        atoms = tuple([own[atom] for atom in start.atoms])
        stays = begun is not None and start.place is begun.place and start.atoms == begun.atoms
        keeps = begun is not None and is_kept(begun.place, start.place, atoms, offsets[name])
        goals[name] = Goal(run, start.place, atoms, stays, keeps)
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
            case = apply(world.moment.definition, case, record)
            runs = [run for run in case.active_runs() if run is not before.get(run.id)]
            if not all(_runs_on(world, case, run, starts, at) for run in runs):
                return False
    except UNCLEAR:
        return False
    return True


def _runs_on(world: World, case: Case, run: Run, starts: Starts, at: str) -> bool:
    chart, start = chart_of(world.moment.definition(run.sha256)), starts.get(run.id)
    atoms = (*(start.atoms if start else ()), at)
    clocks = numbered(clocks_of(chart, case, run, world.moment.site()), atoms)
    return not hangs_on_time(chart, run) and all(
        (start is not None and start.place.knows(clock))
        or (clock[1] == len(atoms) - 1 and clock[2])
        for clock in clocks
    )
