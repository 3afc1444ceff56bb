"""The documents on the administrator's desk: those named, and those they refer to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from handrail.cli.files import named
from handrail.engine.documents.check import check_all
from handrail.engine.documents.library import shipped
from handrail.engine.errors import HandrailError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.cli.session import Session
    from handrail.engine.documents.check import Checked
    from handrail.engine.workspace import Workspace

__all__ = ["Desk"]

EXAMPLE = "north-museum"  # the pack whose documents stand around a file without a workspace
SHIPPED = "(library)"
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_ID = re.compile(rb"(?m)^id:.*$")
_IS_SCENARIO = re.compile(rb"(?m)^kind:\s*scenario\b")
_IS_SITE = re.compile(rb"(?m)^kind:\s*site\b")


class Desk:
    """What can be checked here: a workspace's files, or any others beside the library."""

    def __init__(self, session: Session) -> None:
        self.session = session
        try:
            self.workspace: Workspace | None = session.open_workspace()
        except HandrailError:
            self.workspace = None  # a file can be checked anywhere

    def check(self, asked: Sequence[str]) -> list[Checked]:
        """Check what was asked for (files, folders, ids, ``-``), by default all of the workspace.

        :raises NotFoundError: there is no such file, folder or document.
        """
        documents, wanted = self._gathered(asked)
        if wanted is None:
            return check_all(_one_each(documents, wanted))
        # Nothing refers to a scenario, and what is only referred to is not held against the rules.
        kept = {
            name: data
            for name, data in documents.items()
            if name in wanted or not _IS_SCENARIO.search(data)
        }
        checked = check_all(_one_each(kept, wanted), only=wanted)
        return [one for one in checked if one.name in wanted]

    def judge(self, asked: Sequence[str]) -> list[Checked]:
        """Check, also against what the workspace's store tells, if there is one to be read."""
        from handrail.engine.errors import StoreError  # noqa: PLC0415 - beside its use

        checked = self.check(asked)
        if self.workspace is None:
            return checked
        from handrail.engine.charter.registered import (  # noqa: PLC0415 - not without a store
            against_registered,
        )

        try:
            with self.session.engine() as engine:
                return against_registered(engine, checked)
        except (StoreError, UsageError, NotFoundError):
            return checked  # files can be checked without the store

    def around(
        self, asked: Sequence[str], *, only: bool = False
    ) -> tuple[list[Checked], set[str] | None]:
        """Check what was asked for together with all that it may refer to.

        :param only: what stands around is read, but not held against the rules.
        :returns: everything, and the names and ids that were asked for (None: all).
        """
        documents, wanted = self._gathered(asked)
        some = set(documents).intersection(wanted or ()) if only else None
        return check_all(_one_each(documents, wanted), only=some), wanted

    def _gathered(self, asked: Sequence[str]) -> tuple[dict[str, bytes], set[str] | None]:
        """What was asked for and what stands around it, unread, and what was asked for."""
        documents = dict(self.named(asked))
        wanted = {*documents, *asked} if asked else None
        same = {str(Path(name).absolute()) for name in documents}
        for name, data in self._others(documents):
            if str(Path(name).absolute()) not in same:
                documents.setdefault(name, data)
        return documents, wanted

    def surroundings(self) -> list[Checked]:
        """What stands around anything that is written here, read and not held against rules."""
        documents = dict(self._others({}))
        return check_all(_one_each(documents, set()), only=set())

    def files(self, asked: Sequence[str]) -> list[str]:
        """The files and folders that a check of this reads, those around it too."""
        room = self.workspace
        found = [self._path(one) for one in asked]
        if room is not None:
            found += [str(room.protocols), str(room.scenarios), *map(str, self._all())]
        folders = [one for one in found if Path(one).is_dir()]
        return [*found, *(str(file) for one in folders for file in Path(one).rglob("*.y*ml"))]

    def named(self, asked: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of what was asked for, by default all of the workspace.

        Without a workspace an id is one of the library's.
        """
        library = {} if self.workspace else {Path(one.path).stem: one for one in shipped(EXAMPLE)}
        for path in self._paths(asked):
            if path in library and not Path(path).exists():
                yield f"{SHIPPED}/{library[path].path}", library[path].data
            else:
                yield from named([path])

    def _paths(self, asked: Sequence[str]) -> list[str]:
        return [self._path(one) for one in asked] if asked else [str(path) for path in self._all()]

    def _path(self, asked: str) -> str:
        """Return the file of an id; anything else is taken for a path."""
        if Path(asked).exists() or not _NAME.fullmatch(asked) or self.workspace is None:
            return asked
        files = {path.stem: path for path in self._all()}
        if asked not in files:
            raise NotFoundError("document", asked, files)
        return str(files[asked])

    def _all(self) -> list[Path]:
        room = self.workspace
        if room is None:
            raise UsageError("name the files to look at: there is no workspace here")
        folders = (room.protocols, room.scenarios)
        found = [path for folder in folders if folder.is_dir() for path in folder.rglob("*.yaml")]
        return [room.site, *sorted(found)]

    def _others(self, documents: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
        """Yield what stands around: the workspace's, else what lies beside, then the library's."""
        if self.workspace is not None:
            yield from named(str(path) for path in self._all())
            return
        folders = {Path(name).parent for name in documents if name != "-"}
        for folder in folders:
            yield from named(str(path) for path in sorted(folder.glob("*.yaml")))
        for one in shipped(EXAMPLE):
            yield f"{SHIPPED}/{one.path}", one.data


def _one_each(documents: Mapping[str, bytes], wanted: set[str] | None) -> list[tuple[str, bytes]]:
    """Leave out of what stands around what is there under the same id before it.

    A site plan from around goes only where none was asked for.
    """
    asked = {name: data for name, data in documents.items() if not wanted or name in wanted}
    kept = list(asked.items())
    seen = {_key(name, data) for name, data in kept}
    for name, data in documents.items():
        key = _key(name, data)
        if name not in asked and key not in seen:
            seen.add(key)
            kept.append((name, data))
    return kept


def _key(name: str, data: bytes) -> bytes:
    match = _IS_SITE.search(data) or _ID.search(data)
    return match[0] if match else name.encode()
