"""The documents on the administrator's desk: those named, and those they refer to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handrail.cli.files import named
from handrail.engine.documents.check import check_all, plain
from handrail.engine.documents.source import SourceError, read_source
from handrail.engine.errors import HandrailError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from handrail.cli.session import Session
    from handrail.engine.documents.check import Checked
    from handrail.engine.workspace import Workspace

    Data = dict[str, Any]

__all__ = ["Desk"]

_ID = re.compile(r"[a-z][a-z0-9-]*")


class Desk:
    """What can be checked here: the files of a workspace, or any others."""

    def __init__(self, session: Session) -> None:
        try:
            self.workspace: Workspace | None = session.open_workspace()
        except HandrailError:
            self.workspace = None  # a file can be checked anywhere

    def check(self, asked: Sequence[str]) -> list[Checked]:
        """Check what was asked for (files, folders, ids, ``-``), by default all of the workspace.

        :raises NotFoundError: there is no such file, folder or document.
        """
        documents = list(named(self._paths(asked)))
        around = self._around({name for name, _ in documents})
        plans = [data for data in around.values() if data.get("kind") == "site"]
        has_plan = any(_is_site(data) for _, data in documents)
        site = plans[0] if plans and not has_plan else None
        return check_all(documents, site=site, others=around or None)

    def _paths(self, asked: Sequence[str]) -> list[str]:
        if not asked:
            return [str(path) for path in self._all()]
        return [self._path(one) for one in asked]

    def _path(self, asked: str) -> str:
        """Return the file of an id; anything else is taken for a path."""
        if Path(asked).exists() or not _ID.fullmatch(asked) or self.workspace is None:
            return asked
        files = {path.stem: path for path in self._all()}
        if asked not in files:
            raise NotFoundError("document", asked, files)
        return str(files[asked])

    def _all(self) -> list[Path]:
        if self.workspace is None:
            raise NotFoundError("workspace", str(Path.cwd()))
        room = self.workspace
        folders = (room.protocols, room.scenarios)
        found = [path for folder in folders if folder.is_dir() for path in folder.rglob("*.yaml")]
        return [room.site, *sorted(found)]

    def _around(self, asked: Iterable[str]) -> dict[str, Data]:
        """Return the data of the workspace's other documents, by id."""
        if self.workspace is None:
            return {}
        known = {str(Path(one).absolute()) for one in asked}
        paths = [path for path in self._all() if str(path.absolute()) not in known]
        return {str(data["id"]): data for data in _data(paths)}


def _data(paths: Iterable[Path]) -> Iterator[Data]:
    """Yield what can be read; what is wrong elsewhere is not this check's matter."""
    for path in paths:
        try:
            data = plain(read_source(path.read_bytes(), str(path)).data)
        except (SourceError, OSError):
            continue
        if isinstance(data, dict) and "id" in data and "kind" in data:
            yield data


def _is_site(data: bytes) -> bool:
    return re.search(rb"^kind:\s*site\b", data, re.MULTILINE) is not None
