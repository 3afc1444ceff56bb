"""A turn: one decision in the making, its drafts and the case that they lead to."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.errors import HandrailError
from handrail.engine.machine.apply import apply, arrive
from handrail.engine.machine.commands import ENGINE, Actor
from handrail.engine.machine.deadlines import state_deadlines
from handrail.engine.machine.definition import Kind, Notify, StartRun
from handrail.engine.machine.reasons import Reason
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.starting import new_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from handrail.engine.machine.deadlines import Due
    from handrail.engine.machine.definition import Effect
    from handrail.engine.machine.regions import Chart, Moved
    from handrail.engine.machine.state import Case, Run, World
    from handrail.engine.machine.structure import Edge

    Draft = dict[str, Any]

__all__ = ["RefusedError", "Turn"]

_BRANCH: Final = attrgetter("source", "kind", "place")  # how a record names a branch
_MOST_MOVES: Final = 250  # of one command or deadline; the checker finds such loops


class RefusedError(HandrailError):
    """Ends a turn; nothing that it drafted is kept."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__("refused")
        self.reasons = reasons


class Turn:
    """One decision in the making."""

    __slots__ = ("_by", "_engine", "actor", "at", "case", "closing", "drafts", "moves", "world")

    case: Case  # as the drafts so far leave it; none before the case is opened

    def __init__(self, world: World, case: Case | None, actor: Actor, at: str) -> None:
        self.world = world
        if case is not None:
            self.case = case
        self.actor = actor
        self.at = at  # when it happens
        self.drafts: list[Draft] = []
        self.moves = 0
        self.closing = False  # the incident ends: nothing may start any more
        self._by = actor.record()
        self._engine: Draft | None = None

    @property
    def engine(self) -> Draft:
        """The ``actor`` of what the engine does by itself."""
        if self._engine is None:
            self._engine = Actor("handrail", (), ENGINE, self.actor.host).record()
        return self._engine

    def chart(self, run: Run) -> Chart:
        """The chart of a run's definition."""
        return chart_of(self.world.definition(run.sha256))

    # -- looking ----------------------------------------------------------------

    def open_run(self, key: str) -> Run:
        """The run, if it goes on.

        :raises RefusedError: the case is closed, or the run has ended, or there is none.
        """
        run = self.case.runs.get(key)
        if run is not None and run.status == "active" and self.case.status == "open":
            return run
        self.check_open()
        self.known_run(key)
        raise RefusedError(Reason("not-now", "{run} has ended", {"run": key}))

    def known_run(self, key: str) -> Run:
        """The run, going on or not.

        :raises RefusedError: there is none.
        """
        run = self.case.runs.get(key)
        if run is None:
            raise RefusedError(Reason("not-now", "there is no run {run}", {"run": key}))
        return run

    def check_open(self) -> None:
        """Refuse if the case is closed."""
        if self.case.status != "open":
            raise RefusedError(Reason("closed", "{case} is closed", {"case": self.case.id}))

    # -- drafting ------------------------------------------------------------------

    def draft(self, kind: str, actor: Mapping[str, Any] | None = None, /, **members: Any) -> Draft:
        """A record of this case; members that are ``None`` are left out.

        :param actor: who did it, as recorded; whose turn it is, unless said otherwise.
        """
        case = self.case
        draft: Draft = {
            "type": kind,
            "case": case.id,
            "drill": case.drill,
            "occurred": self.at,
            "actor": self._by if actor is None else actor,
        }
        for key, value in members.items():
            if value is not None:
                draft[key] = value
        return draft

    def emit(self, draft: Draft) -> None:
        """Add a record, and go on from the case after it."""
        self.drafts.append(draft)
        self.case = apply(self.world.definition, self.case, draft)

    def open(self, draft: Draft) -> None:
        """Begin a case with its first record."""
        self.drafts.append(draft)
        self.case = apply(self.world.definition, None, draft)

    # -- moving ----------------------------------------------------------------------

    def move(
        self, run: Run, chart: Chart, edges: Sequence[Edge], draft: Draft, then: Sequence[Effect]
    ) -> None:
        """Take edges of a run with the record that tells it, and what follows from it."""
        draft["moves"] = [*map(list, map(_BRANCH, edges))]
        self.transit(run, chart, chart.move(run.active, run.left, edges), draft, then)

    def transit(
        self, run: Run, chart: Chart, moved: Moved, draft: Draft, then: Iterable[Effect] = ()
    ) -> None:
        """Take a microstep: SCXML appendix D, exitStates, executeTransitionContent, enterStates."""
        self.count()
        if not moved.quiet:
            self.late(run, chart, moved.exited)
        draft["from"] = [*moved.before]
        draft["to"] = [*moved.after]
        self.drafts.append(draft)
        # As ``apply`` would, but how it moves is known. What was late has changed the run.
        self.case = self.case.after(arrive(chart, self.case.runs[run.id], draft, moved))
        if not moved.quiet:
            self.leave(run, chart, moved.exited)
        for effect in then:
            self.effect(run.id, effect)
        if not moved.quiet:
            self.enter(run.id, chart, moved.entered)

    def leave(self, run: Run, chart: Chart, names: Iterable[str]) -> None:
        """What leaving states brings, innermost first: their effects, then their runs' end.

        :param run: as it was before: a state that is entered again knows no run yet.
        """
        for name in names:
            state = chart.states[name]
            for effect in state.leave:
                self.effect(run.id, effect)
            if state.kind is Kind.RUNNING:
                self.cancel(run.children.get(name))

    def enter(self, run: str, chart: Chart, names: Iterable[str]) -> None:
        """What entering states brings. A running state's run starts at rest (``rest``)."""
        for name in names:
            for effect in chart.states[name].enter:
                self.effect(run, effect)

    def count(self) -> None:
        """Refuse what goes on without end."""
        self.moves += 1
        if self.moves > _MOST_MOVES:
            raise RefusedError(
                Reason("loop", "the protocol moves by itself without end; tell its owner", {})
            )

    # -- effects ------------------------------------------------------------------------

    def effect(self, run: str, effect: Effect) -> None:
        """Carry out one effect of a run."""
        if isinstance(effect, Notify):
            self.notify(run, effect)
        elif isinstance(effect, StartRun):
            if not self.closing:
                self.start(effect.protocol)
        else:
            self.emit(self.draft("fact-set", self.engine, run=run, facts=dict(effect.values)))

    def notify(self, run: str, effect: Notify) -> None:
        """Queue a message."""
        text = effect.text if isinstance(effect.text, str) else dict(effect.text)
        self.emit(self.draft("notified", self.engine, run=run, to=list(effect.to), text=text))

    # -- runs -----------------------------------------------------------------------------

    def start(self, protocol: str, *, by_person: bool = False, **members: Any) -> None:
        """Start a protocol's run in the case, and enter its first states.

        :param members: of the record: ``parent``, ``facts``, ``lifecycle``.
        :raises RefusedError: the protocol cannot start.
        """
        self.count()
        found = new_run(self.world, self.case, protocol)
        if isinstance(found, Reason):
            raise RefusedError(found)
        chart = chart_of(self.world.definition(found["protocol"]["sha256"]))
        moved = chart.enter()
        draft = self.draft("run-started", None if by_person else self.engine, **found, **members)
        draft["to"] = [*moved.after]
        self.emit(draft)
        self.enter(draft["run"], chart, moved.entered)

    def migrated(self, run: Run, found: Mapping[str, Any]) -> Draft:
        """The record that a run goes on, where it is, under another revision.

        :param found: how a run of that revision would start (``starting.new_run``).
        """
        leaves = list(self.chart(run).leaves(run.active))
        return self.draft(
            "run-migrated",
            **{
                "run": run.id,
                "protocol": found["protocol"],
                "settings": found["settings"],
                "before": {"id": run.protocol, "revision": run.revision, "sha256": run.sha256},
                "from": leaves,
                "to": leaves,
            },
        )

    def cancel(self, key: str | None) -> None:
        """End a run from outside: its states are left, then it is over.

        SCXML appendix D, exitInterpreter: what leaving brings happens here too.
        """
        run = self.case.runs.get(key or "")
        if run is None or run.status != "active":
            return
        chart = self.chart(run)
        exits = tuple(reversed(chart.path(run.active)))
        self.late(run, chart, exits)
        self.leave(run, chart, exits)
        self.emit(self.draft("run-finished", self.engine, run=run.id, cancelled=True))

    # -- deadlines ----------------------------------------------------------------------

    def late(self, run: Run, chart: Chart, exited: Iterable[str]) -> None:
        """Record the deadlines that passed unseen in states that are now left."""
        timed = chart.at(run.active).timed
        if timed:
            exits = frozenset(exited)
            for state in timed:
                if state.id in exits:
                    for due in state_deadlines(self.world, self.case, run, state):
                        if not due.passed and due.at <= self.at:
                            self.emit(self.deadline(due, late=True))

    def deadline(self, due: Due, **members: Any) -> Draft:
        """The record that a deadline passed; it happened when it was due, or when it began."""
        draft = self.draft(
            "deadline-passed",
            self.engine,
            run=due.run,
            state=due.state,
            task=due.task,
            due=due.at,
            **members,
        )
        entered = self.case.runs[due.run].entered
        draft["occurred"] = max(due.at, entered.get(due.state, due.at))
        return draft
