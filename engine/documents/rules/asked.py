"""Definitely asked: what an automatic move reads has been asked on every path to it.

A step asks what its own guards need; nobody asks for ``next`` and ``done``. A
forward analysis over all ways (through tracks, history and automatic moves) keeps,
for each state, the facts that are known whenever it is entered; facts never become
unknown again. What is known is at least this, so what is found here may at worst
be asked by an order of steps that the analysis does not tell from others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.documents.finding import Severity, msg
from handrail.engine.documents.rules.cells import tests_in
from handrail.engine.documents.rules.structure import ancestors
from handrail.engine.documents.rules.subject import branches
from handrail.engine.machine.build import TOP
from handrail.engine.machine.definition import Kind, SetFacts
from handrail.engine.machine.guards import All, Not, One, Test, is_fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Definition, Effect, State, Step, Target
    from handrail.engine.machine.guards import Guard

__all__ = ["Known", "known_facts", "rules"]

Known = frozenset[str]


def rules(subject: Subject) -> Iterator[Finding]:
    """HR320."""
    definition = subject.definition
    known = known_facts(definition)
    for branch in branches(definition):
        if branch.kind == "step" or branch.target.when is None or branch.state not in known:
            continue
        state = definition.states[branch.state]
        sure = _at_move(definition, known, state, branch.kind) | _asked_inside(definition, state)
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


def known_facts(definition: Definition) -> dict[str, Known]:
    """For each state that can be entered, the facts known whenever it is."""
    ways = list(_ways(definition))
    known: dict[str, Known] = {}
    waiting = [(definition.regions[TOP].start, frozenset[str]())]
    leaving: dict[str, list[_Way]] = {}
    for way in ways:
        leaving.setdefault(way.source, []).append(way)
    while waiting:
        key, facts = waiting.pop()
        facts = facts if key not in known else known[key] & facts
        if known.get(key) == facts:
            continue
        known[key] = facts
        touched = {key, *(up.id for up in ancestors(definition, key))}
        for source in touched:
            waiting += [
                (way.goal, _leaving(definition, known, way) | way.gains)
                for way in leaving.get(source, ())
                if source == key or way.kind == "done"
            ]
    return known


def _leaving(definition: Definition, known: dict[str, Known], way: _Way) -> Known:
    state = definition.states[way.source]
    return _at_move(definition, known, state, way.kind)


def _at_move(definition: Definition, known: dict[str, Known], state: State, kind: str) -> Known:
    """What is known when a state is left; by ``done``, also what its ends know."""
    facts = known.get(state.id, frozenset())
    if kind != "done":
        return facts
    if state.inside is not None:
        return facts | _ends(definition, known, state.inside)
    if state.tracks and state.join == len(state.tracks):
        return facts.union(*(_ends(definition, known, track) for track in state.tracks))
    return facts


def _ends(definition: Definition, known: dict[str, Known], region: str) -> Known:
    """What is known in whichever final state of a region."""
    ends = [
        known[name]
        for name in definition.regions[region].children
        if definition.states[name].kind is Kind.FINAL and name in known
    ]
    return frozenset.intersection(*ends) if ends else frozenset()


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
