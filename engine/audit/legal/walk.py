"""One incident, taken along the ways that are known, and decided again where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.audit.legal.around import ALONE
from handrail.engine.audit.legal.case import Incident
from handrail.engine.audit.legal.cross import (
    atoms_of,
    crossing,
    is_in,
    is_tick,
    met,
    outer,
    pattern,
)
from handrail.engine.audit.legal.form import filled
from handrail.engine.audit.legal.heads import is_engine
from handrail.engine.audit.legal.known import (
    ALWAYS,
    UNCLEAR,
    Start,
    forms_of,
    is_at_once,
    is_at_rest,
    is_fit,
    is_free,
    learn,
    time_of,
)
from handrail.engine.audit.legal.told import read
from handrail.engine.errors import HandrailError
from handrail.engine.machine.apply import apply
from handrail.engine.machine.state import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from handrail.engine.audit.legal.cross import Crossing, Met
    from handrail.engine.audit.legal.known import Forms, Known, Place, World
    from handrail.engine.audit.legal.then import Then
    from handrail.engine.audit.legal.told import Told
    from handrail.engine.machine.state import Run
    from handrail.engine.store.base import Reader

    Record = dict[str, Any]
    Group = Sequence[tuple[int, bytes, Told | None]]  # index in the log, bytes, what they tell
    Tell = Callable[..., None]

__all__ = ["Walk"]


class _Along:
    """A run that goes along known ways."""

    __slots__ = ("_calm", "_times", "atoms", "place", "same")

    def __init__(self, start: Start) -> None:
        self.place: Place = start.place
        self.atoms: tuple[Any, ...] = start.atoms
        self._times: list[str] | None = None
        self._calm: str | None = None
        self.same = True  # whether the case has the run as it is

    @property
    def times(self) -> list[str]:
        """When each of the place's deadlines is due."""
        if self._times is None:
            self._times = self.place.times(self.atoms)
        return self._times

    @property
    def calm(self) -> str:
        """Before when nothing is due; it may be a little longer."""
        if self._calm is None:
            self._calm = min(self.times, default=ALWAYS)
        return self._calm

    def start(self) -> Start:
        """The same, to learn from."""
        return Start(self.place, self.atoms)

    def go(self, forms: Forms, at: str, seals: Sequence[str]) -> bool:
        """Take the way that is known from here, if there is one."""
        way = self.place.ways.get(forms)
        if way is None or at >= self.calm:
            return False
        atoms = (*self.atoms, at, *seals)
        for one, other in way.same:
            if atoms[one] != atoms[other]:
                return False
        self.place, self.same = way.goal, False
        if way.atoms is not None:
            self.atoms = tuple([atoms[index] for index in way.atoms])
        self._times = None
        if not way.keeps:
            self._calm = None
        return True

    def run(self) -> Run:
        """The run as it is."""
        place = self.place
        return filled(place.run, dict(zip(place.atoms, self.atoms, strict=True)))


