"""The log's Merkle tree: RFC 9162 section 2.1 (and RFC 6962, which hashes alike).

Leaves here are leaf *hashes* (32 bytes). A tree is never held whole: its state is
the compact range, the roots of the perfect subtrees that its size falls into, at
most log2(size) of them. Proofs are made in one pass over the leaves.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from handrail.engine.ledger.record import node_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "EMPTY_ROOT",
    "CompactRange",
    "consistency_proof",
    "inclusion_proof",
    "root_of",
    "verify_consistency",
    "verify_inclusion",
]

HASH = 32  # bytes of a SHA-256
MANY = 1_024  # leaves that are in memory at a time
# SHA-256 of nothing: the root of the tree without leaves.
EMPTY_ROOT = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


class CompactRange:
    """A growing tree. ``state`` has the subtree roots, one after the other, largest first."""

    __slots__ = ("size", "state")

    def __init__(self, size: int = 0, state: bytes = b"") -> None:
        """Take up a tree of ``size`` leaves.

        :raises TypeError: it is something else.
        :raises ValueError: ``state`` is not that of such a tree.
        """
        if (type(size), type(state)) != (int, bytes):
            raise TypeError("a tree has a whole number of leaves, and bytes as its state")
        if size < 0 or len(state) != size.bit_count() * HASH:
            raise ValueError(f"{len(state)} bytes are not the state of a tree of {size} leaves")
        self.size = size
        self.state = state

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at the right."""
        size, state = self.size, self.state
        while size & 1:
            state, leaf = state[:-HASH], node_hash(state[-HASH:], leaf)
            size >>= 1
        self.state = state + leaf
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes at the right, all of a level before the level above it."""
        from handrail.engine.ledger.many import node_hashes  # noqa: PLC0415 - a step appends one

        size, state, nodes, odd = self.size, self.state, list(leaves), list[bytes]()
        self.size += len(nodes)
        while nodes:
            if size & 1:  # the subtree of this level waits for its right half
                nodes.insert(0, state[-HASH:])
                state = state[:-HASH]
            if len(nodes) & 1:
                odd.append(nodes.pop())
            nodes = node_hashes(nodes)
            size >>= 1
        self.state = state + b"".join(reversed(odd))

    def root(self) -> bytes:
        """Return the root over all leaves; of none, the hash of nothing."""
        state = self.state
        root = state[-HASH:] or EMPTY_ROOT
        for end in range(len(state) - HASH, 0, -HASH):
            root = node_hash(state[end - HASH : end], root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over these leaf hashes."""
    return _tree_of(leaves).root()


def _tree_of(leaves: Iterable[bytes]) -> CompactRange:
    tree, stream = CompactRange(), iter(leaves)
    while some := list(islice(stream, MANY)):
        tree.extend(some)
    return tree


def inclusion_proof(leaves: Iterable[bytes], index: int, size: int) -> list[bytes]:
    """Prove that leaf ``index`` is in the tree of the first ``size`` leaves.

    RFC 9162 section 2.1.3.1. ``leaves`` is read once, from the first to ``size``.

    :raises ValueError: there is no such leaf, or the leaves end too early.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    start, stop, path = 0, size, []
    while stop - start > 1:
        split = start + _split(stop - start)
        if index < split:
            path.append((split, stop))
            stop = split
        else:
            path.append((start, split))
            start = split
    return _roots(leaves, path[::-1])


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether the proof shows the leaf at ``index`` (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(part, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, part)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(leaves: Iterable[bytes], old: int, new: int) -> list[bytes]:
    """Prove that the tree of ``new`` leaves only added to that of ``old``.

    RFC 9162 section 2.1.4.1. An empty tree, or an equal one, needs no proof.
    ``leaves`` is read once, from the first to ``new``.

    :raises ValueError: ``old`` is larger than ``new``, or the leaves end too early.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves cannot go on from one of {old}")
    if old == 0:
        return []
    start, stop, whole, path = 0, new, True, []
    while stop != old:
        split = start + _split(stop - start)
        if old <= split:
            path.append((split, stop))
            stop = split
        else:
            path.append((start, split))
            start, whole = split, False
    if not whole:
        path.append((start, stop))
    return _roots(leaves, path[::-1])


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the proof shows that new goes on from old (RFC 9162 section 2.1.4.2)."""
    if old in (0, new):
        before = EMPTY_ROOT if old == 0 else new_root
        return 0 <= old <= new and not proof and old_root == before
    if not 0 < old < new or not proof:
        return False
    parts = [*proof] if old & (old - 1) else [old_root, *proof]
    return _grow(old - 1, new - 1, parts) == (old_root, new_root)


def _grow(at: int, last: int, parts: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return the two roots that a consistency proof leads to; None: of a wrong length."""
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = parts[0]
    for part in parts[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            old, new = node_hash(part, old), node_hash(part, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, part)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(width: int) -> int:
    """Return the largest power of two below ``width``."""
    return 1 << (width - 1).bit_length() - 1


def _roots(leaves: Iterable[bytes], ranges: list[tuple[int, int]]) -> list[bytes]:
    """Return the root of each range of leaves; ranges are apart from each other."""
    stream, at, found = iter(leaves), 0, {}
    for start, stop in sorted(ranges):
        at += sum(1 for _ in islice(stream, start - at))
        tree = _tree_of(islice(stream, stop - start))
        at += tree.size
        if at != stop:
            raise ValueError(f"the leaves end at {at}, before {stop}")
        found[start, stop] = tree.root()
    return [found[each] for each in ranges]
