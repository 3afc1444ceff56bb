"""The folder that a site works in: where it is found, and what lies where."""

from __future__ import annotations

import json
import os
from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.errors import CheckFoundError, HandrailError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.documents.finding import Finding

__all__ = [
    "MARK",
    "NoWorkspaceError",
    "SettingsError",
    "Workspace",
    "data_folder",
    "state_folder",
]

MARK = "handrail.yaml"


class NoWorkspaceError(HandrailError):
    """There is no workspace here."""

    exit_code = 10
    code = "not-found"


class SettingsError(CheckFoundError):
    """``handrail.yaml`` has errors; ``findings`` say where."""

    def __init__(self, file: Path, findings: Sequence[Finding]) -> None:
        self.findings = findings
        super().__init__("there are errors in {names}", names=file)


class Workspace(NamedTuple):
    """A workspace; all paths are absolute."""

    root: Path

    @property
    def mark(self) -> Path:
        """The file that makes the folder a workspace, and holds its configuration."""
        return self.root / MARK

    @property
    def store(self) -> Path:
        """The SQLite database."""
        return self.root / "store.db"

    @property
    def site(self) -> Path:
        """The site plan, to edit; what is in force is in the store."""
        return self.root / "site.yaml"

    @property
    def protocols(self) -> Path:
        """The protocols, to edit."""
        return self.root / "protocols"

    @property
    def scenarios(self) -> Path:
        """The scenarios that rehearse them."""
        return self.root / "scenarios"

    @property
    def key(self) -> Path:
        """The log's private key."""
        return self.root / "keys" / "log.pem"

    @property
    def verifier(self) -> Path:
        """The log's public key, as a C2SP vkey."""
        return self.root / "keys" / "log.vkey"

    @classmethod
    def find(cls, named: str | None, start: Path | None = None) -> Workspace:
        """Find the workspace: the one named, else the nearest upward, else the user's own.

        :raises NoWorkspaceError: there is none, or the named folder is not one.
        """
        if named is not None:
            root = Path(named).expanduser().absolute()
            if not (root / MARK).is_file():
                raise NoWorkspaceError(
                    "{folder} is not a workspace: it has no {mark}; "
                    "make one with: handrail init {folder}",
                    folder=root,
                    mark=MARK,
                )
            return cls(root)
        here = (start or Path.cwd()).absolute()
        for folder in (here, *here.parents, data_folder()):
            if (folder / MARK).is_file():
                return cls(folder)
        raise NoWorkspaceError("there is no workspace here or above; make one with: handrail init")

    def store_url(self) -> str:
        """What ``handrail.yaml`` says of the store; ``store.db`` where it says nothing."""
        return self.config().get("store") or self.store.name

    def config(self) -> Mapping[str, str]:
        """The scalar settings of ``handrail.yaml`` (``store``, ``language``).

        The file is read without a YAML parser, because each step reads it: only lines
        ``name: value`` at the margin count. ``doctor`` holds it to its schema.

        :raises NoWorkspaceError: the file is none of a workspace.
        :raises HandrailError: it cannot be read, or its ``store`` is no plain word or path.
        """
        lines = self._lines()
        settings: dict[str, str] = {}
        for at, line in enumerate(lines, 1):
            if not line[:1].isalpha():
                continue
            name, _, value = line.partition(":")
            settings[name.strip()] = _scalar(value.strip())
            if name.strip() == "store" and _is_odd(value.strip(), lines[at : at + 1]):
                raise HandrailError(
                    "{file}, line {line}: the store is a path in one line, such as store.db",
                    file=self.mark,
                    line=at,
                )
        if settings.get("kind") != "workspace":
            raise NoWorkspaceError(
                "{file} is not a workspace's: it does not say `kind: workspace`; put back its copy",
                file=self.mark,
            )
        return settings

    def settings(self) -> Mapping[str, Any]:
        """All of ``handrail.yaml``, read as YAML and held to its schema: not for a step.

        :raises SettingsError: it has errors.
        :raises HandrailError: it cannot be read.
        """
        from handrail.engine.documents.check import check_bytes  # noqa: PLC0415 - reads YAML

        checked = check_bytes("\n".join(self._lines()).encode(), str(self.mark))
        if checked.data is None or not checked.ok:
            raise SettingsError(self.mark, checked.findings)
        return checked.data

    def _lines(self) -> list[str]:
        data = b""
        try:
            data = self.mark.read_bytes().removeprefix(BOM_UTF8)
            return data.decode("utf-8").splitlines()
        except OSError as fault:
            raise HandrailError(
                "{file} cannot be read ({fault}); see handrail doctor",
                file=self.mark,
                fault=fault.strerror or "",
            ) from None
        except UnicodeDecodeError as fault:
            raise HandrailError(
                "{file}, line {line}: this is not UTF-8; save the file as UTF-8",
                file=self.mark,
                line=data.count(b"\n", 0, fault.start) + 1,
            ) from None


def _is_odd(value: str, following: list[str]) -> bool:
    """Tell whether a value is a list, a mapping or the like, and no plain word or path."""
    if not value or value[0] == "#":
        return any(
            line[:1] in {" ", "\t", "-"} and line.strip(" \t")[:1] != "#" for line in following
        )
    return value[0] in "[]{}&*!|>%@`"


def _scalar(value: str) -> str:
    if value[:1] == '"':
        try:
            return str(json.loads(value))
        except ValueError:
            return value
    return value.partition(" #")[0].strip().strip("'")


def data_folder() -> Path:
    """The user's data folder (XDG Base Directory)."""
    return _xdg("XDG_DATA_HOME", ".local/share") / "handrail"


def state_folder() -> Path:
    """The user's state folder: crash files, anchors (XDG Base Directory)."""
    return _xdg("XDG_STATE_HOME", ".local/state") / "handrail"


def _xdg(variable: str, default: str) -> Path:
    value = os.environ.get(variable)
    return Path(value) if value and Path(value).is_absolute() else Path.home() / default
