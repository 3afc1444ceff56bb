"""Definitely asked: what an automatic move reads has been asked on every path to it.

A step asks what its own guards need; nobody asks for ``next`` and ``done``. A
forward analysis over all ways (through tracks, history and automatic moves) keeps,
for each state, the facts that are known whenever it is entered; facts never become
unknown again. What is known is at least this, so what is found here may at worst
be asked by an order of steps that the analysis does not tell from others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.documents.finding import Severity, msg
from handrail.engine.documents.rules.budget import Budget, TooManyError
from handrail.engine.documents.rules.cells import tests_in
from handrail.engine.documents.rules.structure import ancestors
from handrail.engine.documents.rules.subject import LARGE, branches
from handrail.engine.machine.build import TOP
from handrail.engine.machine.definition import Kind, SetFacts
from handrail.engine.machine.guards import All, Not, One, Test, is_fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Branch, Subject
    from handrail.engine.machine.definition import Definition, Effect, State, Step, Target
    from handrail.engine.machine.guards import Guard

__all__ = ["Analysis", "rules"]

Known = frozenset[str]
_WORK: Final = 300_000  # ways gone, and ends looked at


def rules(subject: Subject) -> Iterator[Finding]:
    """HR320, and HR312 where it cannot be told."""
    if not any(target.when for state in _movers(subject.definition) for target in _moves(state)):
        return
    try:
        analysis = Analysis(subject.definition)
    except TooManyError:
        message = msg("too many ways to look at all of them: what is known where is not known")
        yield subject.found_key("HR312", ("states",), message, severity=Severity.NOTE, mend=LARGE)
        return
    for branch in branches(subject.definition):
        if branch.kind != "step" and branch.target.when is not None:
            yield from _unasked(subject, analysis, branch)


def _movers(definition: Definition) -> Iterator[State]:
    return (state for state in definition.states.values() if state.next or state.done)


def _moves(state: State) -> tuple[Target, ...]:
    return (*state.next, *state.done)


def _unasked(subject: Subject, analysis: Analysis, branch: Branch) -> Iterator[Finding]:
    definition = subject.definition
    state = definition.states[branch.state]
    at_move = analysis.at_move(state, branch.kind)
    if at_move is None or branch.target.when is None:
        return
    sure = at_move | _asked_inside(definition, state)
    for name in _reads(branch.target.when):
        if name in definition.facts and name not in sure:
            message = msg(
                "“{fact}” may not be known here: not every way to “{state}” asks for it",
                fact=name,
                state=state.id,
            )
            mend = msg("let each step that leads here ask for it (ask: [{fact}])", fact=name)
            path = (*branch.target.path, "when")
            # A state that waits can be told the fact; one that only decides cannot.
            waits = branch.kind == "next" and state.kind is not Kind.DECIDING
            severity = Severity.WARNING if waits else Severity.ERROR
            yield subject.found_key("HR320", path, message, mend=mend, severity=severity)


def _reads(guard: Guard) -> Iterable[str]:
    """The facts whose values it compares; ``known`` asks for none."""
    names = (test.name for test in tests_in(guard) if test.operator != "known")
    return dict.fromkeys(name for name in names if is_fact(name))


def _asked_inside(definition: Definition, state: State) -> Known:
    """Facts that a step which stays asks for: the move waits for them, and can get them."""
    staying = (
        step for up in ancestors(definition, state.id) for step in up.steps.values() if not step.to
    )
    return frozenset(name for step in staying for name in step.ask)


# -- the analysis ------------------------------------------------------------------


class _Way(NamedTuple):
    """From one state into another, and what is known for having gone it."""

    source: str
    goal: str
    kind: str  # step | next | done | in
    gains: Known


class Analysis:
    """For each state that can be entered, the facts known whenever it is.

    A forward analysis to its greatest fixed point. A ``done`` is looked at only when
    nothing else is left to do: it waits for what is inside.
    """

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.budget = Budget(_WORK)
        self.known: dict[str, Known] = {}
        self.leaving: dict[str, list[_Way]] = {}
        self.completing: dict[str, list[_Way]] = {}
        for way in _ways(definition):
            self.budget.spend(2)
            ways = self.completing if way.kind == "done" else self.leaving
            ways.setdefault(way.source, []).append(way)
        self._run()

    def _run(self) -> None:
        start = self.definition.regions[TOP].start  # which may lie deep inside
        waiting = [(up.id, frozenset[str]()) for up in ancestors(self.definition, start)]
        late: dict[str, None] = {}
        while waiting or late:
            if not waiting:
                waiting += self._go(self.completing[late.popitem()[0]])
                continue
            key, facts = waiting.pop()
            facts = facts if key not in self.known else self.known[key] & facts
            if self.known.get(key) != facts:
                self.known[key] = facts
                touched = (up.id for up in ancestors(self.definition, key))
                late |= dict.fromkeys(name for name in touched if name in self.completing)
                waiting += self._go(self.leaving.get(key, ()))

    def _go(self, ways: Sequence[_Way]) -> Iterator[tuple[str, Known]]:
        """Where ways lead, and what is known then; none while what is inside cannot be done."""
        self.budget.spend(len(ways))
        if ways:
            way = ways[0]
            facts = self.at_move(self.definition.states[way.source], way.kind)
            if facts is not None:
                yield from ((way.goal, facts | way.gains) for way in ways)

    def at_move(self, state: State, kind: str) -> Known | None:
        """What is known when a state is left; by ``done``, also what its ends know.

        ``None``: it is never entered, or never done.
        """
        facts = self.known.get(state.id)
        if facts is None or kind != "done" or state.kind is Kind.RUNNING:
            return facts
        if state.inside is not None:
            inside = self._ends(state.inside)
            return None if inside is None else facts | inside
        ends = [ends for track in state.tracks if (ends := self._ends(track)) is not None]
        if len(ends) < state.join:
            return None
        return facts.union(*ends) if state.join == len(state.tracks) else facts

    def _ends(self, region: str) -> Known | None:
        """What is known in whichever final state of a region; ``None``: none is reached."""
        children = self.definition.regions[region].children
        self.budget.spend(len(children))
        ends = [
            self.known[name]
            for name in children
            if self.definition.states[name].kind is Kind.FINAL and name in self.known
        ]
        return frozenset.intersection(*ends) if ends else None


def _ways(definition: Definition) -> Iterator[_Way]:
    for state in definition.states.values():
        set_in = _set(state.enter)
        for region in (state.inside,) if state.inside is not None else state.tracks:
            yield from _into(definition, state.id, definition.regions[region].start, "in", set_in)
        for step in state.steps.values():
            yield from _step_ways(definition, state, step)
        for kind, targets in (("next", state.next), ("done", state.done)):
            for target in targets:
                gains = set_in | _set(state.leave) | _if_true(target.when)
                yield from _target_ways(definition, state.id, target, kind, gains)


def _step_ways(definition: Definition, state: State, step: Step) -> Iterator[_Way]:
    needs = (need for need in step.needs if need in definition.facts)
    asked = frozenset([*step.ask, *needs]) | _set(step.then) | _set(state.enter)
    for target in step.to:
        yield from _target_ways(
            definition, state.id, target, "step", asked | _if_true(target.when) | _set(state.leave)
        )


def _target_ways(
    definition: Definition, source: str, target: Target, kind: str, gains: Known
) -> Iterator[_Way]:
    if target.state is not None:
        yield from _into(definition, source, target.state, kind, gains)
    if target.resume is None:
        return
    if target.resume.otherwise is not None:
        yield from _into(definition, source, target.resume.otherwise, kind, gains)
    inside = definition.states.get(target.resume.state)
    if inside is None:
        return
    for name in definition.states:
        if any(up.id == inside.id for up in ancestors(definition, name)):
            yield from _into(definition, source, name, kind, gains)


def _into(
    definition: Definition, source: str, goal: str, kind: str, gains: Known
) -> Iterator[_Way]:
    """Into a goal and into all around it that is entered on the way, each with its own tracks."""
    around = {up.id for up in ancestors(definition, source)}
    for up in ancestors(definition, goal):
        if up.id == goal or up.id not in around:
            yield _Way(source, up.id, kind, gains)


def _set(effects: Iterable[Effect]) -> Known:
    return frozenset(
        name for effect in effects if isinstance(effect, SetFacts) for name in effect.values
    )


def _if_true(guard: Guard | None) -> Known:
    """The facts that must be known for a guard to be true."""
    return frozenset() if guard is None else _sure(guard, holds=True)


def _sure(guard: Guard, *, holds: bool) -> Known:
    if isinstance(guard, Test):
        says_unknown = guard.operator == "known" and guard.expected is not holds
        return frozenset() if says_unknown or not is_fact(guard.name) else frozenset({guard.name})
    if isinstance(guard, Not):
        return _sure(guard.part, holds=not holds)
    assert isinstance(guard, All | One)  # noqa: S101 - there is no other guard
    parts = [_sure(part, holds=holds) for part in guard.parts]
    if isinstance(guard, All) is holds:
        return frozenset[str]().union(*parts)
    return frozenset.intersection(*parts) if parts else frozenset()
