"""What a decision about one run may know of the other runs of its case."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.state import Case, Run

    Definitions = Callable[[str], Definition]

__all__ = ["ALONE", "Around", "around"]


class Around(NamedTuple):
    """What there is to know."""

    children: Sequence[object]  # how the runs are that it waits for
    runs: Sequence[object] | None  # how all are, where its guards read ``runs``
    heard: bool  # whether others read the facts of this run, the lifecycle
    incident: Mapping[str, Any] | None  # the lifecycle's facts, where its guards read those


ALONE: Final = Around([], None, heard=False, incident=None)


def around(definitions: Definitions, case: Case, run: Run) -> Around:
    """What a decision about this run may know of the others.

    :raises StoreError: the store does not hold a definition.
    """
    read = _read(definitions(run.sha256))
    lifecycle = case.runs.get(case.lifecycle or "")
    others = [one for one in case.active_runs() if one.id != run.id]
    return Around(
        children=[_seen(case.runs[key]) for key in run.children.values() if key in case.runs],
        runs=[_seen(one) for one in case.runs.values()] if "runs" in read else None,
        heard=run is lifecycle and any("incident" in _read(definitions(o.sha256)) for o in others),
        incident=lifecycle.facts if lifecycle is not None and "incident" in read else None,
    )


def _seen(run: Run) -> tuple[object, ...]:
    return run.id, run.protocol, run.status, run.outcome


@lru_cache(maxsize=512)
def _read(definition: Definition) -> frozenset[str]:
    """The heads of all names that a definition's guards read: ``runs`` of ``runs.alarm``."""
    guards = [edge.when for edge in chart_of(definition).edges() if edge.when is not None]
    return frozenset(name.partition(".")[0] for guard in guards for name in guard.reads)
