"""Cases shared out between processes: each case is judged by itself.

Each process opens the store anew, once, and looks at the records that the verification
began with; what was written since is another verification's. It keeps what it learns from
one share to the next. They begin while the caller has other things to look at.
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.audit.legal.check import Judge
from handrail.engine.errors import HandrailError
from handrail.engine.store.open import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.audit.findings import Report
    from handrail.engine.audit.legal.check import Finish
    from handrail.engine.store.base import Reader

    Found = tuple[str, int | None, str | None, dict[str, Any]]
    Share = tuple[str, str | None]  # the first case, and the one before which it ends, if any

__all__ = ["Log", "shared"]

_EACH: Final = 4  # shares for a process, so that they end at about one time


class Log(NamedTuple):
    """What all processes read."""

    url: str
    origin: str
    size: int


@contextmanager
def shared(log: Log, reader: Reader, jobs: int) -> Iterator[Finish]:
    """Have processes judge the cases; give what waits for them and reports in the cases' order."""
    shares = list(_shares(reader, -(-log.size // (jobs * _EACH))))
    # Spawned, not forked: a connection to SQLite must not be carried into another process.
    with get_context("spawn").Pool(min(jobs, len(shares)), _open, (log,)) as pool:
        found = pool.imap(_judge, shares)

        def finish(report: Report) -> None:
            for code, seq, case, params in (one for part in found for one in part):
                report.add(code, seq, case, **{key: _whole(part) for key, part in params.items()})

        yield finish


def _shares(reader: Reader, most: int) -> Iterator[Share]:
    """Cases that lie together, of this many records or a case more."""
    first, count = "", 0
    for case, records in reader.case_sizes():
        if count >= most:
            yield first, case
            first, count = case, 0
        count += records
    yield first, None


# -- in a process of its own -----------------------------------------------------------


class _Worker:
    """What a process keeps."""

    judge: Judge
    log: Log


def _open(log: Log) -> None:
    """Open the store for as long as the process lives."""
    stack = ExitStack()
    store = open_store(log.url, Path())
    stack.callback(store.close)
    _Worker.log, _Worker.judge = log, Judge(stack.enter_context(store.read()), log.size, log.origin)
    atexit.register(stack.close)


def _judge(share: Share) -> list[Found]:
    """Judge the cases of a share; what was found, in a form that goes between processes."""
    found: list[Found] = []

    def tell(code: str, seq: int | None, case: str | None, /, **params: object) -> None:
        found.append((code, seq, case, {key: _parts(value) for key, value in params.items()}))

    judge = _Worker.judge
    judge.take(judge.reader.by_case_bytes(*share, _Worker.log.size), tell)
    return found


def _parts(value: object) -> object:
    return (
        (value.template, {k: _parts(v) for k, v in value.params.items()})
        if isinstance(value, HandrailError)
        else value
    )


def _whole(part: object) -> object:
    if not isinstance(part, tuple):
        return part
    template, params = part
    return HandrailError(template, **{key: _whole(each) for key, each in params.items()})
