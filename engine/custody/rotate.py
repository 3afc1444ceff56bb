"""``audit rotate-key``: the log gets a new key; what the old one signed stays signed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from handrail.engine.anchors.file import FileAnchor
from handrail.engine.custody.desk import LOG, Desk
from handrail.engine.custody.logkey import coming, load_key, read_verifier, settle, spent
from handrail.engine.errors import HandrailError, UsageError
from handrail.engine.ledger.checkpoint import Checkpoint, LogKey, VerifierKey
from handrail.engine.refused import RefusedError
from handrail.engine.store.rows import CheckpointRow

if TYPE_CHECKING:
    from pathlib import Path

    from handrail.engine.engine import Engine
    from handrail.engine.store.base import Reader
    from handrail.engine.store.rows import Head
    from handrail.engine.workspace import Workspace

__all__ = ["rotate_key"]


def rotate_key(engine: Engine, *, lost: bool = False, destroy: bool = False) -> dict[str, Any]:
    """Give the log a new key, by a record that the old one signs.

    :param lost: the old key is gone, so nobody signs; an auditor has to be told both.
    :param destroy: overwrite and remove the old private key, instead of keeping it.
    :returns: ``old`` and ``new`` (verifier keys), ``signed`` (by the old one), ``kept``
        (the old key's file, or None), ``note`` (a checkpoint that both keys sign).
    :raises RefusedError: the person may not; recorded.
    :raises UsageError: it is said to be lost and is there.
    :raises HandrailError: there is no workspace, or the old key cannot be read.
    """
    workspace = engine.workspace
    if workspace is None:
        raise HandrailError("without a workspace there is no log key to sign with")
    with engine.knowing(LOG), engine.writing() as writer:
        desk = Desk(engine, writer)
        reason = desk.may("rotate")
        if reason is not None:
            desk.tell(LOG, {"type": "rotate-refused", "refused": reason.record()})
        else:
            key = _signing(engine, writer, workspace, lost=lost)
            old = _present(workspace, engine.store.origin) if key is None else key.verifier
            new = _made(workspace, engine.store.origin)
            note = _rotate(desk, old, key, new)
    if reason is not None:
        raise RefusedError([reason])
    settle(workspace, old, new.verifier)
    kept = _end(spent(workspace, old), destroy=destroy)
    _anchor(engine, [old, new.verifier], note)
    return {
        "old": str(old),
        "new": str(new.verifier),
        "signed": key is not None,
        "kept": None if kept is None else str(kept),
        "note": note,
    }


def _signing(engine: Engine, reader: Reader, workspace: Workspace, *, lost: bool) -> LogKey | None:
    """Return the key that signs for the new one; None: it is lost, and really is."""
    if not lost:
        return load_key(workspace, reader, engine.store.origin)
    try:
        load_key(workspace, reader, engine.store.origin)
    except HandrailError:
        return None
    raise UsageError("the log key is there and can sign for the new one: leave out --lost")


def _present(workspace: Workspace, origin: str) -> VerifierKey:
    return read_verifier(workspace.verifier, origin)


def _made(workspace: Workspace, origin: str) -> LogKey:
    """Make the new key and have it on the disk before the log speaks of it."""
    coming(workspace).unlink(missing_ok=True)
    new = LogKey.generate(origin)
    new.save(coming(workspace))
    return new


def _rotate(desk: Desk, old: VerifierKey, key: LogKey | None, new: LogKey) -> str:
    draft = {"type": "key-rotated", "old": str(old), "new": str(new.verifier)}
    if key is not None:
        _keep(desk, key.sign(_checkpoint(desk)))
        draft["signature"] = key.approve(new.verifier)
    desk.tell(LOG, draft)
    note = new.sign(_checkpoint(desk))
    note = note if key is None else key.cosign(note)
    _keep(desk, note)
    return note


def _checkpoint(desk: Desk) -> Checkpoint:
    head: Head = desk.writer.head()
    return Checkpoint(origin=desk.engine.store.origin, size=head.size, root=head.root)


def _keep(desk: Desk, note: str) -> None:
    head = desk.writer.head()
    row = CheckpointRow(size=head.size, root=head.root, note=note, recorded=desk.at)
    desk.writer.put_checkpoint(row)


def _end(path: Path, *, destroy: bool) -> Path | None:
    """Keep the old private key, or write over it and remove it."""
    if not path.exists():
        return None
    if not destroy:
        return path
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    return None


def _anchor(engine: Engine, keys: list[VerifierKey], note: str) -> None:
    for key in keys:
        try:
            FileAnchor.usual(key).append(note)
        except HandrailError as fault:
            engine.warnings.append(fault)
