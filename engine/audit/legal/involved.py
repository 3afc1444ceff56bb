"""Which runs records may hang on or change, and what else of a case a decision may know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.audit.legal.around import reads_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.audit.legal.known import Place
    from handrail.engine.audit.legal.passing import Stands
    from handrail.engine.audit.legal.then import Moment
    from handrail.engine.machine.state import Case

    Record = Mapping[str, Any]

__all__ = ["Met", "is_in", "met", "outer"]


class Met(NamedTuple):
    """What records of some forms tell of, wherever they are met."""

    runs: frozenset[str]  # of which they tell
    starts: frozenset[str]  # protocols that begin
    reads: frozenset[str]  # what guards of these read of ``runs``


def met(moment: Moment, records: Sequence[Record]) -> Met:
    """What records tell of."""
    begun = [record["protocol"] for record in records if record["type"] == "run-started"]
    reads = [reads_of(moment.definition(pin["sha256"])).runs for pin in begun]
    return Met(
        frozenset(record["run"] for record in records if "run" in record),
        frozenset(pin["id"] for pin in begun),
        frozenset().union(*reads),
    )


def is_in(place: Place, key: str, case: Case, told: Met) -> bool:
    """Whether what was told may hang on how the run at this place is, or change it."""
    return (
        key in told.runs
        or key == case.lifecycle
        or place.asks
        or not told.runs.isdisjoint(place.awaited)
    )


def outer(case: Case | None, told: Met, runs: Mapping[str, Stands]) -> object:
    """What such a decision may know beside the runs that are in it."""
    if case is None:
        return None
    counts = [
        (name, len([1 for run in case.runs.values() if run.protocol == name]))
        for name in sorted(told.starts)
    ]
    names = told.reads
    for one in runs.values():
        if one.place.reads:
            names |= one.place.reads
    reads = [(name, _rest(case, name, runs)) for name in sorted(names)]
    return (case.drill, case.status, case.lifecycle, *counts, *reads)


def _rest(case: Case, name: str, runs: Mapping[str, Stands]) -> object:
    """What other runs give to ``how_runs_are``, whatever becomes of those that are in it."""
    last: object = None
    for key, run in case.runs.items():
        if key == case.lifecycle or (name and run.protocol != name):
            continue
        if key in runs:
            last = (key,)
        elif run.status == "active":
            return run.status
        else:
            last = run.outcome or run.status
    return last if name else None
