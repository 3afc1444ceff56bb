"""All cases decided again, in one pass over the records, case by case."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.audit.legal.agreed import Agreement
from handrail.engine.audit.legal.known import Known
from handrail.engine.audit.legal.log import Log
from handrail.engine.audit.legal.then import Then
from handrail.engine.audit.legal.walk import Walk, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.legal.case import Incident
    from handrail.engine.store.base import Reader, Store

    Record = dict[str, Any]
    Tell = Callable[..., None]
    Row = tuple[int, str, bytes]  # index in the log, case, bytes

__all__ = ["check_cases", "check_legal"]

MOST = 10_000  # records taken at once; so many are never recorded together


def check_legal(  # noqa: PLR0913 - what a log is judged by
    store: Store, reader: Reader, origin: str, report: Report, *, size: int, jobs: int = 1
) -> None:
    """Report which records cannot have come of a decision.

    :param size: how many records of the log are looked at.
    :param jobs: how many processes share the cases between them.
    """
    if jobs > 1 and MEMORY not in store.url:
        from handrail.engine.audit.legal.jobs import share  # noqa: PLC0415 - only where asked for

        share(store, reader, origin, report, size=size, jobs=jobs)
    else:
        check_cases(reader, reader.by_case_bytes("", None, size), size, origin, report.add)


MEMORY: Final = ":memory:"  # a store that no other process can open


def check_cases(reader: Reader, rows: Iterable[Row], size: int, origin: str, tell: Tell) -> None:
    """Decide again what these records came of.

    Holds one group of a case's records at a time, and the state that they lead to.

    :param rows: case by case, each case in its order.
    :param size: how many records the log has.
    :param tell: takes findings: code, index, case, and what fills the text.
    """
    then, known = Then(reader, size), Known()
    for case, own in groupby(rows, key=itemgetter(1)):
        groups = _groups(own, size)
        if case.startswith("INC-"):
            walk = Walk(case, then, reader, tell, known)
            for group in groups:
                walk.take(group)
        else:
            judge = _judge(case, then, reader, tell, origin)
            for group in groups:
                judge.take([(seq, record) for seq, _, record in group])


def _judge(case: str, then: Then, reader: Reader, tell: Tell, origin: str) -> Incident:
    if case.startswith("DOC-"):
        return Agreement(case, then, reader, tell, origin)
    return Log(case, then, reader, tell)


def _groups(rows: Iterable[Row], size: int) -> Iterator[list[tuple[int, bytes, Record]]]:
    """What was recorded together, one group after the other."""
    group: list[tuple[int, bytes, Record]] = []
    time: object = None
    for seq, _, data in rows:
        record = read(data)
        if record is None or seq >= size:  # told of as record-unreadable
            continue
        recorded = record.get("recorded")
        if recorded == time and 0 < len(group) < MOST:
            group.append((seq, data, record))
            continue
        if group:
            yield group
        time, group = recorded, [(seq, data, record)]
    if group:
        yield group
