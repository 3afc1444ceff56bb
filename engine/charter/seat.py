"""A seat at the table: what there is to see of one document's agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.charter.approval import Matter
from handrail.engine.charter.dossier import Dossier
from handrail.engine.charter.follow import pin
from handrail.engine.clock import stamp
from handrail.engine.errors import NotFoundError
from handrail.engine.machine.agreement import CONSULTED, consulted, for_document, standing
from handrail.engine.machine.state import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.engine import Engine
    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import Case, Run
    from handrail.engine.projection import Loaded
    from handrail.engine.store.base import DocumentRow, Reader
    from handrail.engine.store.rows import InForce

__all__ = ["Seat"]


class Seat:
    """One document's agreement as a transaction finds it."""

    def __init__(
        self,
        engine: Engine,
        reader: Reader,
        name: str,
        at: str | None = None,
        site: Site | None = None,
    ) -> None:
        """Sit down at a document's table.

        :param at: when it happens, RFC 3339 UTC; ``None``: now.
        :param site: the site plan; ``None``: the one in force.
        """
        self.engine = engine
        self.reader = reader
        self.name = name
        self.at = at or stamp(engine.clock.now())
        self.site = site or engine.shelf.site()
        self.dossier = Dossier.read(reader, name)
        self.rows = {row.sha256: row for row in reader.documents(name)}
        self.loaded: Loaded | None = (
            engine.casebook.load_document(reader, name) if self.dossier.records else None
        )

    @property
    def case(self) -> Case:
        """The case as it is."""
        assert self.loaded is not None  # noqa: S101 - a registered document has one
        return self.loaded.case

    @property
    def latest(self) -> DocumentRow:
        """The highest revision that is registered.

        :raises NotFoundError: none is.
        """
        found = self.dossier.latest
        if found is None:
            known = {row.id for row in self.reader.documents()}
            raise NotFoundError("registered document", self.name, known)
        return self.rows[found.sha256]

    @property
    def in_force(self) -> InForce | None:
        """The revision in force."""
        return self.reader.in_force(self.name)

    def subject(self, run: str) -> DocumentRow:
        """The revision that a run is about."""
        return self.rows[self.dossier.subjects[run]]

    def data(self, row: DocumentRow) -> Mapping[str, Any]:
        """A revision's data; unaltered since it was registered."""
        return self.engine.shelf.data(row.sha256)

    def run(self, row: DocumentRow) -> Run | None:
        """The run that last was about a revision."""
        found = self.dossier.run_of(row.sha256)
        return None if found is None or self.loaded is None else self.case.runs[found]

    def run_of(self, row: DocumentRow) -> Run:
        """The run about a revision, which has begun."""
        found = self.run(row)
        assert found is not None  # noqa: S101 - who asks has seen it begin
        return found

    def is_under_way(self, row: DocumentRow) -> bool:
        """Whether the agreement of a revision goes on."""
        found = self.run(row)
        return found is not None and found.status == "active"

    def heard(self, run: Run | None, row: DocumentRow) -> list[str]:
        """The roles that are consulted about a revision: those that were when it began."""
        if run is not None and isinstance(recorded := run.facts.get(CONSULTED), list):
            return recorded
        return consulted(self.data(row), self.site, self.at)

    def is_in_force(self, row: DocumentRow) -> bool:
        """Whether this is the revision in force."""
        now = self.in_force
        return now is not None and now.sha256 == row.sha256

    def world(self, row: DocumentRow | None = None) -> World:
        """What decisions may know; with a revision, what starting its agreement may."""
        shelf, site = self.engine.shelf, self.site
        if row is None:
            return World(shelf.definition, shelf.in_force, site)
        agreement = shelf.agreement(site)

        def resolve(name: str) -> Definition | None:
            return agreement if name == agreement.id else shelf.in_force(name)

        return World(shelf.definition, resolve, for_document(site, agreement.id, self.data(row)))

    def stand(self, actor: Actor, run: Run) -> Actor:
        """The same person, with how they stand to what the run is about."""
        row = self.subject(run.id)
        author = self.dossier.author(row.sha256) == actor.id
        roles = standing(
            actor.roles, self.data(row), self.site, self.heard(run, row), author=author
        )
        return actor._replace(roles=roles)

    def matter(self, row: DocumentRow, run: Run | None) -> Matter:
        """What is to be agreed."""
        shelf = self.engine.shelf
        records = [] if run is None else self.dossier.of_run(run.id)
        return Matter(
            log=self.engine.store.origin,
            site=self.site,
            data=self.data(row),
            document=pin(row),
            definition=None if row.kind == "site" else shelf.definition(row.sha256),
            since=records[0]["occurred"] if records else self.at,
        )
