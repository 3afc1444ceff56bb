"""The log's key on the disk: the one of now, the one that comes, those that were."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from handrail.engine.errors import HandrailError, UsageError
from handrail.engine.files import put_file
from handrail.engine.ledger.checkpoint import LogKey, VerifierKey
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from pathlib import Path

    from handrail.engine.store.base import Reader
    from handrail.engine.workspace import Workspace

__all__ = ["coming", "held_keys", "load_key", "read_verifier", "settle", "spent"]


def coming(workspace: Workspace) -> Path:
    """Where a new key lies until the log has it."""
    return workspace.key.with_name("log.new.pem")


def spent(workspace: Workspace, old: VerifierKey, suffix: str = "pem") -> Path:
    """Where the key before lies, if it is kept."""
    return workspace.key.with_name(f"log.{old.id.hex()}.{suffix}")


def held_keys(workspace: Workspace, origin: str | None = None) -> list[VerifierKey]:
    """The verifier keys of the workspace: the present one, then those before.

    :raises HandrailError: one cannot be read, nor derived (see :func:`read_verifier`).
    """
    paths = [workspace.verifier, *sorted(workspace.key.parent.glob("log.*.vkey"))]
    return [read_verifier(path, origin) for path in paths]


def read_verifier(path: Path, origin: str | None = None) -> VerifierKey:
    """Return the verifier key of a file, else that of the private key beside it.

    :param origin: the log's name, which the private key does not hold; ``None``: derive none.
    :raises HandrailError: the file is missing, unreadable or holds something else, and
        no private key lies beside it.
    """
    try:
        return VerifierKey.parse(path.read_text("utf-8", errors="replace"))
    except (OSError, UsageError) as error:
        if origin is not None:
            try:
                return LogKey.load(path.with_suffix(".pem"), origin).verifier
            except HandrailError:
                pass  # what is said is what is wrong with the file itself
        if isinstance(error, OSError):
            raise HandrailError(
                "the verifier key {path} cannot be read ({reason}): put back its copy, "
                "or write into it the one that your auditor holds",
                path=str(path),
                reason=error.strerror or "",
            ) from error
        raise HandrailError(
            "{path} does not hold a verifier key (NAME+ID+KEY): put back its copy, "
            "or write into it the one that your auditor holds",
            path=str(path),
        ) from error


def load_key(workspace: Workspace, reader: Reader, origin: str) -> LogKey:
    """Return the key that signs the log now.

    A rotation that was cut off after the log had the new key is brought to its end.

    :raises HandrailError: the key cannot be read, or is not the one that the log has.
    """
    key = LogKey.load(workspace.key, origin)
    last = _last(reader)
    if last is None or last["new"] == str(key.verifier):
        return key
    if coming(workspace).exists():
        new = LogKey.load(coming(workspace), origin)
        if str(new.verifier) == last["new"]:
            settle(workspace, key.verifier, new.verifier)
            return new
    raise HandrailError(
        "{path} is not the key that the log has now: put that one back, "
        "or see “a lost key” in docs/how-to/auditors.md",
        path=str(workspace.key),
    )


def _last(reader: Reader) -> dict[str, Any] | None:
    for row in reader.log(Filter(type="key-rotated"), newest_first=True, limit=1):
        record: dict[str, Any] = json.loads(row.data)
        return record
    return None


def settle(workspace: Workspace, old: VerifierKey, new: VerifierKey) -> None:
    """Put the new key in place, each file at one stroke; the one before is kept beside it."""
    if workspace.key.exists() and not spent(workspace, old).exists():
        shutil.copy2(workspace.key, spent(workspace, old))
    coming(workspace).replace(workspace.key)
    put_file(spent(workspace, old, "vkey"), f"{old}\n".encode())
    put_file(workspace.verifier, f"{new}\n".encode())
