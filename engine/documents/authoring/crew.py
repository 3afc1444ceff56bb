"""Who is there to act: the people of a site plan, or as many of each role as are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.clock import stamp
from handrail.engine.machine.agreement import STANDINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site

__all__ = ["Crew", "crew_for", "ideal_crew", "site_crew"]

ANYBODY = "anybody"


class Crew:
    """People by id, each with their roles; the first who may do something does it."""

    def __init__(self, people: Mapping[str, tuple[str, ...]]) -> None:
        self.people = people

    def who(self, by: Sequence[str], but: Collection[str] = ()) -> list[str]:
        """Everybody who has one of the roles (``()``: any), in the order of the plan."""
        return [
            person
            for person, roles in self.people.items()
            if person not in but and (not by or not set(by).isdisjoint(roles))
        ]

    def role(self, person: str, by: Sequence[str]) -> str:
        """The role in which somebody does what ``by`` may do."""
        roles = self.people[person]
        return next((role for role in by if role in roles), roles[0] if roles else ANYBODY)


def crew_for(definition: Definition, site: Site, now: datetime) -> Crew:
    """The people of the site; where it has none, as many as the document needs."""
    return site_crew(definition, site, now) if site.people else ideal_crew(definition)


def site_crew(definition: Definition, site: Site, now: datetime) -> Crew:
    """The people of a site plan.

    How they stand to a document (``owner``, ``consulted``, ``management``) is no role of
    the plan: in an agreement each standing is given to one who has none yet, in turn.
    """
    people = {person.id: person.roles(stamp(now)) for person in site.people.values()}
    if definition.kind == "agreement":
        for index, person in enumerate(people):
            people[person] = (*people[person], STANDINGS[index % len(STANDINGS)])
    return Crew(people)


def ideal_crew(definition: Definition) -> Crew:
    """For each role that the document names as many people as it can ever need at once."""
    counts: dict[str, int] = {}
    for state in definition.states.values():
        for task in state.tasks.values():
            for role in (*task.by, *task.skip_by):
                counts.setdefault(role, 1)
        for step in state.steps.values():
            for role in step.by:
                counts.setdefault(role, 1)
            if step.second is not None:
                counts[step.second.role] = max(
                    counts.get(step.second.role, 1), step.second.count + 1
                )
    people = {_name(role, index): (role,) for role in counts for index in range(counts[role])}
    return Crew(people or {ANYBODY: ()})


def _name(role: str, index: int) -> str:
    return role if not index else f"{role}-{index + 1}"
