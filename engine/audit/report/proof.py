"""What lets a reader of a report check it against the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handrail.engine.audit.story import Story
    from handrail.engine.store.base import Reader
    from handrail.engine.store.rows import CheckpointRow

__all__ = ["proof_of"]


def proof_of(reader: Reader, story: Story, origin: str, vkey: str | None) -> dict[str, Any]:
    """Gather the head, the signed checkpoint that covers the case, and its hashes.

    :param vkey: the log's verifier key, to compare with one's own.
    """
    head = reader.head()
    last = story.entries[-1].seq
    covering = next((row for row in reader.checkpoints() if row.size > last), None)
    return {
        "origin": origin,
        "vkey": vkey,
        "head": {"size": head.size, "root": head.root.hex()},
        "chain": _is_chain(story),
        "checkpoint": None if covering is None else _checkpoint(covering),
        "records": [
            {
                "seq": entry.seq,
                "cseq": entry.record["cseq"],
                "type": entry.record["type"],
                "recorded": entry.record["recorded"],
                "leaf": entry.leaf,
            }
            for entry in story.entries
        ],
    }


def _is_chain(story: Story) -> bool:
    """Whether each record names the hash of the one before it."""
    before = None
    for cseq, entry in enumerate(story.entries):
        if entry.record["prev"] != before or entry.record["cseq"] != cseq:
            return False
        before = entry.leaf
    return True


def _checkpoint(row: CheckpointRow) -> dict[str, Any]:
    return {"size": row.size, "root": row.root.hex(), "note": row.note, "recorded": row.recorded}
