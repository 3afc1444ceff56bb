"""What a benchmark comes to: medians, their ratio, and the target beside it."""

from __future__ import annotations

import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Row", "interleaved", "show"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison, measured in one run."""

    what: str  # what is measured
    ours: float  # median, in ``unit``
    peer: str  # what it is measured beside
    theirs: float  # median, in ``unit``
    unit: str
    ratio: float  # as the target is meant
    target: str  # such as "<= 1.7"; empty: it is told, and nothing wanted of it

    @property
    def met(self) -> bool:
        """Whether the ratio is on the right side of the target."""
        sign, _, bound = self.target.partition(" ")
        if not bound:
            return True
        return self.ratio <= float(bound) if sign == "<=" else self.ratio >= float(bound)


def interleaved(
    works: Sequence[Callable[[], object]], rounds: int, *, inner: int = 1
) -> list[float]:
    """Median seconds of each work, taken in turns so that the machine's moods hit all alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for mine, work in zip(times, works, strict=True):
            began = time.perf_counter()
            for _ in range(inner):
                work()
            mine.append((time.perf_counter() - began) / inner)
    return [statistics.median(mine) for mine in times]


def show(rows: Sequence[Row]) -> None:
    """Print the table, or JSON with ``--json``."""
    if "--json" in sys.argv:
        print(json.dumps([asdict(row) | {"met": row.met} for row in rows], indent=1))
        return
    head = ("what", "ours", "beside", "theirs", "ratio", "target", "")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    for line in lines:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        f"{row.ours:.4g} {row.unit}",
        row.peer,
        f"{row.theirs:.4g} {row.unit}",
        f"{row.ratio:.2f}",
        row.target,
        ("met" if row.met else "MISSED") if row.target else "",
    )
