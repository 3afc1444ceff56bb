"""Signing the log's head: when an incident closes, and when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.anchors.file import FileAnchor
from handrail.engine.clock import stamp
from handrail.engine.custody.logkey import load_key
from handrail.engine.errors import HandrailError
from handrail.engine.ledger.checkpoint import Checkpoint
from handrail.engine.store.rows import CheckpointRow

if TYPE_CHECKING:
    from handrail.engine.engine import Engine

__all__ = ["Signed", "sign_head"]


class Signed(NamedTuple):
    """A signed head, and where it was anchored."""

    size: int
    root: bytes
    note: str  # C2SP signed note
    anchor: str | None  # the file; None: it could not be written


def sign_head(engine: Engine) -> Signed:
    """Sign the log's head, keep it in the store and in the usual file anchor.

    :raises HandrailError: there is no workspace, or its log key cannot be read.
    """
    if engine.workspace is None:
        raise HandrailError("without a workspace there is no log key to sign with")
    with engine.writing() as writer:
        key = load_key(engine.workspace, writer, engine.store.origin)
        head = writer.head()
        note = key.sign(Checkpoint(origin=engine.store.origin, size=head.size, root=head.root))
        writer.put_checkpoint(
            CheckpointRow(
                size=head.size, root=head.root, note=note, recorded=stamp(engine.clock.now())
            )
        )
    anchor = FileAnchor.usual(key.verifier)
    try:
        anchor.append(note)
    except HandrailError as fault:
        engine.warnings.append(fault)
        return Signed(head.size, head.root, note, None)
    return Signed(head.size, head.root, note, str(anchor.path))
