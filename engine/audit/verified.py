"""What was verified on this computer before: what a log must go on from.

It is kept in the user's state folder, one small file for each log. It is no anchor: who
owns this computer owns it too, so it makes no verdict OK. But a log that does not go on
from it is told of, and an incremental verification takes up after it.
"""

from __future__ import annotations

import os
from json import dumps, loads
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from handrail.engine.anchors.file import anchors_folder, file_name
from handrail.engine.audit.findings import Depth
from handrail.engine.errors import HandrailError
from handrail.engine.files import put_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from handrail.engine.audit.findings import Result
    from handrail.engine.ledger.checkpoint import VerifierKey

__all__ = ["Memory", "Verified"]

_DEPTHS: Final = tuple(Depth)  # a deeper verification counts for shallower ones


class Verified(NamedTuple):
    """Up to where nothing was found in a log, at each depth."""

    origin: str  # the log's name
    upto: dict[Depth, tuple[int, bytes]]  # records, and the root over them
    place: str  # the file that says so


class Memory:
    """The file of one log."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def usual(cls, key: VerifierKey, env: Mapping[str, str] = os.environ) -> Self:
        """Return the one in the user's state folder, named as the anchor there is."""
        name = file_name(f"{key.name}+{key.id.hex()}")
        return cls(anchors_folder(env).parent / "verified" / f"{name}.json")

    def recall(self) -> Verified | None:
        """Return what was noted; None: nothing, or nothing that can be read."""
        members = self._members()
        try:
            upto = {
                Depth(depth): (int(found["size"]), bytes.fromhex(found["root"]))
                for depth, found in members["verified"].items()
            }
            return Verified(str(members["origin"]), upto, str(self.path))
        except (KeyError, TypeError, ValueError, AttributeError):  # as one that was cut short
            return None

    def keep(self, result: Result, origin: str) -> None:
        """Note a verification that found nothing.

        :raises HandrailError: the file cannot be written.
        """
        known, depths = self.recall(), _DEPTHS[: _DEPTHS.index(result.depth) + 1]
        upto = known.upto if known is not None and known.origin == origin else {}
        upto |= dict.fromkeys(depths, (result.records, result.root))
        verified = {d: {"size": size, "root": root.hex()} for d, (size, root) in upto.items()}
        self._write(dumps({"origin": origin, "verified": verified}, indent=1))

    def _members(self) -> dict[str, Any]:
        try:
            members = loads(self.path.read_bytes())
        except (OSError, ValueError):
            return {}
        return members if isinstance(members, dict) else {}

    def _write(self, text: str) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            put_file(self.path, f"{text}\n".encode())
        except OSError as error:
            raise HandrailError(
                "what was verified cannot be noted in {path}: {reason}",
                path=str(self.path),
                reason=error.strerror or "",
            ) from error
