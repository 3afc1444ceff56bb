"""What records of one run led to: how a way is learnt (``known`` says why it may be taken)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.audit.legal.clocks import clocks_of, hangs_on_time
from handrail.engine.audit.legal.fit import OF_ONE
from handrail.engine.audit.legal.known import UNCLEAR, Way, numbered
from handrail.engine.machine.apply import apply
from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.audit.legal.fit import Together
    from handrail.engine.audit.legal.form import Atom
    from handrail.engine.audit.legal.known import Place, Start
    from handrail.engine.audit.legal.then import Moment
    from handrail.engine.machine.state import Case

    Record = Mapping[str, Any]

__all__ = ["is_kept", "is_one", "learn"]


def learn(
    moment: Moment,
    before: tuple[Case, str, Start],
    told: Together,
    records: Sequence[Record],
    goal: Start,
) -> Way | None:
    """What records led to; None: that need not always be so."""
    case, name, (place, atoms) = before
    at = told.at
    every = (*atoms, at, *told.seals)
    first = {atom: len(every) - 1 - back for back, atom in enumerate(reversed(every))}
    fits = (
        at not in atoms
        and None not in {place.clocks, goal.place.clocks}
        and all(atom in first for atom in goal.atoms)
        and all(record["type"] in OF_ONE and record.get("run") == name for record in records)
        and at < place.calm(atoms)
        and _is_calm(moment, case, name, place, records, (*atoms, at))
    )
    if not fits:
        return None
    ways = tuple([first[atom] for atom in goal.atoms])
    return Way(
        goal=goal.place,
        atoms=None if ways == tuple(range(len(atoms))) else ways,
        same=tuple([(i, first[a]) for i, a in enumerate(every) if first[a] != i]),
        keeps=is_kept(place, goal.place, ways),
        roles={told.roles},
    )


def is_one(before: Case, after: Case, name: str, starts: Mapping[str, Start]) -> bool:
    """Whether one run moved, on its own: the others, and the case, are as they were."""
    run = after.runs[name]
    if starts[name].place.others.heard and run.facts != before.runs[name].facts:
        return False
    return (
        run.status == "active"
        and before.runs.keys() == after.runs.keys()
        and all(after.runs[key] is one for key, one in before.runs.items() if key != name)
        and (before.status, before.closed, before.outcome, before.lifecycle)
        == (after.status, after.closed, after.outcome, after.lifecycle)
    )


def _is_calm(  # noqa: PLR0913, PLR0917 - a run, what it went through, and when
    moment: Moment,
    case: Case,
    run: str,
    place: Place,
    records: Sequence[Record],
    atoms: Sequence[Atom],
) -> bool:
    """Whether nothing hangs on time between the first of these records and the last.

    :param atoms: of the run, and the time of the records.
    """
    at = len(atoms) - 1
    try:
        for record in records[:-1]:
            case = apply(moment.definition, case, record)
            here = case.runs[run]
            chart = chart_of(moment.definition(here.sha256))
            clocks = numbered(clocks_of(chart, case, here, moment.site()), atoms)
            if hangs_on_time(chart, here) or not all(
                place.knows(clock) or (clock[1] == at and clock[2]) for clock in clocks
            ):
                return False
    except UNCLEAR:
        return False
    return True


def is_kept(start: Place, goal: Place, atoms: Sequence[int], offset: int = 0) -> bool:
    """Whether all deadlines of the goal run at the start already, and as many have passed.

    :param atoms: of the goal: which of those there were.
    :param offset: where those of the start began.
    """
    passed = None if goal.passed is None else atoms[goal.passed] - offset
    return passed == start.passed and all(
        start.knows((owner, since if isinstance(since, str) else atoms[since] - offset, length))
        for owner, since, length in goal.clocks or ()
    )
