"""``audit verify``: whether the log is what was signed, and the rest what follows from it.

What is trusted: the verifier keys, and checkpoints kept outside. Nothing else: not
the store's columns, its head, its triggers, nor its own checkpoints.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from handrail.engine.audit.findings import Depth, Report, Result
from handrail.engine.audit.intact import check_intact
from handrail.engine.audit.keys import Keys
from handrail.engine.audit.marks import Marks, outside, stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handrail.engine.ledger.checkpoint import VerifierKey
    from handrail.engine.store.base import Store

__all__ = ["verify"]


def verify(
    store: Store,
    keys: Sequence[VerifierKey],
    *,
    against: Iterable[str] = (),
    depth: Depth = Depth.CONSISTENT,
    jobs: int = 1,
) -> Result:
    """Verify a store's log in one snapshot; others may write meanwhile.

    :param keys: the log's verifier keys, from where the store's keepers cannot reach.
    :param against: signed notes kept outside; without one the verdict is never OK.
    :param jobs: processes that take decisions again, beside this one; 1: none.
    :raises NoteError: one of ``against`` is no checkpoint at all.
    :raises StoreError: the store cannot be read.
    """
    report = Report()
    with store.read() as reader:
        known = Keys(reader, keys, report)
        held_to = chain(stored(reader, known, report), outside(against, known, report))
        marks = Marks(held_to, report)
        records = check_intact(reader, marks, report)
        if depth is not Depth.INTACT:
            from handrail.engine.audit.consistent import check_consistent  # noqa: PLC0415 - 40 ms

            check_consistent(reader, keys[0].name, report, deep=depth is Depth.LEGAL)
        if depth is Depth.LEGAL:
            from handrail.engine.audit.legal.check import check_legal  # noqa: PLC0415 - as above

            check_legal(store, reader, keys[0].name, report, size=records, jobs=jobs)
    return report.result(records=records, depth=depth, anchored=marks.anchored)
