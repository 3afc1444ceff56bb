"""Taking a run over to another revision of its protocol: the same states, elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Pending, Run

    Record = Mapping[str, Any]

__all__ = ["migrated"]


def migrated(chart: Chart, run: Run, record: Record) -> Run:
    """The run after a ``run-migrated`` record; ``chart`` is of the revision it goes to.

    :raises LookupError: that has no such state.
    """
    pin = record["protocol"]
    names = [name for leaf in record["to"] for name in chart.ancestors[leaf]]
    entered = {name: run.entered.get(name, record["occurred"]) for name in names}
    return run._replace(
        revision=pin["revision"],
        sha256=pin["sha256"],
        settings=record.get("settings", {}),
        active={chart.states[name].region: name for name in reversed(names)},
        left={
            name: leaves
            for name, leaves in run.left.items()
            if name in chart.remembered and all(leaf in chart.states for leaf in leaves)
        },
        entered={**run.entered, **entered},
        pending={key: one for key, one in run.pending.items() if _offers(chart, one)},
    )


def _offers(chart: Chart, pending: Pending) -> bool:
    return all(
        name in chart.states and pending.step in chart.states[name].steps for name in pending.states
    )
