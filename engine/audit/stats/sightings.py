"""What was seen of adversaries, placed in their planning cycle.

A run sights a method when it recorded the method itself or an indicator of it. What
the sightings of some weeks add up to shows for each asset and method: the later the
stage, the nearer the act.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.text import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handrail.engine.audit.stats.samples import RunSample, Sample
    from handrail.engine.machine.site import Site

    Row = dict[str, Any]

__all__ = ["UNSAID", "sightings"]

UNSAID: Final = "-"  # the asset of a sighting that names none, the stage of a method without


def sightings(found: Iterable[Sample], site: Site, lang: str, now: datetime, weeks: int) -> Row:
    """Add up what was seen in the last weeks.

    :param weeks: how many, the one of ``now`` included; they begin on Monday (ISO 8601).
    """
    adder = _Adder(site, lang, _mondays(now, weeks))
    for sample in found:
        for run in sample.runs:
            adder.add(run)
    return adder.row()


def _mondays(now: datetime, weeks: int) -> list[str]:
    """The days on which the weeks begin, in local time, the first week first."""
    today = now.astimezone().date()
    monday = today - timedelta(days=today.weekday())
    return [(monday - timedelta(weeks=back)).isoformat() for back in range(weeks - 1, -1, -1)]


_STATUS_WORDS = {"active": "goes on", "finished": "ended", "cancelled": "cancelled"}


class _Adder:
    def __init__(self, site: Site, lang: str, weeks: list[str]) -> None:
        self.site = site
        self.lang = lang
        self.weeks = weeks
        methods: Mapping[str, Any] = site.data.get("methods", {})
        self.stage = {name: one.get("stage", UNSAID) for name, one in methods.items()}
        self.shown_by: dict[str, list[str]] = {}
        for name, one in methods.items():
            for indicator in one.get("indicators", {}):
                self.shown_by.setdefault(indicator, []).append(name)
        self.cells: Counter[tuple[str, str]] = Counter()  # asset, stage
        self.by_week: dict[str, Counter[str]] = {}  # method -> week
        self.endings: dict[str, Counter[str]] = {}  # method -> outcome's title
        self.indicators: Counter[str] = Counter()
        self.total = 0

    def add(self, run: RunSample) -> None:
        """Count a run that saw something in one of the weeks."""
        week = _monday_of(run.began)
        methods = self.methods(run)
        if week not in self.weeks or not methods:
            return
        self.total += 1
        self.indicators.update(run.seen.get("indicator", ()))
        stages = dict.fromkeys(self.stage.get(method, UNSAID) for method in methods)
        for asset in dict.fromkeys(run.seen.get("asset", ())) or (UNSAID,):
            self.cells.update((asset, stage) for stage in stages)
        ending = self.ending(run)
        for method in methods:
            self.by_week.setdefault(method, Counter())[week] += 1
            self.endings.setdefault(method, Counter())[ending] += 1

    def ending(self, run: RunSample) -> str:
        """What came of it, in words."""
        if run.outcome is not None:
            return run.outcome.title
        return say(self.lang, _STATUS_WORDS[run.status])

    def methods(self, run: RunSample) -> dict[str, None]:
        """The methods that a run recorded, or that its indicators belong to."""
        found = dict.fromkeys(run.seen.get("method", ()))
        for indicator in run.seen.get("indicator", ()):
            found |= dict.fromkeys(self.shown_by.get(indicator, ()))
        return found

    def row(self) -> Row:
        stages = list(self.stages())
        assets = dict.fromkeys(asset for asset, _ in self.cells)
        return {
            "weeks": self.weeks,
            "total": self.total,
            "stages": [{"stage": stage, "title": _stage_title(stage)} for stage in stages],
            "assets": [
                {
                    "asset": asset,
                    "title": self.title("assets", asset),
                    "stages": {stage: self.cells[asset, stage] for stage in stages},
                }
                for asset in sorted(assets, key=self.weight)
            ],
            "methods": [self.method(name) for name in sorted(self.by_week, key=self.nearness)],
            "indicators": [
                {"indicator": name, "title": self.title("indicators", name), "count": count}
                for name, count in self.indicators.most_common()
            ],
        }

    def stages(self) -> Iterator[str]:
        """The planning cycle, and what is in none of its stages where there is any."""
        cycle = [str(stage) for stage in self.site.data.get("planning-cycle", ())]
        yield from cycle
        yield from dict.fromkeys(stage for _, stage in self.cells if stage not in cycle)

    def method(self, name: str) -> Row:
        weeks = self.by_week[name]
        return {
            "method": name,
            "title": self.title("methods", name),
            "stage": self.stage.get(name, UNSAID),
            "count": weeks.total(),
            "weeks": [weeks[week] for week in self.weeks],
            "endings": [
                {"title": title, "count": count}
                for title, count in self.endings[name].most_common()
            ],
        }

    def title(self, register: str, name: str) -> str:
        return pick(self.site.registers.get(register, {}).get(name, name), self.lang)

    def weight(self, asset: str) -> tuple[float, str]:
        """What weighs most first."""
        item = self.site.data.get("assets", {}).get(asset)
        weight = item.get("weight", 0) if isinstance(item, dict) else 0
        return -float(weight), asset

    def nearness(self, method: str) -> tuple[int, int, str]:
        """What is nearest to the act first, then what was seen most."""
        stages = list(self.stages())
        stage = self.stage.get(method, UNSAID)
        at = stages.index(stage) if stage in stages else -1
        return -at, -self.by_week[method].total(), method


def _monday_of(stamp: str) -> str:
    day = datetime.fromisoformat(stamp).astimezone().date()
    return (day - timedelta(days=day.weekday())).isoformat()


def _stage_title(stage: str) -> str:
    return stage.replace("-", " ") if stage != UNSAID else stage
