"""``audit verify``: whether the log is what was signed, and the rest what follows from it.

What is trusted: the verifier keys, and checkpoints kept outside. Nothing else: not
the store's columns, its head, its triggers, nor its own checkpoints.
"""

from __future__ import annotations

from contextlib import nullcontext
from itertools import chain
from typing import TYPE_CHECKING

from handrail.engine.anchors import Evidence
from handrail.engine.audit.findings import Compared, Depth, Report, Result
from handrail.engine.audit.intact import check_intact
from handrail.engine.audit.keys import Keys
from handrail.engine.audit.marks import Marks, noted, outside, stored
from handrail.engine.audit.since import Since
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    from handrail.engine.anchors import Gathered
    from handrail.engine.audit.intact import Part
    from handrail.engine.audit.verified import Verified
    from handrail.engine.ledger.checkpoint import VerifierKey
    from handrail.engine.store.base import Reader, Store

__all__ = ["verify"]


def verify(  # noqa: PLR0913 - what to hold it to, and how deep
    store: Store,
    keys: Sequence[VerifierKey],
    *,
    against: Iterable[str] = (),
    anchors: Gathered | None = None,
    last: Verified | None = None,
    incremental: bool = False,
    depth: Depth = Depth.CONSISTENT,
    jobs: int = 1,
) -> Result:
    """Verify a store's log in one snapshot; others may write meanwhile.

    :param keys: the log's verifier keys, from where the store's keepers cannot reach.
    :param against: signed notes kept outside; without one, or ``anchors``, the verdict
        is never OK.
    :param anchors: what anchors hold, read before this began.
    :param last: what was verified before, which the log must go on from.
    :param incremental: hash all records again, but beyond that read only cases that have
        gone on since ``last``.
    :param jobs: processes that hash records and take decisions again, beside this one; 1:
        none. Of an incremental verification only the hashing is shared out.
    :raises NoteError: one of ``against`` is no checkpoint at all.
    :raises StoreError: the store cannot be read.
    """
    report, origin = Report(), keys[0].name
    places = _places(against, anchors)
    with store.read() as reader:
        known = Keys(reader, keys, report)
        kept = (outside(each.place, each.notes, known, report) for each in places)
        held_to = chain(stored(reader, known, report), *kept, noted(last, origin, report))
        marks = Marks(held_to, report, own=last and last.place)
        with _hashing(store, reader, jobs) as parts:
            tree = check_intact(reader, marks, report, parts)
        if anchors is not None:
            from handrail.engine.audit.anchored import check_anchored  # noqa: PLC0415 - as below

            places += map(_left, check_anchored(reader, anchors, report))
        since = _since(last, marks, depth) if incremental else 0
        part = Since(reader, since) if since else None
        if depth is not Depth.INTACT:
            from handrail.engine.audit.consistent import check_consistent  # noqa: PLC0415 - 40 ms

            def consistent() -> None:
                check_consistent(reader, origin, report, deep=depth is Depth.LEGAL, part=part)

            if depth is Depth.LEGAL:
                from handrail.engine.audit.legal.check import deciding  # noqa: PLC0415 - as above

                seen, jobs = (part, 1) if part else (reader, jobs)
                with deciding(store, seen, origin, size=tree.size, jobs=jobs) as finish:
                    consistent()
                    finish(report)
            else:
                consistent()
    compared = tuple(
        Compared(each.place, len(each.notes), marks.proved.get(each.place, 0), each.problem)
        for each in places
    )
    return report.result(
        tree=tree, depth=depth, anchored=marks.anchored, anchors=compared, since=since
    )


def _hashing(
    store: Store, reader: Reader, jobs: int
) -> AbstractContextManager[Iterable[tuple[int, Part | None]]]:
    if jobs == 1:
        return nullcontext(())
    from handrail.engine.audit.shares import hashing  # noqa: PLC0415 - only where asked

    return hashing(store, reader, jobs)


def _since(last: Verified | None, marks: Marks, depth: Depth) -> int:
    """Return from where on cases are looked for that have gone on; 0: all are read."""
    if last is None or depth is Depth.INTACT or depth not in last.upto:
        return 0
    fits = marks.proved.get(last.place) == max(last.upto.values())[0]
    return last.upto[depth][0] if fits else 0


def _places(against: Iterable[str], anchors: Gathered | None) -> list[Evidence]:
    """Everything from outside by its place; the texts that were handed over are one."""
    given = tuple(against)
    own = [Evidence("--against", given)] if given else []
    return own + list(anchors.evidence if anchors else ())


def _left(place: str) -> Evidence:
    problem = HandrailError(
        "the log says that checkpoints were put there, and handrail.yaml does not name it"
    )
    return Evidence(place, problem=problem)
