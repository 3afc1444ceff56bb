"""What a machine is: frozen data, built once from a document's canonical JSON.

A document of kind ``lifecycle``, ``protocol`` or ``agreement`` is a tree of
regions. A *region* is a flat machine over its children: the top of the document,
the inside of a compound state, or one track of a parallel state. ``path`` on a
part is where it stands in the document (keys and indices from the root), so that
a checker can point at it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from decimal import Decimal

    from handrail.engine.machine.guards import Guard
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

Path = tuple[str | int, ...]


class Kind(StrEnum):
    """What a state is; exactly one of these."""

    PLAIN = "plain"
    COMPOUND = "compound"
    PARALLEL = "parallel"
    FINAL = "final"
    RUNNING = "running"
    DECIDING = "deciding"


class FactType(StrEnum):
    """What values a fact takes; the last six refer to registers of the site plan."""

    TEXT = "text"
    YES_NO = "yes-no"
    CHOICE = "choice"
    NUMBER = "number"
    TIME = "time"
    DURATION = "duration"
    PLACE = "place"
    ASSET = "asset"
    ADVERSARY = "adversary"
    METHOD = "method"
    INDICATOR = "indicator"
    ROLE = "role"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is asked, recorded and decided on."""

    id: str
    type: FactType
    ask: Text | None = None
    many: bool = False
    personal: bool = False  # the value stays out of the log; the default for text
    of: Mapping[str, Text] = field(default_factory=dict)  # choice: option id -> its text
    min: Decimal | None = None
    max: Decimal | None = None
    unit: Text | None = None
    digits: int = 0  # digits after the point; 0 means whole numbers
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A value that a site may set; ``default`` is canonical (see ``facts``)."""

    id: str
    fact: Fact
    default: object = None
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """How long: a fixed time or a setting's, from entry or from an anchor."""

    time: timedelta | None = None
    setting: str | None = None  # the id of the setting that holds the time
    since: str | None = None  # incident.opened | states.ID | a fact; None: entry of the state
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Tell somebody."""

    to: tuple[str, ...]  # roles or contacts
    text: Text
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRun:
    """Start a protocol beside this run, in the same incident."""

    protocol: str
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFacts:
    """Set facts of this run to canonical values."""

    values: Mapping[str, object]
    path: Path = ()


Effect = Notify | StartRun | SetFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """What happens when a deadline passes, beyond its being recorded."""

    step: str | None = None
    notify: Notify | None = None
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One item of a state's checklist."""

    id: str
    do: Text
    optional: bool = False
    skip_by: tuple[str, ...] = ()
    each: str | None = None  # a list fact or a register of the site plan
    by: tuple[str, ...] = ()  # resolved: its own, else the state's; empty: anybody
    within: Deadline | None = None
    overdue: Overdue | None = None
    evidence: bool = False
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """A history target: where ``state`` was last left."""

    state: str
    deep: bool = True
    otherwise: str | None = None  # ``else``; None: enter ``state`` afresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One guarded branch. ``index`` is its place in the list."""

    index: int
    state: str | None = None
    resume: Resume | None = None
    when: Guard | None = None
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """How many other people, and in what role, must confirm."""

    role: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an operator can do in a state (and in all that lies inside it)."""

    id: str
    state: str  # the state that offers it
    title: Text | None = None
    guide: Text | None = None
    by: tuple[str, ...] = ()  # resolved through the parents; empty: anybody
    ask: tuple[str, ...] = ()  # as written
    reads: tuple[str, ...] = ()  # facts of this run that its branches' guards read
    needs: tuple[str, ...] = ()  # tasks | tasks.ID | evidence | a fact
    second: Second | None = None
    after: Deadline | None = None
    to: tuple[Target, ...] = ()  # empty: stay, no exit or entry
    then: tuple[Effect, ...] = ()
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state. ``region`` is the region whose child it is."""

    id: str
    kind: Kind
    region: str
    title: Text | None = None
    guide: Text | None = None
    by: tuple[str, ...] = ()  # resolved through the parents
    within: Deadline | None = None
    overdue: Overdue | None = None
    tasks: Mapping[str, Task] = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Definition:
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
