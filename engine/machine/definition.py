"""What a machine is: frozen data, built once from a document's canonical JSON.

A document of kind ``lifecycle``, ``protocol`` or ``agreement`` is a tree of
regions. A *region* is a flat machine over its children: the top of the document,
the inside of a compound state, or one track of a parallel state. What states are
made of stands in ``parts``, and is given from here too.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from handrail.engine.machine.parts import (
    Deadline,
    Effect,
    Fact,
    FactType,
    Notify,
    Overdue,
    Path,
    Resume,
    Second,
    SetFacts,
    Setting,
    StartRun,
    Step,
    Target,
    Task,
)
from handrail.engine.part import NOTHING, Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.text import Text

__all__ = [
    "Deadline",
    "Definition",
    "Effect",
    "Fact",
    "FactType",
    "Kind",
    "Notify",
    "Overdue",
    "Path",
    "Region",
    "Resume",
    "Second",
    "SetFacts",
    "Setting",
    "StartRun",
    "State",
    "Step",
    "Target",
    "Task",
]


class Kind(StrEnum):
    """What a state is; exactly one of these."""

    PLAIN = "plain"
    COMPOUND = "compound"
    PARALLEL = "parallel"
    FINAL = "final"
    RUNNING = "running"
    DECIDING = "deciding"


class State(Part):
    """One state. ``region`` is the region whose child it is."""

    id: str
    kind: Kind
    region: str
    title: Text | None = None
    guide: Text | None = None
    by: tuple[str, ...] = ()  # resolved through the parents
    within: Deadline | None = None
    overdue: Overdue | None = None
    tasks: Mapping[str, Task] = NOTHING
    steps: Mapping[str, Step] = NOTHING
    enter: tuple[Effect, ...] = ()
    leave: tuple[Effect, ...] = ()
    next: tuple[Target, ...] = ()
    done: tuple[Target, ...] = ()
    outcome: str | None = None  # final
    run: str | None = None  # running: the protocol's id
    join: int = 0  # parallel: how many tracks must finish
    tracks: tuple[str, ...] = ()  # parallel: region ids, in document order
    inside: str | None = None  # compound: its region's id
    order: int = 0  # document order
    path: Path = ()


class Region(Part):
    """A flat machine over ``children``. The top region's id is the empty string.

    A compound state's region has the state's id; a track's region has
    ``STATE/TRACK``.
    """

    id: str
    owner: str | None  # the compound or parallel state it lies in; None: the top
    track: str | None  # the track's id within a parallel owner
    start: str  # a state id anywhere inside
    children: tuple[str, ...]
    title: Text | None = None
    path: Path = ()


class Definition(Part):
    """A machine as it runs: pinned by the SHA-256 of its canonical JSON."""

    kind: str  # lifecycle | protocol | agreement
    id: str
    revision: int
    sha256: str  # hex
    title: Text
    purpose: Text | None
    owner: str | None
    by: tuple[str, ...]
    addresses: Mapping[str, tuple[str, ...]]
    impact: Mapping[str, object] | None
    settings: Mapping[str, Setting]
    facts: Mapping[str, Fact]
    states: Mapping[str, State]  # document order
    regions: Mapping[str, Region]
    deviate_by: tuple[str, ...] | None  # None: nobody may
    data: Mapping[str, object]  # the document itself