class Walk:
    """Takes the groups of one incident's records, as ``Incident`` does."""

    def __init__(
        self,
        id: str,  # noqa: A002 - the glossary's word
        then: Then,
        reader: Reader,
        tell: Tell,
        known: Known,
    ) -> None:
        """Begin before the first record."""
        self._judge = Incident(id, then, reader, self._tell)
        self._reader = reader
        self._id = id
        self._then = then
        self._known = known
        self._told = tell
        self._findings = 0
        self._world: World | None = None
        self._part = (0, -1)  # of the log, that is of its moment
        self._days = ("-", "-")  # of its periods: recorded, and occurred
        self._free: set[bytes] = set()
        self._case: Case | None = None  # but for the runs that have gone along
        self._along: dict[str, _Along] = {}
        self._more = 0  # records that the case does not count
        self._rests = True  # whether nothing in the case would move by itself

    def _tell(self, *where: object, **params: object) -> None:
        self._findings += 1
        self._told(*where, **params)

    def take(self, group: Group) -> None:
        """Judge what was recorded together."""
        if self._judge.broken:
            return
        tellings = [one for _, _, one in group if one is not None]
        if len(tellings) != len(group):
            self._decide(group)
        elif len(group) == 1:
            self._take_one(group, tellings)
        elif self._is_here(group, tellings, at := time_of(tellings)) and is_at_once(tellings):
            self._take(group, tellings, at)
        else:
            self._decide(group)

    def _take_one(self, group: Group, tellings: Sequence[Told]) -> None:
        telling = tellings[0]
        at, form = telling.occurred, telling.form
        if not self._is_here(group, tellings, at):
            self._decide(group)
        elif form.key in self._free:
            self._more += 1
        else:
            along = self._along.get(form.run)
            if along is not None and along.go(form.key, at, telling.seals):
                self._more += 1
            else:
                self._take(group, tellings, at)

    def _take(self, group: Group, tellings: Sequence[Told], at: str) -> None:
        name = tellings[0].form.run
        along = self._along.get(name) or self._find(name)
        seals = [seal for one in tellings for seal in one.seals]
        known = along is not None and along.go(forms_of(tellings), at, seals)
        if known or self._cross(tellings, at):
            self._more += len(tellings)
        else:
            self._learn(group, tellings, at)

    def _cross(self, tellings: Sequence[Told], at: str) -> bool:
        """Take runs along the crossing that is known from here, if there is one."""
        told = self._known.met.get(forms_of(tellings))
        runs = None if told is None else self._involved(told)
        if told is None or runs is None:
            return False
        found = self._known.crossings.get(self._spot(runs, told, tellings, at))
        if found is None or (found.ticks and not self._is_quiet(runs, tellings, at)):
            return False
        for telling, name, clock in found.passes:
            due = runs[name].times[clock]
            if tellings[telling].due != due or tellings[telling].occurred != due:
                return False
        atoms = atoms_of(runs, at, tellings, found.passes)
        for one, other in found.same:
            if atoms[one] != atoms[other]:
                return False
        self._go(found, atoms, at)
        return True

    def _spot(
        self, runs: Mapping[str, _Along], told: Met, tellings: Sequence[Told], at: str
    ) -> object:
        """All that counts where records of some forms are met."""
        due: object = ()
        places, calm = [], True
        for one in runs.values():
            places.append(one.place)
            calm = calm and at < one.calm
        if not calm:
            due = pattern(runs, {key: one.times for key, one in runs.items()}, at)
        around = outer(self._case, told, runs)
        return (self._world, around, due, forms_of(tellings), *places)

    def _is_quiet(self, runs: Mapping[str, _Along], tellings: Sequence[Told], at: str) -> bool:
        """Whether nothing is due in other runs, so that the clock finds nothing there."""
        others = (one for key, one in self._along.items() if key not in runs)
        return at <= tellings[0].recorded and all(at < one.calm for one in others)

    def _involved(self, told: Met) -> dict[str, _Along] | None:
        """The runs that go on and are in what was told; None: that is not known."""
        case = self._case
        if case is not None and (case.id != self._id or case.status != "open"):
            return None
        found = {}
        for run in case.runs.values() if case is not None else ():
            if run.status == "active":
                along = self._along.get(run.id) or self._find(run.id)
                if along is None:
                    return None
                if case is not None and is_in(along.place, run, case, told):
                    found[run.id] = along
        return found

    def _go(self, crossing: Crossing, atoms: Sequence[Any], at: str) -> None:
        before, along = self._case, self._along
        runs = {} if before is None else dict(before.runs)
        for name, (run, place, of, stays) in crossing.goals.items():
            if stays:
                continue
            runs[name] = run  # of another case; where it ended, only how counts
            if place is None:
                along.pop(name, None)
            else:
                gone = along[name] = _Along(Start(place, tuple([atoms[i] for i in of])))
                gone.same = False
        self._case = Case(
            id=self._id,
            drill=crossing.drill,
            status=crossing.status,
            opened=at if before is None else before.opened,
            closed=None if crossing.status == "open" else at,
            outcome=crossing.outcome,
            version=0 if before is None else before.version,
            lifecycle=crossing.lifecycle,
            runs=runs,
        )
        assert self._world is not None  # noqa: S101 - the crossing was found in it
        self._free = self._known.free(self._world, drill=crossing.drill)

    # -- where -------------------------------------------------------------------------

    def _is_here(self, group: Group, tellings: Sequence[Told], at: str) -> bool:
        """Be in the world of these records; whether anything is known there of such."""
        start, end = self._part
        recorded, occurred = self._days
        if not (
            at.startswith(occurred)
            and tellings[0].recorded.startswith(recorded)
            and start <= group[0][0] <= end
            and (len(group) == 1 or all(start <= seq <= end for seq, _, _ in group))
        ):
            self._enter(group, (tellings[0].recorded[:10], at[:10]))
        world = self._world
        if world is None or not self._rests:
            return False
        for one in tellings:
            form = one.form
            if form.met is not world and not self._known.is_known(world, form, one.recorded):
                return False
        return True

    def _enter(self, group: Group, days: tuple[str, str]) -> None:
        world = self._find_world(group, days)
        if world is not self._world or world is None:
            self._whole()
            self._along.clear()
            # What is in force now may move what was at rest.
            same = world is not None and self._world is not None and world[0] is self._world[0]
            self._rests = self._case is None or (self._rests and same)
            self._world = world
        if world is not None and self._case is not None:
            self._free = self._known.free(world, drill=self._case.drill)

    def _find_world(self, group: Group, days: tuple[str, str]) -> World | None:
        self._days, self._part = ("-", "-"), self._then.between(group[0][0])
        start, end = self._part
        if not all(start <= seq <= end for seq, _, _ in group):
            return None
        moment = self._then.before(group[0][0])
        try:
            periods = moment.period(days[0]), moment.period(days[1])
        except HandrailError:
            return None
        self._days = days
        return self._known.world(moment, periods)

    def _find(self, name: str) -> _Along | None:
        """The run where it is known, if it goes on."""
        case, world = self._whole(), self._world
        if case is None or world is None or case.id != self._id or case.status != "open":
            return None
        run = case.runs.get(name)
        start = self._known.start(world, case, run) if run and run.status == "active" else None
        if start is None:
            return None
        self._along[name] = _Along(start)
        return self._along[name]

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

    # -- by deciding -------------------------------------------------------------------

    def _decide(self, group: Group) -> list[Record] | None:
        """Decide again what these came of; None: something was found."""
        case, findings = self._whole(), self._findings
        rows = [(seq, record) for seq, data, _ in group if (record := read(data)) is not None]
        migrates = any(record.get("type") == "run-migrated" for _, record in rows)
        self._judge.case = self._folded(case, group[0][0]) if migrates else case
        self._judge.take(rows)
        self._case = self._judge.case
        self._keep(case)
        records = [record for _, record in rows]
        if self._findings != findings or self._judge.broken:
            self._rests = False
            return None
        self._rests = is_at_rest({record["type"] for record in records}, before=self._rests)
        return records

    def _folded(self, case: Case | None, seq: int) -> Case | None:
        """The case with what no longer mattered: another revision may ask about that (``live``)."""
        whole, moment = None, self._then.before(seq)
        for data in self._reader.case_records(self._id):
            if case is None or (whole is not None and whole.version >= case.version):
                break
            if (record := read(data)) is not None:
                whole = apply(moment.definition, whole, record)
        return whole

    def _keep(self, before: Case | None) -> None:
        """Go on only with the runs that are as they were, and know of nothing else."""
        case = self._case
        if before is None or case is None:
            self._along.clear()
        elif case.runs is not before.runs:
            self._along = {
                key: one
                for key, one in self._along.items()
                if one.place.others == ALONE
                and key != case.lifecycle  # which others may listen to now
                and case.runs.get(key) is before.runs[key]
            }

    def _learn(self, group: Group, tellings: Sequence[Told], at: str) -> None:
        """Decide again, and remember what came of it."""
        before, world = self._whole(), self._world
        assert world is not None  # noqa: S101 - it was entered
        told = self._met(group, tellings, world)
        runs = None if told is None else self._involved(told)
        runs = None if runs is None else {key: self._apart(key, one) for key, one in runs.items()}
        starts = None if runs is None else {key: one.start() for key, one in runs.items()}
        spot = None if told is None or runs is None else self._spot(runs, told, tellings, at)
        quiet = runs is not None and self._is_quiet(runs, tellings, at)
        records, after = self._decide(group), self._case
        if records is None or after is None or not is_fit(world[0], tellings, records):
            return
        self._free = self._known.free(world, drill=after.drill)
        if before is not None and len(records) == 1 and is_free(records[0]):
            if after.runs is before.runs:
                self._known.make_room()
                self._free.add(tellings[0].form.key)
        elif starts is None or (is_tick(records) and not (quiet and self._is_one_tick(records))):
            return
        elif not self._learn_way(before, after, starts, tellings, records):
            self._learn_crossing(spot, before, starts, tellings, records)

    def _met(self, group: Group, tellings: Sequence[Told], world: World) -> Met | None:
        """What such records tell of; kept from when the first of them were met."""
        forms, known = forms_of(tellings), self._known
        if forms not in known.met:
            records = [read(data) or {} for _, data, _ in group]
            try:
                found = met(world[0], records)
            except UNCLEAR:
                return None
            known.make_room()
            known.met[forms] = found
        return known.met[forms]

    def _is_one_tick(self, records: Sequence[Record]) -> bool:
        """Whether all came of the clock, looked at when it is most likely (``time_of``)."""
        judge = self._judge
        return all(map(is_engine, records)) and (judge.tried, judge.done) == (0, len(records))

    def _learn_crossing(
        self,
        spot: object,
        before: Case | None,
        starts: Mapping[str, Start],
        tellings: Sequence[Told],
        records: Sequence[Record],
    ) -> None:
        world, after, known = self._world, self._case, self._known
        assert world is not None  # noqa: S101 - it was entered
        assert after is not None  # noqa: S101 - it has records
        found, goals = crossing(known, world, before, starts, tellings, records, after)
        if found is not None:
            known.make_room()
            known.crossings[spot] = found
            self._along.update({name: _Along(start) for name, start in goals.items()})

    def _apart(self, name: str, along: _Along) -> _Along:
        """The run with atoms that differ: where some are equal by chance, its own form has that."""
        case, world = self._whole(), self._world
        if len({*along.atoms}) != len(along.atoms) and case is not None and world is not None:
            start = self._known.start(world, case, case.runs[name])
            if start is not None:
                along = self._along[name] = _Along(start)
        return along

    def _learn_way(
        self,
        before: Case | None,
        after: Case,
        starts: Mapping[str, Start],
        tellings: Sequence[Told],
        records: Sequence[Record],
    ) -> bool:
        """Learn it of one run, if it moved on its own."""
        world, name = self._world, str(records[0].get("run"))
        assert world is not None  # noqa: S101 - it was entered
        if before is None or name not in starts or not _is_one(before, after, name, starts):
            return False
        start, goal = starts[name], self._known.start(world, after, after.runs[name])
        if goal is None:
            return False
        self._along[name] = _Along(goal)
        way = learn(world[0], (before, name, start), tellings, records, goal)
        if way is not None:
            self._known.make_room()
            start.place.ways[forms_of(tellings)] = way
        return way is not None


def _is_one(before: Case, after: Case, name: str, starts: Mapping[str, Start]) -> bool:
    """Whether one run moved, on its own: the others, and the case, are as they were."""
    run = after.runs[name]
    if starts[name].place.others.heard and run.facts != before.runs[name].facts:
        return False
    return (
        run.status == "active"
        and before.runs.keys() == after.runs.keys()
        and all(after.runs[key] is one for key, one in before.runs.items() if key != name)
        and before._replace(version=0, runs={}) == after._replace(version=0, runs={})
    )
