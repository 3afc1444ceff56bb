"""``Engine``: the use cases. Each one loads, decides, appends and shows.

    command ──> decide ──> records ──> one transaction ──> show

The transaction begins before the case is read, so that a decision is always taken
on what is so. A refusal of an existing incident is appended as well, and raised
once it is durable.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import case_of
from handrail.engine.casebook import Casebook
from handrail.engine.clock import SystemClock, clock_words, stamp
from handrail.engine.doorkeeper import Doorkeeper
from handrail.engine.errors import (
    HandrailError,
    NotFoundError,
    NotPermittedError,
    StoreError,
    UsageError,
)
from handrail.engine.machine import commands as do
from handrail.engine.machine.build import TOP
from handrail.engine.machine.decide import Decision, decide
from handrail.engine.machine.facts import read_value
from handrail.engine.machine.reasons import Reason
from handrail.engine.people import identify, turned_away
from handrail.engine.refused import RefusedError
from handrail.engine.runs import (
    run_of_facts,
    run_of_pending,
    run_of_state,
    run_of_step,
    run_of_task,
)
from handrail.engine.rush import Rush
from handrail.engine.sealing import Sealer, Unsealed
from handrail.engine.shelf import Shelf
from handrail.engine.store.rows import IncidentFilter, IncidentRow
from handrail.engine.text import pick
from handrail.engine.view import View, receipt_of, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from handrail.engine.anchoring import Anchored, Pace
    from handrail.engine.charter import Charter
    from handrail.engine.clock import Clock
    from handrail.engine.documents.source import Source
    from handrail.engine.machine.state import World
    from handrail.engine.news import News
    from handrail.engine.projection import Loaded
    from handrail.engine.store.base import Reader, Store, Writer
    from handrail.engine.store.rows import Head
    from handrail.engine.workspace import Workspace

    Given = Mapping[str, Any]
    _List = list  # ``Engine.list`` hides the name in its class
    Make = Callable[["Turn"], do.Command]

__all__ = ["Engine", "Turn"]


class Turn:
    """One command in the making: what a use case may look at while it builds it."""

    def __init__(self, engine: Engine, loaded: Loaded | None, world: World) -> None:
        self.loaded = loaded
        self.case: Any = loaded.case if loaded else None  # as it is; all but Open have one
        self.world = world
        self.sealer = Sealer()
        self.now = engine.clock.now()
        self.stamp = stamp(self.now)  # the same, RFC 3339
        self.actor = engine.actor_in(world, self.stamp)
        self._engine = engine

    def at(self, occurred: str | datetime | None) -> str:
        """When it happened: the time given, else now.

        :raises UsageError: it lies in the future.
        """
        if occurred is None:
            return self.stamp
        moment = (
            stamp(occurred) if not isinstance(occurred, str) else _read_time(occurred, self.now)
        )
        if moment > self.stamp:
            shown = clock_words(moment, self.now)
            raise UsageError("what happened cannot lie in the future: {time}", time=shown)
        return moment

    def facts(self, sha256: str, given: Given) -> dict[str, object]:
        """Canonical facts of what was typed, the personal ones sealed."""
        definition = self.world.definition(sha256)
        return self.sealer.facts(definition, given, self.world.site, self.now)


class NoneOpenError(HandrailError):
    """No incident is open."""

    exit_code = NotFoundError.exit_code
    code = NotFoundError.code
    hint = ("open", "PROTOCOL")

    def __init__(self) -> None:
        super().__init__("no incident is open")


class Engine:
    """A site's incidents, for one person at a time."""

    def __init__(
        self,
        store: Store,
        *,
        person: str | None,
        lang: str = "en",
        clock: Clock | None = None,
        began: datetime | None = None,
    ) -> None:
        self.store = store
        self.person = person
        self.lang = lang
        self.clock = clock or SystemClock()
        self.shelf = Shelf(store)
        self.casebook = Casebook(store, self.shelf, self.clock, lang)
        self.workspace: Workspace | None = None
        self.key: Path | None = None  # the private key to sign with; None: ssh-agent's, or ~/.ssh
        self.quiet = False  # changes answer with a receipt, without the whole view
        self.warnings: list[HandrailError] = []  # for the caller to show; nothing failed
        self._rush = Rush(began or self.clock.now())

    @classmethod
    def at(  # noqa: PLR0913 - what the command line knows
        cls,
        workspace: Workspace,
        *,
        person: str | None = None,
        lang: str = "en",
        clock: Clock | None = None,
        store_url: str | None = None,
        began: datetime | None = None,
    ) -> Self:
        """Open the engine of a workspace.

        :param person: what ``--as`` says; ``None``: whom the account tells.
        :param began: when the person gave the command; ``None``: now.
        :raises StoreError: the store is missing or cannot be used.
        """
        from handrail.engine.store.open import open_store  # noqa: PLC0415 - tests bring their own

        engine = cls(
            open_store(store_url or workspace.store_url(), workspace.root),
            person=person,
            lang=lang,
            clock=clock,
            began=began,
        )
        engine.workspace = workspace
        return engine

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    # -- transactions --------------------------------------------------------------

    def reading(self) -> AbstractContextManager[Reader]:
        """A consistent snapshot."""
        return self.store.read()

    def writing(self) -> AbstractContextManager[Writer]:
        """A transaction: all of it is durable on leaving, or none of it."""
        return self.store.write()

    def actor_in(self, world: World, at: str | None = None) -> do.Actor:
        """Who acts, by the site plan in force; at a site with keys, what they do is signed.

        :param at: when, RFC 3339 UTC; ``None``: now.
        :raises NotPermittedError: they are not who they say, or not known here.
        """
        actor = identify(world.site, self.person, at or stamp(self.clock.now()))
        if actor.how == "key":
            from handrail.engine.hand import Hand  # noqa: PLC0415 - few sites have keys

            self.casebook.hand = Hand(world.site, world.site.people[actor.id], self.key)
        return actor

    def knowing(self, case: str) -> Doorkeeper:
        """Record in a case that somebody was turned away, who is not who they say."""
        return Doorkeeper(case, self._turn_away)

    def _turn_away(self, case: str, fault: HandrailError) -> None:
        self.casebook.hand = None
        with self.writing() as writer:
            draft = turned_away(self.shelf.site(), case, self.person, fault)
            draft["occurred"] = stamp(self.clock.now())
            if not case.startswith("INC-"):
                if writer.case_head(case).cseq == 0:
                    draft["case"] = "LOG"
                list(self.casebook.write(writer, [draft]))
                return
            loaded = self.casebook.load(writer, case)
            draft["drill"] = loaded.case.drill
            after = loaded.case._replace(version=loaded.case.version + 1)
            world = self.shelf.world(self.shelf.site(), drill=after.drill)
            loaded = self.casebook.append(writer, world, loaded, Decision((draft,), after))
        self.casebook.keep(loaded)

    # -- operators -----------------------------------------------------------------

    def open(
        self,
        protocol: str,
        given: Given | None = None,
        *,
        title: str | None = None,
        drill: bool = False,
        occurred: str | None = None,
    ) -> View:
        """Open an incident: its lifecycle and a protocol (or the lifecycle alone).

        :raises NotFoundError: there is no such protocol.
        :raises RefusedError: it is not in force, and this is no drill.
        """
        with self.knowing(case_of(protocol)), self.writing() as writer:
            site = self.shelf.site()
            world = self.shelf.world(site, drill=drill)
            turn = Turn(self, None, world)
            lifecycle = self.shelf.lifecycle(site)
            self._known_machine(writer, protocol)
            definition = world.resolve(protocol)
            at = turn.at(occurred)
            command = do.Open(
                actor=turn.actor,
                at=at,
                case=_new_id(writer, at),
                protocol=None if protocol == lifecycle else protocol,
                lifecycle=lifecycle,
                drill=drill,
                title=turn.sealer.text("title", title),
                facts=turn.facts(definition.sha256, given or {}) if definition else {},
            )
            decision = decide(world, None, command)
            if decision.refusal:
                mend = _mend(decision, world, (lifecycle, protocol))
                reasons = self._not_opened(writer, turn, protocol, decision)
            else:
                loaded = self._append(writer, turn, decision)
                self._brief(writer, turn, loaded)
                head = writer.head()
        if decision.refusal:
            raise RefusedError(reasons, hint=mend)
        self._settled(loaded)
        return self._shown(turn, loaded, head)

    def _not_opened(
        self, writer: Writer, turn: Turn, protocol: str, decision: Decision
    ) -> tuple[Reason, ...]:
        """Record a refused opening; there is no incident, so in the protocol's own case."""
        fault = self.shelf.altered.get(protocol)
        reasons = decision.refusal
        if fault is not None:
            reasons = (Reason("altered", fault.template, {"document": protocol}, (protocol,)),)
        draft = {
            "type": "open-refused",
            "case": case_of(protocol),
            "drill": False,
            "occurred": turn.stamp,
            "actor": turn.actor.record(),
            "protocol-id": protocol,
            "refused": reasons[0].record(),
        }
        list(self.casebook.write(writer, [draft]))
        return reasons

    def _brief(self, reader: Reader, turn: Turn, loaded: Loaded) -> None:
        """Warn one who has not acknowledged what they act on, the first time they act on it."""
        before, runs = turn.loaded, loaded.case.runs
        known = before.case.runs if before and turn.actor.id in before.people else {}
        if len(known) < len(runs):
            from handrail.engine.briefing import unacknowledged  # noqa: PLC0415 - not every step

            self.warnings += unacknowledged(reader, turn.world, loaded.case, turn.actor, known)

    def step(  # noqa: PLR0913 - the options of the command
        self,
        incident: str,
        step: str,
        given: Given | None = None,
        *,
        run: str | None = None,
        note: str | None = None,
        occurred: str | None = None,
        dry_run: bool = False,
        if_version: int | None = None,
    ) -> View:
        """Take a step.

        :param if_version: refuse if the incident's version is not this any more.
        :raises NotFoundError: no protocol of the incident has such a step or fact.
        :raises RefusedError: the protocol says no, or somebody was first.
        """

        def make(turn: Turn) -> do.Command:
            chosen = run_of_step(turn.world, turn.case, step, run)
            return do.TakeStep(  # nothing is called for what was not given: each step goes here
                actor=turn.actor,
                at=turn.stamp if occurred is None else turn.at(occurred),
                run=chosen.id,
                step=step,
                facts=turn.facts(chosen.sha256, given) if given else {},
                note=turn.sealer.text("note", note) if note else None,
            )

        return self._change(incident, make, dry_run=dry_run, if_version=if_version)

    def confirm(
        self, incident: str, step: str, *, run: str | None = None, yes: bool = True
    ) -> View:
        """Say yes (or no) to a step as its second person."""

        def make(turn: Turn) -> do.Command:
            chosen = run_of_pending(turn.world, turn.case, step, run)
            return do.Confirm(actor=turn.actor, at=turn.at(None), run=chosen.id, step=step, yes=yes)

        return self._change(incident, make)

    def task(  # noqa: PLR0913 - the options of the command
        self,
        incident: str,
        task: str,
        *,
        item: str | None = None,
        skip: str | None = None,
        run: str | None = None,
        occurred: str | None = None,
    ) -> View:
        """Do a task (``TASK`` or ``TASK/ITEM``), or skip it with a reason."""
        task, _, slashed = task.partition("/")

        def make(turn: Turn) -> do.Command:
            if skip is not None and not skip.strip():
                raise UsageError("say why the task is skipped")
            return do.DoTask(
                actor=turn.actor,
                at=turn.at(occurred),
                run=run_of_task(turn.world, turn.case, task, run).id,
                task=task,
                item=item or slashed or None,
                skip=turn.sealer.text("why", skip),
            )

        return self._change(incident, make)

    def fact(self, incident: str, given: Given, *, run: str | None = None) -> View:
        """Record facts apart from a step."""

        def make(turn: Turn) -> do.Command:
            chosen = run_of_facts(turn.world, turn.case, list(given), run)
            return do.SetFact(
                actor=turn.actor,
                at=turn.at(None),
                run=chosen.id,
                facts=turn.facts(chosen.sha256, given),
            )

        return self._change(incident, make)

    def note(self, incident: str, text: str, *, occurred: str | None = None) -> View:
        """Write something down."""

        def make(turn: Turn) -> do.Command:
            if not text.strip():
                raise UsageError("the note is empty")
            sealed = turn.sealer.text("note", text)
            return do.Note(actor=turn.actor, at=turn.at(occurred), text=sealed)

        return self._change(incident, make)

    def attach(
        self,
        incident: str,
        name: str,
        data: bytes,
        *,
        task: str | None = None,
        run: str | None = None,
    ) -> View:
        """Attach a file as evidence; the bytes are kept under their SHA-256."""
        import hashlib  # noqa: PLC0415 - only attaching pays for it

        sha256 = hashlib.sha256(data).hexdigest()

        def make(turn: Turn) -> do.Command:
            chosen = run
            if task is not None:
                chosen = run_of_task(turn.world, turn.case, task, run).id
            elif chosen is None:
                active = turn.case.active_runs()
                chosen = active[0].id if active else None
            return do.Attach(
                actor=turn.actor,
                at=turn.at(None),
                sha256=sha256,
                size=len(data),
                name=turn.sealer.text("name", name),
                run=chosen,
                task=task,
            )

        return self._change(incident, make, evidence=(sha256, data))

    def start(self, incident: str, protocol: str, given: Given | None = None) -> View:
        """Start a further protocol in the same incident."""

        def make(turn: Turn) -> do.Command:
            self._known_machine(self.shelf.reader(), protocol)
            definition = turn.world.resolve(protocol)
            facts = turn.facts(definition.sha256, given or {}) if definition else {}
            return do.StartProtocol(
                actor=turn.actor, at=turn.at(None), protocol=protocol, facts=facts
            )

        return self._change(incident, make)

    def deviate(
        self, incident: str, to: str, why: str, *, run: str | None = None, dry_run: bool = False
    ) -> View:
        """Put a run into another state, outside the protocol, where it allows that."""

        def make(turn: Turn) -> do.Command:
            if not why.strip():
                raise UsageError("say why you leave the protocol")
            return do.Deviate(
                actor=turn.actor,
                at=turn.at(None),
                run=run_of_state(turn.world, turn.case, to, run).id,
                state=to,
                why=turn.sealer.text("why", why),
            )

        return self._change(incident, make, dry_run=dry_run)

    def tick(self) -> _List[News]:
        """Let the deadlines pass that are due; tell of each."""
        from handrail.engine.watch.deadlines import tick  # noqa: PLC0415 - a step needs it not

        return list(tick(self))

    def tick_case(self, incident: str) -> bool:
        """Let the deadlines of one case (an incident, or ``DOC-ID``) pass, as far as any is due.

        :returns: False where another program was first.
        """
        document = incident.removeprefix("DOC-")
        if document != incident:
            self.warnings += self.charter.tick(document)
            return True
        with self.writing() as writer:
            loaded = self.casebook.load(writer, incident)
            world = self.shelf.world(self.shelf.site(), drill=loaded.case.drill)
            at = stamp(self.clock.now())
            actor = do.Actor("handrail", (), do.ENGINE, "")
            decision = decide(world, loaded.case, do.Tick(actor=actor, at=at))
            if not decision.drafts:
                return False
            loaded = self.casebook.append(writer, world, loaded, decision)
        self._settled(loaded)
        return True

    # -- looking -------------------------------------------------------------------

    def view(self, incident: str) -> View:
        """Show an incident to whoever asks; who is not known has no roles."""
        with self.reading() as reader:
            loaded = self.casebook.load(reader, incident)
            world = self.shelf.world(self.shelf.site(), drill=loaded.case.drill)
            self._rush.saw(loaded)
            return view_of(
                reader,
                world,
                loaded,
                head=reader.head(),
                actor=self._viewer(world),
                at=stamp(self.clock.now()),
                lang=self.lang,
            )

    def _viewer(self, world: World) -> do.Actor:
        try:
            return self.actor_in(world)
        except NotPermittedError:
            return do.Actor("", (), "unknown", "")

    def list(  # noqa: PLR0913 - the options of the command
        self,
        *,
        open: bool | None = None,  # noqa: A002 - the option's name
        phase: str | None = None,
        protocol: str | None = None,
        mine: bool = False,
        overdue: bool = False,
        drill: bool | None = None,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """List incidents, the newest first.

        :raises NotFoundError: there is no such phase, or no such protocol.
        """
        with self.reading() as reader:
            world = self.shelf.world(self.shelf.site(), drill=False)
            if protocol is not None:
                self._known_machine(reader, protocol)
            if phase is not None and phase not in (known := self._phases()):
                raise NotFoundError("phase", phase, known)
            which = IncidentFilter(
                open=open,
                phase=phase,
                protocol=protocol,
                mine=self.actor_in(world).id if mine else None,
                overdue_at=stamp(self.clock.now()) if overdue else None,
                drill=drill,
            )
            rows = reader.incidents(which, limit=limit)
            unsealed = Unsealed(reader, {row.id: _sealed(row) for row in rows})
            return [_listed(row, unsealed) for row in rows]

    def phases(self) -> dict[str, str]:
        """What the phases of each lifecycle that there was are called; none, if one was altered."""
        with self.reading(), suppress(StoreError):
            return self._phases()
        return {}

    def _phases(self) -> dict[str, str]:
        rows = [row for row in self.shelf.reader().documents() if row.kind == "lifecycle"]
        found = [self.shelf.definition(row.sha256) for row in rows]
        states = [one.states[name] for one in found for name in one.regions[TOP].children]
        return {state.id: pick(state.title, self.lang) or state.id for state in states}

    def latest_open(self) -> str:
        """The id of the open incident that was opened last.

        :raises NoneOpenError: none is open.
        """
        with self.reading() as reader:
            rows = reader.incidents(IncidentFilter(open=True), limit=1)
        if not rows:
            raise NoneOpenError
        return rows[0].id

    # -- administrators ------------------------------------------------------------

    @property
    def charter(self) -> Charter:
        """What is in force and how it came there: registering, agreeing, acknowledging."""
        from handrail.engine.charter import Charter  # noqa: PLC0415 - a step needs none of it

        return Charter(self)

    def register(self, sources: Sequence[Source]) -> _List[dict[str, Any]]:
        """Make revisions of documents known to the store, after they check."""
        return self.charter.register(sources)

    def agree(self, wanted: Sequence[str] | str | None) -> _List[dict[str, Any]]:
        """Agree to registered documents, as management."""
        return self.charter.agree(wanted)

    def documents(self) -> _List[dict[str, Any]]:
        """Every registered document, and which revision of it is in force."""
        return self.charter.documents()

    # -- auditors ------------------------------------------------------------------

    def anchor(self, *, due_only: bool = False, pace: Pace | None = None) -> _List[Anchored]:
        """Sign the log's head, and put it where ``handrail.yaml`` says, and on this computer.

        :param due_only: only where it is due.
        :param pace: of one who calls this again and again with ``due_only``.
        :returns: what came of it for each place; a ``problem`` where it failed.
        :raises HandrailError: it cannot be signed, or ``handrail.yaml`` has errors.
        """
        from handrail.engine.anchoring import anchor  # noqa: PLC0415 - not for a step

        return anchor(self, due_only=due_only, pace=pace)

    # -- the one way in ------------------------------------------------------------

    def _change(
        self,
        incident: str,
        make: Make,
        *,
        dry_run: bool = False,
        if_version: int | None = None,
        evidence: tuple[str, bytes] | None = None,
    ) -> View:
        if dry_run:
            return self._rehearse(incident, make)
        try:
            with self.store.write() as writer:
                loaded = self.casebook.load(writer, incident)
                world = self.shelf.world(self.shelf.site(), drill=loaded.case.drill)
                turn = Turn(self, loaded, world)
                command = make(turn)
                decision = self._decide(turn, command, if_version)
                after = self._append(writer, turn, decision)
                self._brief(writer, turn, after)
                if evidence is not None and not decision.refusal:
                    writer.put_evidence(*evidence)
                head = writer.head()
        except HandrailError as fault:  # what ``with`` would do, for nothing where all is well
            self.knowing(incident).turned(fault)
            raise
        self._settled(after)
        if decision.refusal:
            raise RefusedError(decision.refusal, hint=["next", incident])
        return self._shown(turn, after, head)

    def _rehearse(self, incident: str, make: Make) -> View:
        with self.reading() as reader:
            loaded = self.casebook.load(reader, incident)
            world = self.shelf.world(self.shelf.site(), drill=loaded.case.drill)
            turn = Turn(self, loaded, world)
            decision = decide(turn.world, loaded.case, make(turn))
            if decision.refusal:
                raise RefusedError(decision.refusal, hint=["next", incident])
            assert decision.case is not None  # noqa: S101 - it was there before
            after = loaded._replace(case=decision.case)
            return self._show(reader, turn, after, reader.head())

    def _decide(self, turn: Turn, command: do.Command, if_version: int | None) -> Decision:
        assert turn.loaded is not None  # noqa: S101 - only Open has none, and comes not here
        rush = self._rush.lost(turn.loaded, command, if_version)
        if rush is not None:
            return self._rush.refusal(turn.world, turn.loaded, command, rush)
        return decide(turn.world, turn.case, command)

    def _append(self, writer: Writer, turn: Turn, decision: Decision) -> Loaded:
        if turn.sealer and not decision.refusal and decision.case is not None:
            writer.put_disclosures(turn.sealer, decision.case.id)  # messages say them
        return self.casebook.append(writer, turn.world, turn.loaded, decision, turn.stamp)

    def _shown(self, turn: Turn, loaded: Loaded, head: Head) -> View:
        """The view after a change; in a quiet engine only what a receipt says."""
        if self.quiet:
            return receipt_of(loaded, head)
        with self.reading() as reader:
            return self._show(reader, turn, loaded, head)

    def _show(self, reader: Reader, turn: Turn, loaded: Loaded, head: Head) -> View:
        at = turn.stamp
        return view_of(
            reader, turn.world, loaded, head=head, actor=turn.actor, at=at, lang=self.lang
        )

    def _settled(self, loaded: Loaded) -> None:
        """What follows on a durable transaction."""
        self.casebook.keep(loaded)
        self._rush.saw(loaded)
        if loaded.case.status == "closed" and self.workspace is not None:
            from handrail.engine.sign import sign_head  # noqa: PLC0415 - only closing signs

            try:
                sign_head(self)
            except HandrailError as fault:  # the incident is closed all the same
                self.warnings.append(fault)

    def _known_machine(self, reader: Reader, name: str) -> None:
        kinds = {"lifecycle", "protocol"}
        if any(row.kind in kinds for row in reader.documents(name)):
            return
        known = {row.id for row in reader.documents() if row.kind in kinds}
        raise NotFoundError("protocol", name, known)


def _read_time(text: str, now: datetime) -> str:
    from handrail.engine.machine.definition import Fact, FactType  # noqa: PLC0415 - rarely typed

    fact = Fact(id="occurred", type=FactType.TIME)
    return str(read_value(fact, text, site=None, now=now))


def _new_id(reader: Reader, at: str) -> str:
    prefix = f"INC-{at[:4]}-"
    return f"{prefix}{reader.last_number(prefix) + 1:04d}"


def _mend(decision: Decision, world: World, names: Sequence[str]) -> list[str]:
    """What management has to agree to before an incident can be opened."""
    if "not-in-force" not in [reason.code for reason in decision.refusal]:
        return []
    return ["agree", *(name for name in dict.fromkeys(names) if world.resolve(name) is None)]


def _sealed(row: IncidentRow) -> dict[str, str] | None:
    return None if row.title is None else {"sd": row.title}


def _listed(row: IncidentRow, unsealed: Unsealed) -> dict[str, Any]:
    listed = row._asdict()
    listed["title"] = unsealed.show(_sealed(row))
    listed["people"] = list(row.people)
    return listed
