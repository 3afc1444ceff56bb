"""The arrows of a definition as single labelled lines, for other programs to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.documents.drawing.marks import Marks
    from handrail.engine.documents.drawing.words import Wording
    from handrail.engine.machine.definition import State, Step, Target

__all__ = ["Arrow", "arrows", "state_label"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """From state to state."""

    tail: str  # a state's id
    head: str
    label: str
    automatic: bool = False
    visited: bool = False


def arrows(wording: Wording, marks: Marks | None = None) -> Iterator[Arrow]:
    """Give every branch of every step and automatic move, in document order."""
    for state in wording.definition.states.values():
        for step in state.steps.values():
            yield from _of_step(wording, state, step, marks)
        for kind, targets in (("done", state.done), ("next", state.next)):
            for target in targets:
                guard = _guard(wording, target, targets)
                taken = _is_taken(marks, state, kind, target.index)
                yield from _to(wording, state, target, guard, automatic=True, visited=taken)


def state_label(wording: Wording, state: State) -> str:
    """A state's title, with what it carries out and how long it may take."""
    parts = [wording.title(state.title, state.id)]
    if state.run is not None:
        parts.append(f"({state.run})")
    if state.within is not None:
        parts.append(wording.length(state.within))
    return " · ".join(parts)


def _of_step(wording: Wording, state: State, step: Step, marks: Marks | None) -> Iterator[Arrow]:
    title = wording.title(step.title, step.id)
    seconds = wording.second(step)
    title = f"{title} ({seconds})" if seconds else title
    if not step.to:
        taken = _is_taken(marks, state, f"step {step.id}", None)
        yield Arrow(tail=state.id, head=state.id, label=title, visited=taken)
    for target in step.to:
        label = f"{title} {_guard(wording, target, step.to)}".strip()
        taken = _is_taken(marks, state, f"step {step.id}", target.index)
        yield from _to(wording, state, target, label, automatic=False, visited=taken)


def _to(  # noqa: PLR0913 - one arrow's parts
    wording: Wording, state: State, target: Target, label: str, *, automatic: bool, visited: bool
) -> Iterator[Arrow]:
    resume = target.resume
    goal = target.state if resume is None else resume.state
    if resume is not None:
        label = f"{label} ({wording.say('where it was left')})".strip()
    if goal is not None:
        yield Arrow(tail=state.id, head=goal, label=label, automatic=automatic, visited=visited)
    if resume is not None and resume.otherwise is not None:
        first = f"{label} [{wording.say('if it never was')}]"
        yield Arrow(tail=state.id, head=resume.otherwise, label=first, automatic=automatic)


def _guard(wording: Wording, target: Target, among: Sequence[Target]) -> str:
    words = wording.branch(target, among)
    return f"[{words}]" if words else ""


def _is_taken(marks: Marks | None, state: State, kind: str, index: int | None) -> bool:
    return marks is not None and (state.id, kind, index) in marks.moves
