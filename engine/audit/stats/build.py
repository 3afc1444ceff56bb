"""Puts the statistics together as plain data."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.audit.stats.samples import Period, samples
from handrail.engine.audit.stats.sightings import sightings
from handrail.engine.audit.stats.tally import tally
from handrail.engine.clock import stamp
from handrail.engine.store.rows import IncidentFilter
from handrail.engine.text import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.audit.stats.samples import RunSample, Sample
    from handrail.engine.engine import Engine
    from handrail.engine.machine.site import Site

    Row = dict[str, Any]
    Member = tuple[Sample, Sequence[RunSample]]

__all__ = ["GAVE_UP", "WEEKS", "By", "stats"]

# The library's lifecycle asks it of every incident; what security works for (P11).
GAVE_UP: Final = "adversary-gave-up"
WEEKS: Final = 8  # over which sightings are added up


class By(StrEnum):
    """By what incidents are grouped."""

    PROTOCOL = "protocol"
    SITE = "site"
    MONTH = "month"
    DRILL = "drill"


def stats(
    engine: Engine, period: Period | None = None, *, by: By | None = None, weeks: int = WEEKS
) -> Row:
    """Gather statistics.

    :param period: which incidents; by default all that were real.
    :param by: also by these groups.
    :param weeks: over how many weeks sightings are added up.
    """
    period = period or Period()
    with engine.reading() as reader:
        site = engine.shelf.site()
        found = list(samples(engine, period))
        left_out = 0
        if period.drill is False:
            drills = reader.incidents(IncidentFilter(drill=True))
            left_out = sum(_is_in(row.opened, period) for row in drills)
    whole = tally([(sample, sample.runs) for sample in found])
    now = engine.clock.now()
    return {
        "site": pick(site.title, engine.lang),
        "made": stamp(now),
        "lang": engine.lang,
        "since": period.since,
        "until": period.until,
        "first": min((sample.opened for sample in found), default=None),
        "last": max((sample.opened for sample in found), default=None),
        "drills_left_out": left_out,
        "all": whole,
        "gave_up": _gave_up(whole),
        "months": list(_months(found)),
        "by": by,
        "groups": [] if by is None else list(_groups(found, by, site, engine)),
        "sightings": sightings(found, site, engine.lang, now, weeks),
    }


def _is_in(opened: str, period: Period) -> bool:
    return (period.since is None or opened >= period.since) and (
        period.until is None or opened < period.until
    )


def _gave_up(whole: Row) -> list[Row]:
    """The answers to whether the adversary gave up; none where nobody was asked."""
    answers = [one for one in whole["answers"] if one["fact"] == GAVE_UP]
    return list(answers[0]["given"]) if answers else []


def _months(found: Sequence[Sample]) -> Iterator[Row]:
    """Incidents and missed deadlines month by month, the first month first."""
    months: dict[str, list[Sample]] = {}
    for sample in sorted(found, key=lambda one: one.opened):
        months.setdefault(_month(sample), []).append(sample)
    for month, some in months.items():
        limits = [limit.status for sample in some for run in sample.runs for limit in run.limits]
        yield {"month": month, "incidents": len(some), "missed": limits.count("missed")}


def _month(sample: Sample) -> str:
    """The local month in which an incident was opened."""
    return f"{datetime.fromisoformat(sample.opened).astimezone():%Y-%m}"


def _groups(found: Sequence[Sample], by: By, site: Site, engine: Engine) -> Iterator[Row]:
    keys: dict[str, tuple[str, list[Member]]] = {}
    for sample in found:
        for key, title, runs in _shares(sample, by, site, engine):
            keys.setdefault(key, (title, []))[1].append((sample, runs))
    for key in sorted(keys):
        title, members = keys[key]
        yield {"key": key, "title": title, **tally(members)}


def _shares(
    sample: Sample, by: By, site: Site, engine: Engine
) -> Iterator[tuple[str, str, Sequence[RunSample]]]:
    """The groups that an incident counts in, and which of its runs do."""
    if by is By.PROTOCOL:
        for protocol in dict.fromkeys(run.protocol for run in sample.runs):
            runs = [run for run in sample.runs if run.protocol == protocol]
            yield protocol, runs[-1].title, runs
    elif by is By.SITE:
        yield site.id, pick(site.title, engine.lang), sample.runs
    elif by is By.MONTH:
        yield _month(sample), _month(sample), sample.runs
    else:
        key, template = ("drill", "drills") if sample.drill else ("real", "real incidents")
        yield key, say(engine.lang, template), sample.runs
