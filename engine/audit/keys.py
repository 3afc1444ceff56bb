"""The log's keys one after the other, as its own records of rotation tell and prove.

A key counts for the sizes of its own time: the record at index n that gives the log
a new key is the last that the old one may sign (in the tree of n + 1 records, which
both sign). So a key that was stolen signs nothing more after it was replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.audit.chains import decoded
from handrail.engine.errors import UsageError
from handrail.engine.ledger.checkpoint import VerifierKey, alleged, open_checkpoint
from handrail.engine.store.base import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from handrail.engine.audit.findings import Report
    from handrail.engine.ledger.checkpoint import Checkpoint
    from handrail.engine.store.base import Reader

__all__ = ["Keys", "Rotation", "rotations"]


class Rotation(NamedTuple):
    """A record that gives the log a new key."""

    seq: int  # its index in the log
    old: VerifierKey
    new: VerifierKey
    proved: bool  # the old key has signed it; False: it was lost, or this is forged


class Era(NamedTuple):
    """A key, and the sizes of the tree that it may sign."""

    key: VerifierKey
    first: int
    last: float


class Keys:
    """The keys that count, from those that the auditor holds."""

    def __init__(
        self, reader: Reader, held: Sequence[VerifierKey], report: Report | None = None
    ) -> None:
        """Read the log's rotations.

        :param held: keys from where the store's keepers cannot reach.
        """
        found = list(_linked(rotations(reader), set(held), report))
        self._eras = list(_eras(found, held))
        self._opened: dict[str, Checkpoint] = {}  # several anchors hold the same ones

    @property
    def all(self) -> list[VerifierKey]:
        """Every key that counts for some time, oldest first."""
        return [era.key for era in self._eras]

    def open(self, note: str) -> Checkpoint:
        """Return the checkpoint of a note that the key of its time has signed.

        :raises NoteError: it is malformed.
        :raises UnsignedError: the key of that time did not sign it, or it was altered.
        """
        found = self._opened.get(note)
        if found is None:
            size = alleged(note).size
            keys = [era.key for era in self._eras if era.first <= size <= era.last]
            found = self._opened[note] = open_checkpoint(note, keys)
        return found


def rotations(reader: Reader) -> Iterator[Rotation]:
    """Give the rotations that the log tells of, in its order; what is no record of one, not."""
    for logged in reader.log(Filter(type="key-rotated")):
        record = decoded(logged.data) or {}
        try:
            old, new = (VerifierKey.parse(str(record.get(name))) for name in ("old", "new"))
        except UsageError:
            continue
        yield Rotation(logged.seq, old, new, _is_proved(record, old, new))


def _is_proved(record: Mapping[str, Any], old: VerifierKey, new: VerifierKey) -> bool:
    signature = record.get("signature")
    return isinstance(signature, str) and old.approved(new, signature)


def _linked(
    told: Iterable[Rotation], held: set[VerifierKey], report: Report | None
) -> Iterator[Rotation]:
    """Leave out what does not follow: not from the key before, or not signed by it.

    Where a key was lost nobody could sign; that link counts for one who holds both keys.
    """
    last: VerifierKey | None = None
    for one in told:
        follows = last in {None, one.old}
        if follows and (one.proved or {one.old, one.new} <= held):
            last = one.new
            yield one
        elif report is not None:
            report.add("key-forged", one.seq, "LOG")


def _eras(links: Sequence[Rotation], held: Sequence[VerifierKey]) -> Iterator[Era]:
    chain = [link.old for link in links[:1]] + [link.new for link in links]
    if set(chain).isdisjoint(held):  # the log's rotations are not about these keys
        chain, links = [], []
    bounds = [0, *(link.seq + 1 for link in links), float("inf")]
    for at, key in enumerate(chain):
        yield Era(key, int(bounds[at]), bounds[at + 1])
    for key in held:
        if key not in chain:
            yield Era(key, 0, float("inf"))
