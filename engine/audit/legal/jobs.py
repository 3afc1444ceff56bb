"""Cases shared out between processes: each case is judged by itself.

Each process opens the store anew and looks at the records that the verification
began with; what was written since is another verification's.
"""

from __future__ import annotations

from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.audit.legal.check import check_cases
from handrail.engine.errors import HandrailError
from handrail.engine.store.open import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.audit.findings import Report
    from handrail.engine.store.base import Reader, Store

    Found = tuple[str, int | None, str | None, dict[str, Any]]

__all__ = ["share"]

SHARE: Final = 20_000  # records that are taken at once, or one case that has more


class Share(NamedTuple):
    """Some of the cases of a log."""

    url: str
    origin: str
    first: str
    last: str | None  # the case before which it ends; None: the last is in it
    size: int  # of the log


def share(  # noqa: PLR0913 - what a log is judged by
    store: Store, reader: Reader, origin: str, report: Report, *, size: int, jobs: int
) -> None:
    """Have processes judge the cases; report in the order of the cases."""
    shares = [Share(store.url, origin, first, last, size) for first, last in _ranges(reader)]
    # Spawned, not forked: a connection to SQLite must not be carried into another process.
    with get_context("spawn").Pool(min(jobs, len(shares) or 1)) as pool:
        for found in pool.imap(judge, shares):
            for code, seq, case, params in found:
                report.add(code, seq, case, **{key: _whole(part) for key, part in params.items()})


def _ranges(reader: Reader) -> Iterator[tuple[str, str | None]]:
    first, count = "", 0
    for case, records in reader.case_sizes():
        if count >= SHARE:
            yield first, case
            first, count = case, 0
        count += records
    yield first, None


def judge(part: Share) -> list[Found]:
    """Judge the cases of a share; what was found, in a form that goes between processes."""
    found: list[Found] = []

    def tell(code: str, seq: int | None, case: str | None, /, **params: object) -> None:
        found.append((code, seq, case, {key: _parts(value) for key, value in params.items()}))

    with closing(open_store(part.url, Path())) as store, store.read() as reader:
        rows = reader.by_case_bytes(part.first, part.last, part.size)
        check_cases(reader, rows, part.size, part.origin, tell)
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
