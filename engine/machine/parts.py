"""The parts that states are made of: facts, deadlines, effects, tasks, targets, steps.

``path`` on a part is where it stands in the document (keys and indices from the
root), so that a checker can point at it.
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
    "Effect",
    "Fact",
    "FactType",
    "Notify",
    "Overdue",
    "Path",
    "Resume",
    "Second",
    "SetFacts",
    "Setting",
    "StartRun",
    "Step",
    "Target",
    "Task",
]

Path = tuple[str | int, ...]


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
    each_fact: bool = False  # whether it is the fact
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

    @property
    def kind(self) -> str:
        """How its list of targets is called among the state's (``structure.Edge``)."""
        return f"step {self.id}"
