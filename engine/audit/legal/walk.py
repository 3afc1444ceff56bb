"""One incident, taken along the ways that are known, and decided again where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.audit.chains import decoded
from handrail.engine.audit.legal.along import Along
from handrail.engine.audit.legal.case import Incident
from handrail.engine.audit.legal.cross import crossing
from handrail.engine.audit.legal.fit import (
    Together,
    is_at_rest,
    is_fit,
    is_free,
    is_tick,
    together,
)
from handrail.engine.audit.legal.heads import is_engine
from handrail.engine.audit.legal.involved import met
from handrail.engine.audit.legal.known import UNCLEAR, serves
from handrail.engine.audit.legal.passing import atoms_of
from handrail.engine.audit.legal.scene import Noted
from handrail.engine.audit.legal.stage import Stage
from handrail.engine.audit.legal.told import NOTHING
from handrail.engine.audit.legal.way import is_one, learn
from handrail.engine.machine.apply import apply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from handrail.engine.audit.legal.cross import Crossing
    from handrail.engine.audit.legal.involved import Met
    from handrail.engine.audit.legal.known import Known, Start, World
    from handrail.engine.audit.legal.scene import Scene
    from handrail.engine.audit.legal.stage import Group
    from handrail.engine.audit.legal.then import Then
    from handrail.engine.machine.state import Case
    from handrail.engine.store.base import Reader

    Record = dict[str, Any]
    Tell = Callable[..., None]

__all__ = ["Walk"]


class Walk(Stage):
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
        super().__init__(id, then, known)
        self._judge = Incident(id, then, reader, self._tell)
        self._reader = reader
        self._told = tell
        self._findings = 0

    def _tell(self, *where: object, **params: object) -> None:
        self._findings += 1
        self._told(*where, **params)

    def take(self, group: Group) -> None:
        """Judge what was recorded together."""
        if self._judge.broken:
            return
        if len(group) == 1:
            self._take_one(group)
        else:
            told = together(group)
            if told is not None and self._is_here(group, told.at) and told.once:
                self._take(told)
            else:
                self._decide(group)

    def _take_one(self, group: Group) -> None:
        _, _, form, at, _, seals, _ = group[0]
        if form is NOTHING or not self._is_here(group, at):
            self._decide(group)
        elif form.key in self._free:
            self._more += 1
        else:
            along = self._along.get(form.run)
            if along is not None and along.go(form.key, at, seals, form.roles):
                self._more += 1
            else:
                self._take(Together(group, form.key, at, seals, form.roles, once=True))

    def _take(self, told: Together) -> None:
        name = told.group[0].form.run
        along = self._along.get(name) or self._find(name)
        known = along is not None and along.go(told.forms, told.at, told.seals, told.roles)
        if known or self._cross(told):
            self._more += len(told.group)
        else:
            self._learn(told)

    def _cross(self, told: Together) -> bool:
        """Take runs along the crossing that is known from here, if there is one."""
        world, along, at = self._world, self._along, told.at
        if world is None:
            return False
        scene = self._scene or self._known.scene(world, self._case)
        if len(along) != scene.active:
            return self._look(told, world)
        spot = (told.forms, self._due(along, at), *[one.place for one in along.values()])
        noted = scene.noted.get(spot)
        if noted is not None:
            runs = {name: along[name] for name in noted.runs}
            if self._take_crossing(noted.crossing, runs, told):
                self._scene = noted.goal
                return True
        return self._look(told, world, (scene, spot))

    def _look(self, told: Together, world: World, spot: tuple[Scene, object] | None = None) -> bool:
        """Look for a crossing by all that it hangs on.

        :param spot: where to note what was found.
        """
        about = self._known.met.get(told.forms)
        runs = None if about is None else self._involved(about)
        if about is None or runs is None:
            return False
        found = world.crossings.get(self._spot(runs, about, told.forms, told.at))
        if found is None or not self._take_crossing(found, runs, told):
            return False
        self._scene = self._known.scene(world, self._case)
        if spot is not None:
            self._known.note(*spot, Noted(found, tuple(runs), self._scene))
        return True

    def _take_crossing(self, found: Crossing, runs: Mapping[str, Along], told: Together) -> bool:
        """Take these runs along it, if these records do what it was learnt of."""
        group, at = told.group, told.at
        if not serves(found.roles, told.roles):
            return False
        if found.ticks and not self._is_quiet(runs, group, at):
            return False
        for telling, name, clock in found.passes:
            due = runs[name].times[clock]
            if group[telling].due != due or group[telling].occurred != due:
                return False
        atoms = atoms_of(runs, at, told.seals, group, found.passes)
        for one, other in found.same:
            if atoms[one] != atoms[other]:
                return False
        self._go(found, atoms, at)
        return True

    # -- by deciding -------------------------------------------------------------------

    def _decide(self, group: Group) -> list[Record] | None:
        """Decide again what these came of; None: something was found."""
        case, findings = self._whole(), self._findings
        rows = [(one.seq, record) for one in group if (record := decoded(one.data)) is not None]
        migrates = any(record.get("type") == "run-migrated" for _, record in rows)
        self._judge.case = self._folded(case, group[0].seq) if migrates else case
        self._judge.take(rows)
        self._case, self._scene = self._judge.case, None
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
            if (record := decoded(data)) is not None:
                whole = apply(moment.definition, whole, record)
        return whole

    def _learn(self, told: Together) -> None:
        """Decide again, and remember what came of it."""
        before, world = self._whole(), self._world
        assert world is not None  # noqa: S101 - it was entered
        about = self._met(told, world)
        runs = None if about is None else self._involved(about)
        runs = None if runs is None else {key: self._apart(key, one) for key, one in runs.items()}
        starts = None if runs is None else {key: one.start() for key, one in runs.items()}
        spot = (
            None if about is None or runs is None else self._spot(runs, about, told.forms, told.at)
        )
        quiet = runs is not None and self._is_quiet(runs, told.group, told.at)
        records, after = self._decide(told.group), self._case
        if records is None or after is None or not is_fit(world.moment, records):
            return
        self._free = world.free[after.drill]
        if before is not None and len(records) == 1 and is_free(records[0]):
            if after.runs is before.runs:
                self._known.make_room()
                self._free.add(told.group[0].form.key)
        elif starts is None or (is_tick(records) and not (quiet and self._is_one_tick(records))):
            return
        elif not self._learn_way(before, after, starts, told, records):
            self._learn_crossing(spot, before, starts, told, records)

    def _met(self, told: Together, world: World) -> Met | None:
        """What such records tell of; kept from when the first of them were met."""
        forms, known = told.forms, self._known
        if forms not in known.met:
            records = [decoded(one.data) or {} for one in told.group]
            try:
                found = met(world.moment, records)
            except UNCLEAR:
                return None
            known.make_room()
            known.met[forms] = found
        return known.met[forms]

    def _is_one_tick(self, records: Sequence[Record]) -> bool:
        """Whether all came of the clock, looked at when it is most likely (``Together``)."""
        judge = self._judge
        return all(map(is_engine, records)) and (judge.tried, judge.done) == (0, len(records))

    def _learn_crossing(
        self,
        spot: object,
        before: Case | None,
        starts: Mapping[str, Start],
        told: Together,
        records: Sequence[Record],
    ) -> None:
        world, after, known = self._world, self._case, self._known
        assert world is not None  # noqa: S101 - it was entered
        assert after is not None  # noqa: S101 - it has records
        found, goals = crossing(known, world, before, starts, told, records, after)
        if found is not None:
            known.make_room()
            if (other := world.crossings.get(spot)) is not None:
                found.roles.update(other.roles)
            world.crossings[spot] = found
            self._along.update({name: Along(*start) for name, start in goals.items()})

    def _apart(self, name: str, along: Along) -> Along:
        """The run with atoms that differ: where some are equal by chance, its own form has that."""
        case, world = self._whole(), self._world
        if len({*along.atoms}) != len(along.atoms) and case is not None and world is not None:
            start = self._known.start(world, case, case.runs[name])
            if start is not None:
                along = self._along[name] = Along(*start)
        return along

    def _learn_way(
        self,
        before: Case | None,
        after: Case,
        starts: Mapping[str, Start],
        told: Together,
        records: Sequence[Record],
    ) -> bool:
        """Learn it of one run, if it moved on its own."""
        world, name = self._world, str(records[0].get("run"))
        assert world is not None  # noqa: S101 - it was entered
        if before is None or name not in starts or not is_one(before, after, name, starts):
            return False
        start, goal = starts[name], self._known.start(world, after, after.runs[name])
        if goal is None:
            return False
        self._along[name] = Along(*goal)
        way = learn(world.moment, (before, name, start), told, records, goal)
        if way is not None:
            self._known.make_room()
            ways = start.place.ways
            if (other := ways.get(told.forms)) is not None:
                way.roles.update(other.roles)
            ways[told.forms] = way
        return way is not None
