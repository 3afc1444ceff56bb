"""Structure: where branches lead, where regions start, how many tracks must end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.documents.finding import msg
from handrail.engine.documents.rules.subject import NO_STATE_WORDS, branches, read
from handrail.engine.machine.definition import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Branch, Subject
    from handrail.engine.machine.definition import Definition, Overdue, Path, State

__all__ = ["ancestors", "rules"]


def rules(subject: Subject) -> Iterator[Finding]:
    """HR210 to HR214."""
    for branch in branches(subject.definition):
        yield from _target(subject, branch)
    yield from _starts(subject)
    for state in subject.definition.states.values():
        yield from _join(subject, state)
        yield from _overdue(subject, state)


def _target(subject: Subject, branch: Branch) -> Iterator[Finding]:
    target, path = branch.target, branch.target.path
    names = [(target.state, (*path, "state"))]
    if target.resume is not None:
        names = [
            (target.resume.state, (*path, "resume")),
            (target.resume.otherwise, (*path, "else")),
        ]
    for name, at in names:
        if name is not None and name not in subject.definition.states:
            yield _no_state(subject, at if read(subject.data, at) else path, name)


def _no_state(subject: Subject, path: Path, name: str) -> Finding:
    known = subject.definition.states
    return subject.missing("HR210", path, NO_STATE_WORDS, name, known)


def _starts(subject: Subject) -> Iterator[Finding]:
    definition = subject.definition
    for region in definition.regions.values():
        at = (*region.path, "start")
        if region.start not in definition.states:
            inside = [key for key in definition.states if region.id in _regions(definition, key)]
            template = "there is no state “{name}” to start in"
            yield subject.missing("HR210", at, template, region.start, inside)
        elif region.id not in _regions(definition, region.start):
            message = msg("“{name}” does not lie inside what starts in it", name=region.start)
            expected = msg("one of {names}", names=list(region.children))
            mend = msg("name a state that lies inside, or let a step lead there")
            yield subject.found("HR211", at, message, expected=expected, mend=mend)


def ancestors(definition: Definition, key: str) -> Iterator[State]:
    """A state and those it lies in, innermost first."""
    name: str | None = key
    while name is not None:
        state = definition.states[name]
        yield state
        name = definition.regions[state.region].owner


def _regions(definition: Definition, key: str) -> list[str]:
    return [state.region for state in ancestors(definition, key)]


def _join(subject: Subject, state: State) -> Iterator[Finding]:
    if state.kind is Kind.PARALLEL and state.join > len(state.tracks):
        message = msg(
            "“join” waits for {join} tracks, of {tracks} that there are",
            join=state.join,
            tracks=len(state.tracks),
        )
        mend = msg("write “join: all”, a lower number, or add a track")
        yield subject.found("HR212", (*state.path, "join"), message, mend=mend)


def _overdue(subject: Subject, state: State) -> Iterator[Finding]:
    owners = [(state.overdue, state.within is not None)]
    owners += [(task.overdue, task.within is not None) for task in state.tasks.values()]
    for overdue, timed in owners:
        if overdue is None:
            continue
        if not timed:
            message = msg("“overdue” without “within”: there is no deadline that could pass")
            mend = msg("add “within:”, or take “overdue:” out")
            yield subject.found_key("HR214", overdue.path, message, mend=mend)
        yield from _overdue_step(subject, state, overdue)


def _overdue_step(subject: Subject, state: State, overdue: Overdue) -> Iterator[Finding]:
    offered = [key for up in ancestors(subject.definition, state.id) for key in up.steps]
    if overdue.step is not None and overdue.step not in offered:
        at = (*overdue.path, "step")
        template = "there is no step “{name}” in {state}"
        yield subject.missing("HR213", at, template, overdue.step, offered, state=state.id)
