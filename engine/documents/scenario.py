"""Scenarios: play them on the machine, and say where it went otherwise than was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from handrail.engine.clock import stamp
from handrail.engine.documents.finding import Finding, Message, bare, msg, near
from handrail.engine.documents.rehearsal import SEALED, Stage
from handrail.engine.durations import parse_duration
from handrail.engine.machine import commands as do
from handrail.engine.machine.facts import BadValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from handrail.engine.documents.source import Source
    from handrail.engine.machine.decide import Decision
    from handrail.engine.machine.definition import Definition, Path
    from handrail.engine.machine.judge import Reason
    from handrail.engine.machine.site import Site
    from handrail.engine.text import Text

__all__ = ["DifferenceError", "Played", "Player", "play"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a scenario went."""

    name: str  # the file
    title: Text
    protocol: str
    findings: tuple[Finding, ...]  # at most one: what follows a difference means nothing
    drafts: tuple[Mapping[str, Any], ...] = field(default=())  # the records that it made
    run: str = ""  # the id of the run that was rehearsed

    @property
    def ok(self) -> bool:
        """Whether everything went as written."""
        return not self.findings


_EITHER = msg("change the protocol, or the scenario: protocol test --update writes what happens")


class DifferenceError(Exception):
    """It went otherwise: where, and how."""

    def __init__(self, path: Path, message: Message, **more: Any) -> None:
        super().__init__(str(message))
        self.path = path
        self.message = message
        self.more = more


def play(source: Source, data: Mapping[str, Any], definition: Definition, site: Site) -> Played:
    """Play a scenario that the checker found nothing in.

    :param data: the scenario's data (``Checked.data``).
    :param definition: of the protocol that it names.
    """
    player = Player(data, definition, site)
    findings: tuple[Finding, ...] = ()
    try:
        player.play()
    except DifferenceError as other:
        mark = source.mark(other.path)
        more = {"mend": _EITHER, **other.more}
        findings = (source.finding("HR401", other.message, mark, **more),)
    return Played(
        name=source.name,
        title=data["title"],
        protocol=definition.id,
        findings=findings,
        drafts=tuple(player.stage.drafts),
        run=f"{definition.id}-1",
    )


