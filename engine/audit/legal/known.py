"""What was decided before: from runs of which form, records of which form lead where.

Most of a log is the same few things, done again in other incidents. To decide each of
them again, from nothing, costs ten times what it costs to read it. So where records that
were recorded together tell of one run alone, and leave the others as they are, what they
led to is kept (a *way* from one *place* to another), and taken again wherever a run of
the same form meets records of the same form. Where several runs move, begin or end, or
deadlines passed, it is a *crossing* (``cross``).

That this finds what deciding again finds rests on these:

1. ``decide``, ``apply`` and ``check_values`` are pure. They know the case, the records
   and the world; a way belongs to one world (what is in force, the site plan), and to
   periods, of when it was recorded and when it happened, in which all keep their roles.
2. Such a decision knows, of the case, the run, but for what of it nothing to come can
   read (``live``); when the incident was opened; and what guards read of other runs, which
   is in the form (``around``). Other runs do not move: the case was at rest, and what their
   guards read of this one (how it is, how it ended) stays as it is; the lifecycle's facts,
   which they may read too, have their own rule (``heard``). That the others are left as
   they are is looked at when a way is learnt.
3. Of the *atoms* (see ``form``) decisions ask nothing, but carry them from the run and
   the records to where they belong. So another run of the same form, given records of the
   same form, is decided alike, with its own atoms wherever the first had others: in what
   is compared with the records, and in the run that comes of it. No two atoms of a run
   that a way is learnt from are equal, nor is the time of its records one of them; so it
   can be told which atom went where. Where a digest in the records was one of the run's
   (a step that was confirmed brings facts given before), it must be the same one again.
4. Times are compared with deadlines alone. A way is learnt, and taken, only before all
   deadlines that run in the run and have not passed: then nothing hangs on by how much.
   Deadlines of states in between must be among those, or begin with the records' own
   time. Where a step must wait (``after``) there are no ways. Times that the engine would
   write otherwise have no form. A crossing may also be
   learnt when some are due: then it is taken only where the same are due, in the same
   order, and no others (``passing``).
5. Who did it is held against the site plan: the way of being known, and the roles of that
   day, which a period fixes (``is_known``). Where the roles counted are those of a
   minute before, or time stood still, no way is learnt or taken. Who it was, in which roles
   and on which computer only passes through, as atoms do, and is the same in all records;
   except where a second person is needed, and there it is in the form. Of the roles is also
   asked whether one of those that may is among them (``judge.may``), and all that can come
   of that is a refusal. So whoever has all roles in which the same was found right may do it
   too (``serves``), and the same comes of it; any other is decided anew.
6. Ways are only learnt of records in which nothing was found. What takes a run over to
   another revision is always decided again, on the case as all of its records leave it.

A document that itself spells out digests (``"sd"``) could ask about them: its runs have
no ways. A note asks nothing of the case, other than whether it is a drill; a person's
refusal not even that, and nothing of it is decided again but who it was.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.audit.legal.around import around, reads_of
from handrail.engine.audit.legal.clocks import clocks_of, due, guess, hangs_on_time
from handrail.engine.audit.legal.fit import is_known
from handrail.engine.audit.legal.form import form_of
from handrail.engine.audit.legal.live import live
from handrail.engine.audit.legal.scene import Noted, Scene, kind_of
from handrail.engine.audit.legal.told import Teller
from handrail.engine.errors import HandrailError
from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import timedelta

    from handrail.engine.audit.legal.apart import Who
    from handrail.engine.audit.legal.around import Around, Reads
    from handrail.engine.audit.legal.clocks import Clock, Guess
    from handrail.engine.audit.legal.cross import Crossing
    from handrail.engine.audit.legal.fit import Forms
    from handrail.engine.audit.legal.form import Atom
    from handrail.engine.audit.legal.involved import Met
    from handrail.engine.audit.legal.then import Moment, Period
    from handrail.engine.audit.legal.told import Form, Roles
    from handrail.engine.machine.state import Case, Run

    Record = Mapping[str, Any]
    # Owner; from which atom, or from which time; how long.
    Clocks = tuple[tuple[str, int | str, timedelta], ...]

__all__ = ["ALWAYS", "UNCLEAR", "Known", "Place", "Start", "Way", "World", "numbered", "serves"]

Periods = tuple["Period", "Period"]  # of when it was recorded, and of when it happened
MOST: Final = 20_000  # places and ways that are kept; then all are learnt anew
ALWAYS: Final = "~"  # after every time


class Way(NamedTuple):
    """What records of some forms led to."""

    goal: Place
    # Of the goal: which of those before, the time, and the digests; None: those before.
    atoms: tuple[int, ...] | None
    same: tuple[tuple[int, int], ...]  # which of these must be equal
    keeps: bool  # whether no deadline runs then that did not run before
    roles: set[Roles]  # in which it was found right; nobody's, where they are in the forms


def serves(found: set[Roles], roles: Roles) -> bool:
    """Whether what was found right in these roles is right in those: in them, and in more."""
    if roles in found:
        return True
    if any(one <= roles for one in found):
        found.add(roles)
        return True
    return False


class Place:
    """Runs of one form."""

    __slots__ = (
        *("_clocks", "_guesses", "asks", "atoms", "awaited", "clocks", "others", "passed"),
        *("reads", "run", "ways"),
    )

    def __init__(
        self,
        run: Run,
        atoms: tuple[Atom, ...],
        clocks: Clocks | None,
        others: Around,
        reads: Reads,
    ) -> None:
        """Take the first run of this form that was met.

        :param atoms: its own, no two of them equal.
        :param clocks: its deadlines; None: nothing is learnt here.
        """
        self.run = run
        self.atoms = atoms
        self.clocks = clocks
        self._clocks = frozenset(clocks or ())
        self._guesses = _guesses(clocks or ())
        self.others = others  # what is known of other runs
        self.reads = reads.runs  # what its guards ask of them
        self.asks = bool(reads.runs or reads.incident)
        self.awaited = frozenset(run.children.values())  # runs
        self.passed = atoms.index(run.passed) if run.passed in atoms else None
        self.ways: dict[Forms, Way] = {}

    def times(self, atoms: Sequence[Any]) -> list[str]:
        """When each deadline is due in the run of this form that has these atoms."""
        passed = () if self.passed is None else atoms[self.passed]
        return [
            due(owner, passed, since if isinstance(since, str) else atoms[since], length) or ALWAYS
            for owner, since, length in self.clocks or ()
        ]

    def soonest(self, atoms: Sequence[Any]) -> str:
        """A time before which nothing is due in it, soon found: as late as ``calm``, or earlier."""
        if self._guesses is None:
            return ""
        found = ALWAYS
        for index, (start, end, then) in self._guesses:
            since = atoms[index]
            counted = then.get(since[start:end])
            if counted is None:  # no clock shows it
                return ""
            found = min(found, since[:start] + counted + since[end:])
        return found

    def calm(self, atoms: Sequence[Any]) -> str:
        """Before when nothing is due in it."""
        return min(self.times(atoms), default=ALWAYS)

    def knows(self, clock: tuple[str, int | str, timedelta]) -> bool:
        """Whether this deadline runs here."""
        return clock in self._clocks


def _guesses(clocks: Clocks) -> tuple[tuple[int, Guess], ...] | None:
    """From which atom each deadline runs, and how to guess when it is due; None: one has none."""
    found = [(since, guess(length)) for _, since, length in clocks if isinstance(since, int)]
    return tuple(found) if len(found) == len(clocks) else None


class Start(NamedTuple):
    """A run before a decision."""

    place: Place
    atoms: tuple[Atom, ...]


class World:
    """What is in force, and who is what; with what was learnt there. One object for each."""

    __slots__ = ("crossings", "free", "moment", "people", "places", "scenes")

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        self.places: dict[bytes, Place] = {}  # by form
        self.crossings: dict[object, Crossing] = {}  # by case, places and forms
        self.scenes: dict[object, Scene] = {}
        # The forms of records that ask nothing of a case: of a drill, and of none.
        self.free: tuple[set[bytes], set[bytes]] = (set(), set())
        self.people: set[Who] = set()  # that were found to be known

    def forget(self) -> None:
        """Learn all anew."""
        for each in (self.places, self.crossings, self.scenes, self.people, *self.free):
            each.clear()


class Known:
    """All that is known of a log, by what was in force and by who had which roles."""

    def __init__(self) -> None:
        self.met: dict[Forms, Met] = {}  # of records that crossings came of
        self._worlds: dict[tuple[Moment, Periods], World] = {}
        self.teller = Teller()
        self._count = 0
        self._noted = 0

    def start(self, world: World, case: Case, run: Run) -> Start | None:
        """Where a run is; None: nothing can be known of it."""
        moment = world.moment
        try:
            definition = moment.definition(run.sha256)
            run = live(chart_of(definition), run)
            others = around(moment.definition, case, run)
        except UNCLEAR:
            return None
        found = form_of(case, run, others)
        if found is None:
            return None
        form, atoms = found
        place = world.places.get(form)
        if place is None:
            self.make_room()
            clocks = _clocks(moment, case, run, atoms)
            place = world.places[form] = Place(run, atoms, clocks, others, reads_of(definition))
        return Start(place, atoms)

    def world(self, moment: Moment, periods: Periods) -> World:
        """The world in which these are so."""
        world = self._worlds.get((moment, periods))
        if world is None:
            world = self._worlds[moment, periods] = World(moment)
        return world

    def is_known(self, world: World, form: Form, recorded: str) -> bool:
        """Whether who did such a thing is known in the site plan (``is_known``)."""
        who = form.who
        if who is not None and who not in world.people:
            if not is_known(world.moment, who, recorded):
                return False
            self.make_room()
            world.people.add(who)
        form.met = world
        return True

    def scene(self, world: World, case: Case | None) -> Scene:
        """How a case and its runs are."""
        active, kind = kind_of(case)
        scene = world.scenes.get(kind)
        if scene is None:
            self._make_room_for_notes(1 if case is None else len(case.runs))
            scene = world.scenes[kind] = Scene(active)
        return scene

    def note(self, scene: Scene, spot: object, noted: Noted) -> None:
        """Note which crossing is taken there."""
        self._make_room_for_notes(1)
        scene.noted[spot] = noted

    def _make_room_for_notes(self, more: int) -> None:
        """When there are too many, all are noted anew; a scene counts as its runs."""
        self._noted += more
        if self._noted > MOST:
            for world in self._worlds.values():
                world.scenes.clear()
            self._noted = more

    def make_room(self) -> None:
        """Before one more is kept."""
        self._count += 1
        if self._count > MOST:
            for world in self._worlds.values():
                world.forget()
            self.met.clear()
            self._count = 1


def _clocks(moment: Moment, case: Case, run: Run, atoms: Sequence[Atom]) -> Clocks | None:
    """The deadlines of a run; None: it has no ways."""
    try:
        chart, row = chart_of(moment.definition(run.sha256)), moment.then.document(run.sha256)
        if row is None or _spells_digests(row.data) or hangs_on_time(chart, run):
            return None
        return tuple(numbered(clocks_of(chart, case, run, moment.site()), atoms))
    except UNCLEAR:
        return None


@lru_cache(maxsize=512)
def _spells_digests(document: bytes) -> bool:
    return b'"sd"' in document or b"{'sd'" in document


UNCLEAR: Final = (HandrailError, LookupError, TypeError, ValueError)


def numbered(
    clocks: Iterable[Clock], atoms: Sequence[Atom]
) -> Iterable[tuple[str, int | str, timedelta]]:
    """The deadlines, with the atoms that they run from.

    :raises LookupError: one runs from another.
    """
    index = {atom: number for number, atom in enumerate(atoms)}
    for owner, since, length, fixed in clocks:
        yield owner, since if fixed else index[since], length
