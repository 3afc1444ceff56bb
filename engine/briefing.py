"""Whether the one who acts has acknowledged what they act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.agreed import case_of
from handrail.engine.errors import HandrailError
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.state import Case, World
    from handrail.engine.store.base import Reader

__all__ = ["NotBriefedError", "has_acknowledged", "roles_in", "unacknowledged"]


class NotBriefedError(HandrailError):
    """Somebody acts on a protocol that they have not acknowledged; it goes on all the same."""

    code = "not-acknowledged"


def unacknowledged(
    reader: Reader, world: World, case: Case, actor: Actor, known: Container[str] = ()
) -> Iterator[NotBriefedError]:
    """What the person has a role in here, and has not acknowledged; drills ask nothing.

    :param known: runs that the person has acted beside already, and was warned of.
    """
    for run in case.active_runs():
        if case.drill or run.id == case.lifecycle or run.id in known:
            continue
        roles = roles_in(world.definition(run.sha256))
        if roles is not None and roles.isdisjoint(actor.roles):
            continue
        if not has_acknowledged(reader, run.protocol, run.sha256, actor.id):
            yield NotBriefedError(
                "{person} has not acknowledged {protocol} r{revision}: "
                "read it, then handrail acknowledge {protocol}",
                person=actor.id,
                protocol=run.protocol,
                revision=run.revision,
            )


def has_acknowledged(reader: Reader, document: str, sha256: str, person: str) -> bool:
    """Whether a person has acknowledged a revision."""
    which = Filter(case=case_of(document), actor=person, type="document-acknowledged")
    return any(sha256.encode() in logged.data for logged in reader.log(which))


def roles_in(definition: Definition) -> frozenset[str] | None:
    """The roles that have something to do in a document; ``None``: anybody."""
    roles: set[str] = set()
    for state in definition.states.values():
        parts = [step.by for step in state.steps.values()]
        parts += [task.by for task in state.tasks.values()]
        if not all(parts):
            return None
        roles.update(role for part in parts for role in part)
        roles.update(step.second.role for step in state.steps.values() if step.second is not None)
    return frozenset(roles)
