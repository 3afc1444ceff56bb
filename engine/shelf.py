"""The documents that the store holds, compiled once and kept: definitions never change."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from handrail.engine.errors import HandrailError, StoreError
from handrail.engine.machine.build import build
from handrail.engine.machine.site import build_site
from handrail.engine.machine.state import World
from handrail.engine.plans import open_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site
    from handrail.engine.store.base import DocumentRow, Reader

__all__ = ["AlteredError", "Shelf"]


class AlteredError(StoreError):
    """A stored document is not what its digest says."""

    code = "altered"


class Holder(Protocol):
    """A store, or what stands for one."""

    @property
    def current(self) -> Any:
        """The transaction that is under way (``store.base.Reader``); None: there is none."""


class Shelf:
    """Looks up documents through the store's transaction that is under way."""

    definition: Callable[[str], Definition]
    """The machine with this digest. Raises StoreError: the store does not hold it."""

    def __init__(self, store: Holder) -> None:
        self._store = store
        self.definition = cache(self._definition)  # a decision asks a dozen times
        self._definitions: dict[str, Definition] = {}
        self._sites: dict[str, Site] = {}
        self._worlds: dict[bool, World] = {}  # the last of drills and of real cases
        self.altered: dict[str, AlteredError] = {}  # what would be in force, were it whole

    def _definition(self, sha256: str) -> Definition:
        found = self._definitions.get(sha256)
        if found is None:
            row = self._row(sha256)
            found = self._definitions[sha256] = build(json.loads(row.data), sha256)
        return found

    def site(self) -> Site:
        """The site plan in force.

        :raises HandrailError: there is none.
        """
        rows = (self._store.current or self.reader()).all_in_force(kind="site")
        if not rows:
            raise HandrailError("no site plan is in force here; see handrail doctor")
        # Each step asks: where it is known, without a call.
        return self._sites.get(rows[0].sha256) or self.plan(rows[0].sha256)

    def plan(self, sha256: str) -> Site:
        """The site plan with this digest.

        :raises StoreError: the store does not hold it, or it was altered.
        """
        found = self._sites.get(sha256)
        if found is None:
            found = self._sites[sha256] = build_site(self.data(sha256))
        return found

    def forget_plans(self) -> None:
        """Open site plans anew: something of them was removed."""
        self._sites.clear()

    def in_force(self, name: str) -> Definition | None:
        """The revision of a machine that is in force; ``None`` where it was altered."""
        row = self.reader().in_force(name)
        if row is None or row.kind == "site":
            return None
        try:
            return self.definition(row.sha256)
        except AlteredError as fault:
            self.altered[name] = fault
            return None

    def latest(self, name: str) -> Definition | None:
        """What a drill runs on: the highest revision that is registered."""
        rows = [row for row in self.reader().documents(name) if row.kind != "site"]
        if not rows:
            return None
        return self.definition(max(rows, key=lambda row: row.revision).sha256)

    def lifecycle(self, site: Site) -> str:
        """The id of the lifecycle that incidents follow.

        :raises HandrailError: there is none, or several and the site plan names none.
        """
        if site.lifecycle is not None:
            return site.lifecycle
        names = sorted({row.id for row in self.reader().documents() if row.kind == "lifecycle"})
        if len(names) != 1:
            raise HandrailError(
                "the site plan must name the lifecycle of incidents (lifecycle: …): {names}",
                names=", ".join(names) or "-",
            )
        return names[0]

    def world(self, site: Site, *, drill: bool) -> World:
        """What decisions about a case may know."""
        known = self._worlds.get(drill)  # each step asks
        if known is None or known.site is not site:
            resolve = self.latest if drill else self.in_force
            known = self._worlds[drill] = World(self.definition, resolve, site)
        return known

    def data(self, sha256: str) -> dict[str, Any]:
        """A document's data; a site plan's in clear.

        :raises StoreError: the store does not hold it, or it was altered.
        """
        found: dict[str, Any] = json.loads(self._row(sha256).data)
        if found["kind"] != "site":
            return found
        try:
            return open_plan(self.reader().disclosures, found)
        except ValueError:
            raise _altered(found["id"]) from None

    def agreement(self, site: Site) -> Definition:
        """The document by which documents are agreed: in force, else the one registered.

        :raises HandrailError: there is none, or several and the site plan names none.
        """
        reader = self.reader()
        named = site.data.get("agreement")
        names = {row.id for row in reader.all_in_force(kind="agreement")}
        if not names:
            names = {row.id for row in reader.documents() if row.kind == "agreement"}
        if named is not None:
            names &= {named}
        if len(names) != 1:
            raise HandrailError(
                "the site plan must name the document of agreement (agreement: …): {names}",
                names=", ".join(sorted(names)) or "-",
            )
        (name,) = names
        found = self.in_force(name) or self.latest(name)
        assert found is not None  # noqa: S101 - it was listed
        return found

    def _row(self, sha256: str) -> DocumentRow:
        row = self.reader().document(sha256)
        if row is None:
            raise StoreError("the store does not hold the document {sha256}", sha256=sha256[:12])
        if hashlib.sha256(row.data).hexdigest() != sha256:
            raise _altered(row.id)
        return row

    def reader(self) -> Reader:
        """The transaction that is under way."""
        reader: Reader | None = self._store.current
        assert reader is not None  # noqa: S101 - each use case opens a transaction first
        return reader


def _altered(document: str) -> AlteredError:
    return AlteredError(
        "the stored document {document} is not the one that was agreed: it was altered; "
        "nothing runs on it; see handrail audit verify",
        document=document,
    )
