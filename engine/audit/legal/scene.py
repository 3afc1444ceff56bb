"""All of a case but where its runs are: what is known by this is found in one look.

Which crossing is taken follows from how the case and its runs are (``outer``, ``is_in``),
from the forms of the records, from the places of all runs that go on, and from what is due
in them. Most incidents go the same few ways; so this is noted once it was found, and need
not be put together again. It tells nothing that a crossing does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handrail.engine.audit.legal.cross import Crossing
    from handrail.engine.machine.state import Case

__all__ = ["Noted", "Scene", "kind_of"]


class Noted(NamedTuple):
    """Which crossing is taken from a scene."""

    crossing: Crossing
    runs: Sequence[str]  # that are in it, in their order
    goal: Scene


class Scene:
    """How a case and its runs are. One object for each, in a world."""

    __slots__ = ("active", "noted")

    def __init__(self, active: int) -> None:
        self.active = active  # how many runs go on
        self.noted: dict[object, Noted] = {}  # by forms, what is due, and places


def kind_of(case: Case | None) -> tuple[int, object]:
    """How many runs go on, and all that tells a scene from others."""
    if case is None:
        return 0, None
    runs = [(key, run.protocol, run.status, run.outcome) for key, run in case.runs.items()]
    active = sum([run[2] == "active" for run in runs])
    return active, (case.drill, case.status, case.lifecycle, *runs)