class Player:
    """Plays one scenario."""

    def __init__(self, data: Mapping[str, Any], definition: Definition, site: Site) -> None:
        self.data = data
        self.definition = definition
        self.cast: Mapping[str, list[str]] = data["cast"]
        ends: dict[str, list[str]] = {}
        for move in data["play"]:
            for protocol, outcome in move.get("outcome", {}).items():
                ends.setdefault(protocol, []).append(outcome)
            if "start" in move:
                ends.setdefault(move["start"], [])
        self.stage = Stage(definition, site, ends)

    def play(self) -> None:
        """Play it.

        :raises DifferenceError: at the first move that goes otherwise than is written.
        """
        begun = self.stage.begin()
        if begun.refusal:
            message = msg("it does not begin: {why}", why=_said(begun.refusal[0]))
            raise DifferenceError(("protocol",), message)
        if "starts" in self.data:
            self._see(("starts",), self.data["starts"])
        for index, move in enumerate(self.data["play"]):
            self._move(("play", index), move)
        self._ends()

    def _move(self, path: Path, move: Mapping[str, Any]) -> None:
        kind = next(key for key in _MOVES if key in move)
        try:
            refusal, pending = self._done(_MOVES[kind](self, path, move))
        except BadValueError as error:
            wrong = Message(template=error.template, params=error.params)
            refusal, pending = [("value", wrong)], False
        self._refused(path, kind, move, refusal)
        if not refusal:
            self._pending(path, kind, move, pending=pending)
        if "in" in move:
            self._see((*path, "in"), move["in"])

    def _done(self, decision: Decision | None) -> tuple[list[tuple[str, Message]], bool]:
        if decision is None:
            return [], False
        waits = any(draft["type"] == "step-pending" for draft in decision.drafts)
        return [(reason.code, _said(reason)) for reason in decision.refusal], waits

    def _refused(
        self, path: Path, kind: str, move: Mapping[str, Any], refusal: list[tuple[str, Message]]
    ) -> None:
        wanted = move.get("refused")
        codes = [code for code, _ in refusal]
        if wanted is None and refusal:
            message = msg("this was refused ({code}): {why}", code=codes[0], why=refusal[0][1])
            raise DifferenceError((*path, kind), message)
        if wanted is not None and not refusal:
            expected = msg("a refusal")
            message = msg("this was not refused")
            raise DifferenceError((*path, "refused"), message, expected=expected)
        if wanted not in (None, True, *codes):
            message = msg("refused otherwise: {codes}: {why}", codes=codes, why=refusal[0][1])
            alike = near(str(wanted), codes)
            raise DifferenceError((*path, "refused"), message, near=alike)

    def _pending(self, path: Path, kind: str, move: Mapping[str, Any], *, pending: bool) -> None:
        if kind != "step" or pending == move.get("pending", False):
            return
        if pending:
            message = msg("this waits for a second person")
            raise DifferenceError((*path, kind), message, mend=msg("add “pending: true”"))
        message = msg("this does not wait for a second person")
        raise DifferenceError((*path, "pending"), message)

    def _see(self, path: Path, wanted: Iterable[str]) -> None:
        found = self.stage.leaves
        if set(found) != set(wanted):
            expected = bare(list(wanted))
            message = msg(
                "the run is in {found}, not in {expected}", found=found, expected=expected
            )
            raise DifferenceError(path, message, expected=expected, found=bare(found))

    def _ends(self) -> None:
        if "ends" not in self.data:
            return
        wanted, run = self.data["ends"], self.stage.run
        if run.outcome == wanted:
            return
        if run.outcome is None:
            message = msg("the run has not ended: it is in {found}", found=self.stage.leaves)
        else:
            message = msg("the run ended with {found}", found=run.outcome)
        raise DifferenceError(("ends",), message, expected=bare(wanted))

    # The moves

    def _who(self, move: Mapping[str, Any]) -> dict[str, Any]:
        person = move.get("by") or next(iter(self.cast))
        return {
            "actor": self.stage.actor(person, self.cast[person]),
            "at": stamp(self.stage.now),
        }

    def _what(self, move: Mapping[str, Any]) -> dict[str, Any]:
        return {**self._who(move), "run": self.stage.run.id}

    def step(self, _path: Path, move: Mapping[str, Any]) -> Decision:
        """Take a step."""
        facts = self.stage.facts(move.get("with", {}))
        return self.stage.do(do.TakeStep(**self._what(move), step=move["step"], facts=facts))

    def confirm(self, _path: Path, move: Mapping[str, Any]) -> Decision:
        """Answer as the second person."""
        yes = not move.get("no", False)
        return self.stage.do(do.Confirm(**self._what(move), step=move["confirm"], yes=yes))

    def task(self, _path: Path, move: Mapping[str, Any]) -> Decision:
        """Do a task, or skip it."""
        skip = SEALED if "skip" in move else None
        item = move.get("item")
        return self.stage.do(do.DoTask(**self._what(move), task=move["task"], item=item, skip=skip))

    def wait(self, _path: Path, move: Mapping[str, Any]) -> None:
        """Let time pass."""
        self.stage.wait(parse_duration(move["wait"]))

    def fact(self, _path: Path, move: Mapping[str, Any]) -> Decision:
        """Set facts."""
        return self.stage.do(do.SetFact(**self._what(move), facts=self.stage.facts(move["fact"])))

    def start(self, _path: Path, move: Mapping[str, Any]) -> Decision:
        """Start a protocol."""
        return self.stage.do(do.StartProtocol(**self._who(move), protocol=move["start"]))

    def deviate(self, _path: Path, move: Mapping[str, Any]) -> Decision:
        """Leave the protocol."""
        state = move["deviate"]
        return self.stage.do(do.Deviate(**self._what(move), state=state, why=SEALED))

    def note(self, _path: Path, move: Mapping[str, Any]) -> Decision:
        """Write a note."""
        return self.stage.do(do.Note(**self._who(move), text=SEALED))

    def attach(self, _path: Path, move: Mapping[str, Any]) -> Decision:
        """Attach evidence."""
        what, task = self._what(move), move.get("task")
        return self.stage.do(do.Attach(**what, sha256="0" * 64, size=1, name=SEALED, task=task))

    def outcome(self, path: Path, move: Mapping[str, Any]) -> Decision:
        """Let a stand-in end."""
        ((protocol, outcome),) = move["outcome"].items()
        decision = self.stage.end(protocol, outcome, self._who(move)["actor"])
        if decision is None:
            message = msg("no run of {protocol} goes on now", protocol=protocol)
            raise DifferenceError((*path, "outcome", protocol), message)
        return decision


def _said(reason: Reason) -> Message:
    return Message(template=reason.template, params=reason.record()["params"])


_MOVES: dict[str, Callable[[Player, Path, Mapping[str, Any]], Decision | None]] = {
    "step": Player.step,
    "confirm": Player.confirm,
    "attach": Player.attach,  # before “task”, which it may name
    "task": Player.task,
    "wait": Player.wait,
    "fact": Player.fact,
    "start": Player.start,
    "deviate": Player.deviate,
    "note": Player.note,
    "outcome": Player.outcome,
}
