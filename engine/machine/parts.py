"""The parts that states are made of: facts, deadlines, effects, tasks, targets, steps.

``path`` on a part is where it stands in the document (keys and indices from the
root), so that a checker can point at it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from handrail.engine.part import NOTHING, Part

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


class Fact(Part):
    """What is asked, recorded and decided on."""

    id: str
    type: FactType
    ask: Text | None = None
    many: bool = False
    personal: bool = False  # the value stays out of the log; the default for text
    of: Mapping[str, Text] = NOTHING  # choice: option id -> its text
    min: Decimal | None = None
    max: Decimal | None = None
    unit: Text | None = None
    digits: int = 0  # digits after the point; 0 means whole numbers
    path: Path = ()


class Setting(Part):
    """A value that a site may set; ``default`` is canonical (see ``facts``)."""

    id: str
    fact: Fact
    default: object = None
    path: Path = ()


class Deadline(Part):
    """How long: a fixed time or a setting's, from entry or from an anchor."""

    time: timedelta | None = None
    setting: str | None = None  # the id of the setting that holds the time
    since: str | None = None  # incident.opened | states.ID | a fact; None: entry of the state
    path: Path = ()


class Notify(Part):
    """Tell somebody."""

    to: tuple[str, ...]  # roles or contacts
    text: Text
    path: Path = ()


class StartRun(Part):
    """Start a protocol beside this run, in the same incident."""

    protocol: str
    path: Path = ()


class SetFacts(Part):
    """Set facts of this run to canonical values."""

    values: Mapping[str, object]
    path: Path = ()


Effect = Notify | StartRun | SetFacts


class Overdue(Part):
    """What happens when a deadline passes, beyond its being recorded."""

    step: str | None = None
    notify: Notify | None = None
    path: Path = ()


class Task(Part):
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


class Resume(Part):
    """A history target: where ``state`` was last left."""

    state: str
    deep: bool = True
    otherwise: str | None = None  # ``else``; None: enter ``state`` afresh


class Target(Part):
    """One guarded branch. ``index`` is its place in the list."""

    index: int
    state: str | None = None
    resume: Resume | None = None
    when: Guard | None = None
    path: Path = ()


class Second(Part):
    """How many other people, and in what role, must confirm."""

    role: str
    count: int = 1


class Step(Part):
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
