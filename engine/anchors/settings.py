"""Which anchors a workspace has: what ``handrail.yaml`` says, made into anchors."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handrail.engine.anchors import DAY
from handrail.engine.anchors.file import FileAnchor, anchors_folder, file_name
from handrail.engine.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from handrail.engine.anchors import Anchor

__all__ = ["anchors_of"]


def anchors_of(settings: Mapping[str, Any], base: Path, origin: str) -> list[Anchor]:
    """Make the anchors that the settings name, in their order.

    :param settings: ``handrail.yaml``, held to its schema.
    :param base: the workspace's folder, where relative paths begin.
    :param origin: the log's name.
    """
    told = settings.get("anchors", {})
    made = [_anchor(each, base.absolute(), origin) for each in told.values()]
    return list({anchor.place: anchor for anchor in made}.values())


def _anchor(told: Mapping[str, Any], base: Path, origin: str) -> Anchor:
    kind, _, where = told["to"].partition(":")
    every = parse_duration(told["every"]) if "every" in told else DAY
    if kind == "file":
        path = base / Path(where).expanduser()
        return FileAnchor(path, place=told["to"], every=every, base=base)
    if kind == "git":
        return _git(told, where, base, origin, every)
    if kind == "rfc3161":
        return _timestamp(told, where, base, origin, every)
    from handrail.engine.anchors.syslog import SyslogAnchor  # noqa: PLC0415 - where it is used

    return SyslogAnchor(told["to"], every=every)


def _git(told: Mapping[str, Any], remote: str, base: Path, origin: str, every: timedelta) -> Anchor:
    from handrail.engine.anchors.git import GitAnchor  # noqa: PLC0415 - where it is used

    branch = told.get("branch", "handrail")
    folder = _own(origin, f"{remote}#{branch}", "git")
    return GitAnchor(remote, branch, origin, every=every, folder=folder, base=base)


def _timestamp(
    told: Mapping[str, Any], url: str, base: Path, origin: str, every: timedelta
) -> Anchor:
    from handrail.engine.anchors.timestamp import TimestampAnchor  # noqa: PLC0415 - the same

    keep = told.get("keep")
    folder = base / Path(keep).expanduser() if keep else _own(origin, url, "timestamps")
    ca = base / Path(told["ca"]).expanduser()
    return TimestampAnchor(url, ca, folder, every=every, base=base)


def _own(origin: str, what: str, suffix: str) -> Path:
    """A folder of our own for one anchor of one log."""
    mark = sha256(what.encode()).hexdigest()[:8]
    return anchors_folder() / f"{file_name(origin)}+{mark}.{suffix}"
