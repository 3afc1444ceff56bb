"""``audit verify``: whether the log is what was signed, and the rest what follows from it.

What is trusted: the verifier keys, and checkpoints kept outside. Nothing else: not
the store's columns, its head, its triggers, nor its own checkpoints.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from handrail.engine.anchors import Evidence
from handrail.engine.audit.findings import Compared, Depth, Report, Result
from handrail.engine.audit.intact import check_intact
from handrail.engine.audit.keys import Keys
from handrail.engine.audit.marks import Marks, outside, stored
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handrail.engine.anchors import Gathered
    from handrail.engine.ledger.checkpoint import VerifierKey
    from handrail.engine.store.base import Store

__all__ = ["verify"]


def verify(  # noqa: PLR0913 - what to hold it to, and how deep
    store: Store,
    keys: Sequence[VerifierKey],
    *,
    against: Iterable[str] = (),
    anchors: Gathered | None = None,
    depth: Depth = Depth.CONSISTENT,
    jobs: int = 1,
) -> Result:
    """Verify a store's log in one snapshot; others may write meanwhile.

    :param keys: the log's verifier keys, from where the store's keepers cannot reach.
    :param against: signed notes kept outside; without one, or ``anchors``, the verdict
        is never OK.
    :param anchors: what anchors hold, read before this began.
    :param jobs: processes that take decisions again, beside this one; 1: none.
    :raises NoteError: one of ``against`` is no checkpoint at all.
    :raises StoreError: the store cannot be read.
    """
    report = Report()
    places = _places(against, anchors)
    with store.read() as reader:
        known = Keys(reader, keys, report)
        kept = (outside(each.place, each.notes, known, report) for each in places)
        marks = Marks(chain(stored(reader, known, report), *kept), report)
        records = check_intact(reader, marks, report)
        if anchors is not None:
            from handrail.engine.audit.anchored import check_anchored  # noqa: PLC0415 - as below

            places += map(_left, check_anchored(reader, anchors, report))
        if depth is not Depth.INTACT:
            from handrail.engine.audit.consistent import check_consistent  # noqa: PLC0415 - 40 ms

            check_consistent(reader, keys[0].name, report, deep=depth is Depth.LEGAL)
        if depth is Depth.LEGAL:
            from handrail.engine.audit.legal.check import check_legal  # noqa: PLC0415 - as above

            check_legal(store, reader, keys[0].name, report, size=records, jobs=jobs)
    compared = tuple(
        Compared(each.place, len(each.notes), marks.proved.get(each.place, 0), each.problem)
        for each in places
    )
    return report.result(records=records, depth=depth, anchored=marks.anchored, anchors=compared)


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
