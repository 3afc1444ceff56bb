"""A drawing told in sentences, for those who hear it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.documents.drawing.words import Wording
    from handrail.engine.machine.definition import Definition, State, Target

__all__ = ["tell"]


def tell(definition: Definition, wording: Wording) -> str:
    """Say each state, and where it leads."""
    return " ".join(_Teller(definition, wording).sentences())


class _Teller:
    def __init__(self, definition: Definition, wording: Wording) -> None:
        self.definition = definition
        self.wording = wording

    def name(self, state: str) -> str:
        return self.wording.title(self.definition.states[state].title, state)

    def sentences(self) -> Iterator[str]:
        say = self.wording.say
        start = self.definition.regions[""].start
        yield say("{count} states.", count=len(self.definition.states))
        yield say("It begins in {state}.", state=self.name(start))
        for state in self.definition.states.values():
            yield from self.state(state)

    def state(self, state: State) -> Iterator[str]:
        say = self.wording.say
        if state.outcome is not None:
            yield say(
                "{state} is an end: {outcome}.", state=self.name(state.id), outcome=state.outcome
            )
        ways = [
            say(
                "{step} leads to {states}",
                step=self.wording.title(step.title, step.id),
                states=self.goals(step.to),
            )
            if step.to
            else say("{step} stays", step=self.wording.title(step.title, step.id))
            for step in state.steps.values()
        ]
        automatic = (*state.done, *state.next)
        if automatic:
            ways.append(say("by itself to {states}", states=self.goals(automatic)))
        if ways:
            yield f"{self.name(state.id)}: {'; '.join(ways)}."

    def goals(self, targets: Sequence[Target]) -> str:
        parts = []
        for target in targets:
            goal = target.state or (target.resume.state if target.resume else "")
            when = self.wording.branch(target, targets)
            parts.append(f"{self.name(goal)} ({when})" if when else self.name(goal))
        return ", ".join(parts)
