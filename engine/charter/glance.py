"""A document's agreement at a glance: where it is, and whom it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import agreed, case_of
from handrail.engine.charter.hearing import hearing
from handrail.engine.errors import NotPermittedError
from handrail.engine.machine.agreement import told
from handrail.engine.machine.commands import Actor
from handrail.engine.machine.regions import chart_of
from handrail.engine.sealing import Unsealed
from handrail.engine.text import pick

if TYPE_CHECKING:
    from handrail.engine.charter.seat import Seat
    from handrail.engine.machine.definition import Definition
    from handrail.engine.store.base import DocumentRow

    View = dict[str, Any]

__all__ = ["Glance"]


class Glance:
    """One revision, and the run about it."""

    def __init__(self, table: Seat, row: DocumentRow, lang: str) -> None:
        self.table = table
        self.row_ = row
        self.lang = lang
        self.data = table.data(row)
        self.run = table.run(row)
        self.actor = _viewer(table)

    def say(self, text: Any) -> str:
        """A document's text in the reader's language."""
        return pick(text, self.lang)

    def unsealed(self, parts: object) -> Unsealed:
        """What shows the sealed values of records of this case."""
        return Unsealed(self.table.reader, {case_of(self.row_.id): parts})

    def row(self) -> View:
        """What a list shows."""
        table, row = self.table, self.row_
        now = table.in_force
        how = None if now is None else agreed(table.reader, row.id, now.sha256)
        dues = [one.due for one in table.reader.deadlines(table.case.id) if not one.passed]
        return {
            "id": row.id,
            "kind": row.kind,
            "title": self.say(self.data.get("title", row.id)),
            "revision": row.revision,
            "sha256": row.sha256,
            "author": row.author,
            "registered": row.registered,
            "run": None if self.run is None else self.run.id,
            "states": self.states(),
            "status": self.status(),
            "in_force": None if how is None else how.row(),
            "waits_for": self.waits_for(),
            "due": min(dues, default=None),
        }

    def status(self) -> str:
        """Where the highest revision is, by its outermost state; without a run, by the records."""
        if self.run is None:
            return "in-force" if self.table.is_in_force(self.row_) else "registered"
        if self.run.status != "active":
            return self.run.outcome or "cancelled"
        return self.path()[0]

    def path(self) -> list[str]:
        """The active states of the run, outermost first."""
        if self.run is None or self.run.status != "active":
            return []
        return list(chart_of(self.agreement()).path(self.run.active))

    def agreement(self) -> Definition:
        """The document that the run follows."""
        assert self.run is not None  # noqa: S101 - who asks has seen that there is one
        return self.table.engine.shelf.definition(self.run.sha256)

    def states(self) -> list[View]:
        """The active states in words."""
        names = self.path()
        states = self.agreement().states if names else {}
        return [
            {
                "id": name,
                "title": self.say(states[name].title) or name,
                "guide": self.say(states[name].guide),
            }
            for name in names
        ]

    def waits_for(self) -> list[str]:
        """The roles that can move it now: those to be heard, else who may take a step."""
        if self.table.is_in_force(self.row_):
            return []
        unheard = [one["role"] for one in self.heard() if one["says"] == "open"]
        path = self.path()
        if not path or (unheard and self.hearing_now()):
            return unheard if path else []
        by = self.agreement().states[path[-1]].by
        return self.roles_of(by)

    def hearing_now(self) -> bool:
        """Whether people are heard where the run is."""
        states = self.agreement().states
        return any(states[name].tasks for name in self.path())

    def roles_of(self, by: tuple[str, ...]) -> list[str]:
        """The roles that standings mean here."""
        return told(by, self.data, self.table.site, self.table.heard(self.run, self.row_))

    def role(self, role: str) -> str:
        """A role's title."""
        return self.say(self.table.site.registers["roles"].get(role, role))

    def people(self, role: str) -> list[str]:
        """Who has a role now."""
        return self.table.site.with_role(role, self.table.at)

    def heard(self) -> list[View]:
        """What each role that is consulted said."""
        if self.run is None:
            return []
        found = hearing(self.table, self.run)
        unsealed = self.unsealed([one["facts"] for one in found])
        for one in found:
            one["title"] = self.role(one["role"])
            one["people"] = self.people(one["role"])
            one["facts"] = {key: unsealed.show(value) for key, value in one["facts"].items()}
        return found


def _viewer(table: Seat) -> Actor:
    """Who looks; one who is not known has no roles."""
    try:
        return table.engine.actor_in(table.world())
    except NotPermittedError:
        return Actor("", (), "unknown", "")
