"""What was done on a way through a protocol, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["PARTS", "Did", "Effort", "effort_of", "over"]


class Effort(NamedTuple):
    """What people do on a way. A second person's yes is a step of theirs."""

    questions: int = 0
    tasks: int = 0
    steps: int = 0

    def plus(self, other: Effort) -> Effort:
        """Both together."""
        return Effort(*(one + more for one, more in zip(self, other, strict=True)))

    @property
    def total(self) -> int:
        """Everything that somebody does."""
        return sum(self)


class Did(NamedTuple):
    """One thing that was done, or that happened."""

    kind: str  # step | confirm | task | attach | fact | outcome | wait | start
    name: str
    at: str  # when, RFC 3339 UTC
    by: str = ""  # the person; empty: the clock, or a protocol that is waited for
    role: str = ""  # in which role
    facts: Mapping[str, object] = {}
    late: tuple[str, ...] = ()  # the owners of deadlines that passed
    leaves: tuple[str, ...] = ()  # where the run is then

    @property
    def effort(self) -> Effort:
        """What it cost."""
        return Effort(
            questions=len(self.facts),
            tasks=self.kind == "task",
            steps=self.kind in {"step", "confirm"},
        )


def effort_of(way: Iterable[Did]) -> Effort:
    """What a way cost."""
    total = Effort()
    for did in way:
        total = total.plus(did.effort)
    return total


def over(effort: Effort, budget: Mapping[str, int]) -> list[str]:
    """The parts of a budget that an effort goes beyond."""
    return [part for part in PARTS if part in budget and getattr(effort, part) > budget[part]]


PARTS: Final = Effort._fields  # questions, tasks, steps
