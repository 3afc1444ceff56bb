"""One incident as far as it was taken: its case, the runs that go along ways, their world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.audit.legal.along import Along
from handrail.engine.audit.legal.around import ALONE, around
from handrail.engine.audit.legal.involved import is_in, outer
from handrail.engine.audit.legal.known import UNCLEAR
from handrail.engine.audit.legal.passing import pattern
from handrail.engine.errors import HandrailError
from handrail.engine.machine.state import Case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.audit.legal.cross import Crossing
    from handrail.engine.audit.legal.fit import Forms
    from handrail.engine.audit.legal.involved import Met
    from handrail.engine.audit.legal.known import Known, Place, World
    from handrail.engine.audit.legal.scene import Scene
    from handrail.engine.audit.legal.then import Then
    from handrail.engine.audit.legal.told import Told

    Group = Sequence[Told]  # recorded together

__all__ = ["Stage"]


class Stage:
    """Where an incident is: at a case, from which some runs have gone along known ways.

    Those are not put together again (``_whole``) before something has to be decided.
    """

    def __init__(self, id: str, then: Then, known: Known) -> None:  # noqa: A002 - the glossary's word
        """Begin before the first record."""
        self._id = id
        self._then = then
        self._known = known
        self._world: World | None = None
        self._part = (0, -1)  # of the log, that is of its moment
        self._days = ("-", "-")  # of its periods: recorded, and occurred
        self._free: set[bytes] = set()
        self._case: Case | None = None  # but for the runs that have gone along
        self._along: dict[str, Along] = {}
        self._scene: Scene | None = None  # how the case and its runs are, where that is known
        self._more = 0  # records that the case does not count
        self._rests = True  # whether nothing in the case would move by itself

    # -- in which world -------------------------------------------------------------------

    def _is_here(self, group: Group, at: str) -> bool:
        """Be in the world of these records; whether anything is known there of such."""
        first, world = group[0], self._world
        start, end = self._part
        recorded, occurred = self._days
        if (
            world is None
            or not (start <= first.seq <= end)
            or not (at.startswith(occurred) and first.recorded.startswith(recorded))
            or (len(group) > 1 and not all(start <= one.seq <= end for one in group))
        ):
            self._enter(group, at)
            world = self._world
        if world is None or not self._rests:
            return False
        for one in group:
            form = one.form
            if form.met is not world and not self._known.is_known(world, form, one.recorded):
                return False
        return True

    def _enter(self, group: Group, at: str) -> None:
        world = self._find_world(group, (group[0].recorded[:10], at[:10]))
        if world is not self._world or world is None:
            self._whole()
            self._along.clear()
            self._scene = None
            # What is in force now may move what was at rest.
            same = (
                world is not None and self._world is not None and world.moment is self._world.moment
            )
            self._rests = self._case is None or (self._rests and same)
            self._world = world
        if world is not None and self._case is not None:
            self._free = world.free[self._case.drill]

    def _find_world(self, group: Group, days: tuple[str, str]) -> World | None:
        self._days, self._part = ("-", "-"), self._then.between(group[0].seq)
        start, end = self._part
        if not all(start <= one.seq <= end for one in group):
            return None
        moment = self._then.before(group[0].seq)
        try:
            periods = moment.period(days[0]), moment.period(days[1])
        except HandrailError:
            return None
        self._days = days
        return self._known.world(moment, periods)

    # -- which runs -----------------------------------------------------------------------

    def _find(self, name: str) -> Along | None:
        """The run where it is known, if it goes on."""
        case, world = self._whole(), self._world
        if case is None or world is None or case.id != self._id or case.status != "open":
            return None
        run = case.runs.get(name)
        start = self._known.start(world, case, run) if run and run.status == "active" else None
        if start is None:
            return None
        along = self._along[name] = Along(*start)
        return along

    def _involved(self, told: Met) -> dict[str, Along] | None:
        """The runs that go on and are in what was told; None: that is not known."""
        case = self._case
        if case is not None and (case.id != self._id or case.status != "open"):
            return None
        found: dict[str, Along] = {}
        if case is None:
            return found
        known = self._along
        for key, run in case.runs.items():
            if run.status == "active":
                along = known.get(key) or self._find(key)
                if along is None:
                    return None
                if is_in(along.place, key, case, told):
                    found[key] = along
        return found

    def _spot(self, runs: Mapping[str, Along], told: Met, forms: Forms, at: str) -> object:
        """All that counts, in a world, where records of some forms are met."""
        around = outer(self._case, told, runs)
        return (around, self._due(runs, at), forms, *[one.place for one in runs.values()])

    def _due(self, runs: Mapping[str, Along], at: str) -> object:
        """What is due in runs by then."""
        for one in runs.values():
            if not one.is_calm(at):
                return pattern(runs, {key: one.times for key, one in runs.items()}, at)
        return ()

    def _is_quiet(self, runs: Mapping[str, Along], tellings: Sequence[Told], at: str) -> bool:
        """Whether nothing is due in other runs, so that the clock finds nothing there."""
        others = (one for key, one in self._along.items() if key not in runs)
        return at <= tellings[0].recorded and all(
            one.place.clocks is not None and one.is_calm(at) for one in others
        )

    def _whole(self) -> Case | None:
        """The case as it is now."""
        case = self._case
        if case is not None and self._more:
            runs = {key: one.run() for key, one in self._along.items() if not one.same}
            case = case._replace(runs={**case.runs, **runs}, version=case.version + self._more)
            for along in self._along.values():
                along.same = True
            self._case, self._more = case, 0
        return case

    # -- going on -------------------------------------------------------------------------

    def _go(self, crossing: Crossing, atoms: Sequence[Any], at: str) -> None:
        before, along = self._case, self._along
        runs = {} if before is None else dict(before.runs)
        for name, (run, place, of, stays, keeps) in crossing.goals.items():
            if stays:
                continue
            runs[name] = run  # of another case; where it ended, only how counts
            if place is None:
                along.pop(name, None)
                continue
            own = tuple([atoms[index] for index in of])
            one = along.get(name)
            if one is None:
                along[name] = one = Along(place, own)
                one.same = False
            else:
                one.be_at(place, own, keeps=keeps)
        self._case = Case(  # by place: this is on the path of many records
            self._id,
            crossing.drill,
            crossing.status,
            at if before is None else before.opened,
            None if crossing.status == "open" else at,
            crossing.outcome,
            0 if before is None else before.version,
            crossing.lifecycle,
            runs,
        )
        assert self._world is not None  # noqa: S101 - the crossing was found in it
        self._free = self._world.free[crossing.drill]

    def _keep(self, before: Case | None) -> None:
        """Go on only with the runs that are as they were, and know of nothing else."""
        case = self._case
        if before is None or case is None or case.lifecycle != before.lifecycle:
            self._along.clear()
        elif case.runs is not before.runs:
            runs, old = case.runs, before.runs
            self._along = {
                key: one
                for key, one in self._along.items()
                if runs.get(key) is old[key] and self._hears_the_same(case, key, one.place)
            }

    def _hears_the_same(self, case: Case, key: str, place: Place) -> bool:
        """Whether a run that is as it was knows what it knew of the others.

        Where that is a fact of the incident it may be a digest, which is an atom: no.
        """
        others, world = place.others, self._world
        if not place.asks and key != case.lifecycle and others == ALONE:
            return True
        if others.incident or world is None:
            return False
        try:
            return around(world.moment.definition, case, case.runs[key]) == others
        except UNCLEAR:
            return False
