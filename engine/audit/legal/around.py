"""What a decision about one run may know of the other runs of its case."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.scope import how_runs_are

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.state import Case, Run

    Definitions = Callable[[str], Definition]

__all__ = ["ALONE", "Around", "Reads", "around", "reads_of"]


class Around(NamedTuple):
    """What there is to know."""

    children: Sequence[object]  # how the runs are that it waits for
    runs: Mapping[str, str]  # what its guards read of ``runs``
    heard: bool  # whether others read the facts of this run, the lifecycle
    incident: Mapping[str, Any]  # the lifecycle's facts that its guards read


ALONE: Final = Around([], {}, heard=False, incident={})


class Reads(NamedTuple):
    """What a definition's guards read of other runs: the rest of such names."""

    runs: frozenset[str]  # "" | a protocol's id
    incident: frozenset[str]  # facts of the lifecycle


def around(definitions: Definitions, case: Case, run: Run) -> Around:
    """What a decision about this run may know of the others.

    :raises StoreError: the store does not hold a definition.
    """
    reads = reads_of(definitions(run.sha256))
    if not (reads.runs or reads.incident or run.children or run.id == case.lifecycle):
        return ALONE
    facts: Mapping[str, Any] = {}
    if reads.incident and (lifecycle := case.runs.get(case.lifecycle or "")) is not None:
        facts = lifecycle.facts
    heard = run.id == case.lifecycle and any(
        reads_of(definitions(one.sha256)).incident for one in case.active_runs() if one.id != run.id
    )
    return Around(
        children=[_seen(case.runs[key]) for key in run.children.values() if key in case.runs],
        runs={name: how_runs_are(case, name) for name in sorted(reads.runs)},
        heard=heard,
        incident={name: facts[name] for name in sorted(reads.incident) if name in facts},
    )


def _seen(run: Run) -> tuple[object, ...]:
    return run.id, run.status, run.outcome


@lru_cache(maxsize=512)
def reads_of(definition: Definition) -> Reads:
    """What a definition's guards read of other runs."""
    guards = [edge.when for edge in chart_of(definition).edges() if edge.when is not None]
    names = [name.partition(".") for guard in guards for name in guard.reads]
    return Reads(
        frozenset(rest for head, _, rest in names if head == "runs"),
        frozenset(rest for head, _, rest in names if head == "incident"),
    )
