"""Counts runs into one group's numbers."""

from __future__ import annotations

from collections import Counter
from math import ceil
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from handrail.engine.audit.stats.samples import RunSample, Sample, Stretch

    Row = dict[str, Any]
    Member = tuple[Sample, Sequence[RunSample]]  # an incident, and those of its runs that count

__all__ = ["spread", "tally"]

_NINETY = 0.9
STATUSES = ("met", "missed", "running", "undone")


def spread(seconds: Iterable[float]) -> Row:
    """How often, the median, and what nine in ten did not exceed (the nearest rank)."""
    ordered = sorted(seconds)
    if not ordered:
        return {"count": 0, "median": None, "p90": None}
    return {
        "count": len(ordered),
        "median": round(median(ordered), 3),
        "p90": round(ordered[ceil(_NINETY * len(ordered)) - 1], 3),
    }


def tally(members: Sequence[Member]) -> Row:
    """Count a group: its incidents, ends, times, deadlines, deviations, refusals, answers."""
    runs = [run for _, some in members for run in some]
    codes = Counter(code for run in runs for code in run.refusals)
    codes.update(code for sample, some in members for code in _of_incident(sample, some))
    statuses = Counter(limit.status for run in runs for limit in run.limits)
    return {
        "incidents": len(members),
        "open": sum(sample.status == "open" for sample, _ in members),
        "drills": sum(sample.drill for sample, _ in members),
        "runs": len(runs),
        "going_on": sum(run.status == "active" for run in runs),
        "cancelled": sum(run.status == "cancelled" for run in runs),
        "outcomes": list(_outcomes(runs)),
        "states": list(_states(runs)),
        "deadlines": {status: statuses[status] for status in STATUSES},
        "missed": list(_missed(runs)),
        "deviations": sum(run.deviations for run in runs),
        "refusals": sum(codes.values()),
        "refused": [{"code": code, "count": count} for code, count in codes.most_common()],
        "answers": list(_answers(runs)),
    }


def _of_incident(sample: Sample, runs: Sequence[RunSample]) -> tuple[str, ...]:
    """Refusals that belong to no run, where all of an incident is counted."""
    return sample.refusals if len(runs) == len(sample.runs) else ()


def _outcomes(runs: Iterable[RunSample]) -> Iterator[Row]:
    """For each protocol, how it ended and after how long; the most frequent first."""
    ended = [(run, run.outcome) for run in runs if run.outcome is not None]
    yield from _stretches(ended, "outcome")


def _states(runs: Iterable[RunSample]) -> Iterator[Row]:
    """For each protocol, how long each state took."""
    yield from _stretches([(run, stay) for run in runs for stay in run.stays], "state")


def _stretches(found: Sequence[tuple[RunSample, Stretch]], name: str) -> Iterator[Row]:
    times: dict[tuple[str, str], list[float]] = {}
    titles: dict[tuple[str, str], Row] = {}
    for run, stretch in found:
        key = (run.protocol, stretch.what)
        times.setdefault(key, []).append(stretch.seconds)
        titles.setdefault(key, {"protocol_title": run.title, "title": stretch.title})
    for key in sorted(times, key=lambda one: (one[0], -len(times[one]), one[1])):
        yield {"protocol": key[0], name: key[1], **titles[key], **spread(times[key])}


def _missed(runs: Iterable[RunSample]) -> Iterator[Row]:
    counts: Counter[tuple[str, str, str | None]] = Counter()
    titles: dict[tuple[str, str, str | None], Row] = {}
    for run in runs:
        for limit in run.limits:
            key = (run.protocol, limit.state, limit.task)
            counts[key] += limit.status == "missed"
            titles.setdefault(key, {"protocol_title": run.title, "title": limit.title})
    for key, count in counts.most_common():
        if count:
            protocol, state, task = key
            yield {
                "protocol": protocol,
                "state": state,
                "task": task,
                **titles[key],
                "count": count,
            }


def _answers(runs: Iterable[RunSample]) -> Iterator[Row]:
    """How often each answer was given, question by question."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    asks: dict[tuple[str, str], Row] = {}
    titles: dict[tuple[str, str, str], str] = {}
    for run in runs:
        for answer in run.answers:
            key = (run.protocol, answer.fact)
            counts.setdefault(key, Counter())[answer.value] += 1
            asks.setdefault(key, {"protocol_title": run.title, "ask": answer.ask})
            titles.setdefault((*key, answer.value), answer.title)
    for key, counter in counts.items():
        given = [
            {"value": value, "title": titles[*key, value], "count": count}
            for value, count in counter.most_common()
        ]
        yield {"protocol": key[0], "fact": key[1], **asks[key], "given": given}
