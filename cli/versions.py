"""Revisions named on the command line: files, ids of the workspace, and ID@REVISION."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.cli.bench import bench
from handrail.engine.errors import HandrailError, NotFoundError, UsageError

if TYPE_CHECKING:
    from handrail.cli.session import Session
    from handrail.engine.engine import Engine
    from handrail.engine.machine.definition import Definition

__all__ = ["Version", "two_versions"]


class Version(NamedTuple):
    """One revision of a machine, and where it is from."""

    name: str  # as it is shown: the file, or ID@REVISION
    definition: Definition
    registered: bool  # whether the store has it

    def row(self) -> dict[str, Any]:
        """What ``--json`` says of it."""
        one = self.definition
        return {
            "name": self.name,
            "id": one.id,
            "revision": one.revision,
            "sha256": one.sha256,
            "registered": self.registered,
        }


def two_versions(
    session: Session, engine: Engine | None, old: str, new: str | None
) -> tuple[Version, Version]:
    """Find what is to be compared; without ``new`` the revision in force is the old one.

    :raises NotFoundError: there is no such file, document or revision.
    """
    if new is not None:
        return _version(session, engine, old), _version(session, engine, new)
    other = _version(session, engine, old)
    return _registered(_store(engine), other.definition.id, ""), other


def _version(session: Session, engine: Engine | None, asked: str) -> Version:
    name, at, revision = asked.rpartition("@")
    if at and not Path(asked).exists():
        return _registered(_store(engine), name, revision)
    tried = bench(session, asked)
    return Version(tried.checked.name, tried.definition, registered=False)


def _store(engine: Engine | None) -> Engine:
    if engine is None:
        raise UsageError("a revision that is registered needs a workspace; there is none here")
    return engine


def _registered(engine: Engine, name: str, revision: str) -> Version:
    """A revision that the store has; without a number the one in force."""
    with engine.reading() as reader:
        rows = {row.revision: row for row in reader.documents(name) if row.kind != "site"}
        if not rows:
            raise NotFoundError("document", name, (row.id for row in reader.documents()))
        if not revision:
            found = reader.in_force(name)
            if found is None:
                raise HandrailError("no revision of {name} is in force", name=name)
            return Version(
                f"{name}@{found.revision}", _built(engine, found.sha256), registered=True
            )
        if not revision.isdecimal() or int(revision) not in rows:
            raise NotFoundError("revision", f"{name}@{revision}", (f"{name}@{r}" for r in rows))
        sha256 = rows[int(revision)].sha256
        return Version(f"{name}@{revision}", _built(engine, sha256), registered=True)


def _built(engine: Engine, sha256: str) -> Definition:
    return engine.shelf.definition(sha256)
