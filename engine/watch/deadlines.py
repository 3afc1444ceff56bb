"""Deadlines that come due: each case's clock is told the time."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.clock import stamp
from handrail.engine.errors import ConflictError, HandrailError
from handrail.engine.news import News

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.engine import Engine

__all__ = ["tick", "until_next"]

_EVER: Final = "~"  # after any time
_SOON: Final = 0.05  # seconds: a clock that wakes a little early does not spin


def tick(engine: Engine) -> Iterator[News]:
    """Let the deadlines pass that are due; a case that fails keeps no other waiting.

    :raises ConflictError: the store is in use.
    """
    with engine.reading() as reader:
        due = dict.fromkeys(row.case for row in reader.due(stamp(engine.clock.now())))
        ends = {case: reader.case_head(case).cseq for case in due}
    for case, end in ends.items():
        try:
            if not engine.tick_case(case):
                continue
        except ConflictError:
            raise
        except HandrailError as fault:
            engine.warnings.append(fault)
            continue
        with engine.reading() as reader:
            added = [json.loads(data) for data in reader.case_records(case, end)]
        yield from _told(case, added)


def _told(case: str, records: Iterable[dict[str, Any]]) -> Iterator[News]:
    """What the clock did: an operator's own acts, were there any in between, are not news."""
    done = [one for one in records if one["actor"]["how"] == "engine" and not one.get("late")]
    for one in done:
        if one["type"] == "deadline-passed":
            told = {name: one.get(name) for name in ("run", "state", "task", "due", "step")}
            yield News("deadline", {"incident": case, **told, "taken": _taken(one, done)})
        elif one["type"] == "notified":
            yield News("message", {"incident": case, "run": one["run"], "to": one["to"]})


def _taken(passed: dict[str, Any], done: Iterable[dict[str, Any]]) -> bool | None:
    """Whether the overdue step was taken; ``None``: there is none."""
    if passed.get("step") is None:
        return None
    return any(
        one["type"] == "step-taken" and (one["run"], one["step"]) == (passed["run"], passed["step"])
        for one in done
    )


def until_next(engine: Engine, every: float) -> float:
    """Seconds until something is due, at most ``every``: others may open an incident meanwhile."""
    now = engine.clock.now()
    with engine.reading() as reader:
        coming = (row.due for row in reader.due(_EVER) if row.due > stamp(now))
        soonest = min(coming, default=None)
    if soonest is None:
        return every
    return min(every, max(_SOON, (datetime.fromisoformat(soonest) - now).total_seconds()))
