"""What a person (or the clock) asks of a case: frozen data, checked by ``decide``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.part import NOTHING, Part

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Actor",
    "Attach",
    "Command",
    "Confirm",
    "Deviate",
    "DoTask",
    "Note",
    "Open",
    "SetFact",
    "StartProtocol",
    "TakeStep",
    "Tick",
]


class Actor(NamedTuple):
    """Who does it, in which roles, and how we know."""

    id: str
    roles: tuple[str, ...]
    how: str  # os-user | claimed | key | engine
    host: str

    def record(self) -> dict[str, Any]:
        """The ``actor`` member of a record."""
        return {"id": self.id, "roles": list(self.roles), "how": self.how, "host": self.host}


ENGINE: Final = "engine"  # ``how`` of what the engine does by itself


class Command(Part):
    """``at`` is when it happened, RFC 3339 UTC; it may lie before it is recorded."""

    actor: Actor
    at: str


class Open(Command):
    """Open an incident: its lifecycle, and a protocol in it."""

    case: str
    protocol: str | None  # None: the lifecycle alone
    lifecycle: str
    drill: bool = False
    title: object = None  # sealed
    facts: Mapping[str, object] = NOTHING


class TakeStep(Command):
    """Take a step of a run; ``facts`` are canonical, personal ones sealed."""

    run: str
    step: str
    facts: Mapping[str, object] = NOTHING
    note: object = None  # sealed


class Confirm(Command):
    """Say yes or no to a step that waits for it."""

    run: str
    step: str
    yes: bool = True


class DoTask(Command):
    """Do a task, or skip it with a (sealed) reason."""

    run: str
    task: str
    item: str | None = None
    skip: object = None


class SetFact(Command):
    """Record facts apart from a step."""

    run: str
    facts: Mapping[str, object]


class Note(Command):
    """Write something down (sealed)."""

    text: object


class Attach(Command):
    """Attach evidence: its digest and size; the name is sealed."""

    sha256: str
    size: int
    name: object
    run: str | None = None
    task: str | None = None


class StartProtocol(Command):
    """Start a further protocol in the same incident."""

    protocol: str
    facts: Mapping[str, object] = NOTHING


class Deviate(Command):
    """Put a run into another state, outside the protocol, with a (sealed) reason."""

    run: str
    state: str
    why: object


class Tick(Command):
    """Time has come to ``at``: deadlines that are due pass."""
