"""All cases decided again, in one pass over the records, case by case."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

from handrail.engine.audit.chains import decoded
from handrail.engine.audit.legal.agreed import Agreement
from handrail.engine.audit.legal.known import Known
from handrail.engine.audit.legal.log import Log
from handrail.engine.audit.legal.then import Then
from handrail.engine.audit.legal.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.legal.case import Incident
    from handrail.engine.audit.legal.told import Teller, Told
    from handrail.engine.store.base import Reader, Store

    Record = dict[str, Any]
    Tell = Callable[..., None]
    Row = tuple[int, str, bytes]  # index in the log, case, bytes
    Finish = Callable[[Report], None]

__all__ = ["Judge", "check_cases", "deciding"]

MOST: Final = 10_000  # records taken together; so many are never recorded at one time
AT_ONCE: Final = 32  # records of a case that are told of before they are judged


@contextmanager
def deciding(
    store: Store, reader: Reader, origin: str, *, size: int, jobs: int = 1
) -> Iterator[Finish]:
    """Begin to decide again; give what reports which records cannot have come of a decision.

    :param size: how many records of the log are looked at.
    :param jobs: how many processes share the cases between them, beside this one, where
        the log is long enough for that; 1: none.
    """
    if jobs > 1 and size >= WORTH and MEMORY not in store.url:
        from handrail.engine.audit.legal.jobs import Log, shared  # noqa: PLC0415 - only where asked

        with shared(Log(store.url, origin, size), reader, jobs) as finish:
            yield finish
    else:

        def alone(report: Report) -> None:
            check_cases(reader, reader.by_case_bytes("", None, size), size, origin, report.add)

        yield alone


WORTH: Final = 30_000  # records: below, a process costs more to start than it saves
MEMORY: Final = ":memory:"  # a store that no other process can open


def check_cases(reader: Reader, rows: Iterable[Row], size: int, origin: str, tell: Tell) -> None:
    """Decide again what these records came of.

    :param rows: case by case, each case in its order; of the log's first ``size`` records.
    :param size: how long the log is taken to be.
    :param tell: takes findings: code, index, case, and what fills the text.
    """
    Judge(reader, size, origin).take(rows, tell)


class Judge:
    """Decides again, and keeps what it learns.

    Holds one group of a case's records at a time, and the state that they lead to.
    """

    def __init__(self, reader: Reader, size: int, origin: str) -> None:
        """Read what was in force when, in a log of this many records."""
        self.reader = reader
        self._origin = origin
        self._then, self._known = Then(reader, size), Known()

    def take(self, rows: Iterable[Row], tell: Tell) -> None:
        """Decide again what these records came of, case by case."""
        then, reader, known = self._then, self.reader, self._known
        for case, own in groupby(rows, key=itemgetter(1)):
            if case.startswith("INC-"):
                walk = Walk(case, then, reader, tell, known)
                for group in _groups(_in_turn(known.teller, case, own)):
                    walk.take(group)
            else:
                judge = _judge(case, then, reader, tell, self._origin)
                for together in _groups(_read(own)):
                    judge.take([(one.seq, one.record) for one in together])


def _in_turn(teller: Teller, case: str, rows: Iterable[Row]) -> Iterator[Told]:
    some = iter(lambda: list(islice(rows, AT_ONCE)), [])
    return chain.from_iterable(teller.told(case, each) for each in some)


def _judge(case: str, then: Then, reader: Reader, tell: Tell, origin: str) -> Incident:
    if case.startswith("DOC-"):
        return Agreement(case, then, reader, tell, origin)
    return Log(case, then, reader, tell)


class _Read(NamedTuple):
    """A record with its index in the log."""

    seq: int
    record: Record

    @property
    def recorded(self) -> object:
        """When."""
        return self.record.get("recorded")


def _read(rows: Iterable[Row]) -> Iterator[_Read]:
    for seq, _, data in rows:
        record = decoded(data)
        if record is not None:  # else told of as record-unreadable
            yield _Read(seq, record)


class _Recorded(Protocol):
    @property
    def recorded(self) -> object:
        """When, as it stands there."""


_R = TypeVar("_R", bound=_Recorded)


def _groups(told: Iterable[_R]) -> Iterator[list[_R]]:
    """What was recorded together, one group after the other."""
    group: list[_R] = []
    time: object = None
    for one in told:
        recorded = one.recorded
        if recorded == time and 0 < len(group) < MOST:
            group.append(one)
            continue
        if group:
            yield group
        time, group = recorded, [one]
    if group:
        yield group
