"""The statistics as one HTML page with plots."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.html.env import render
from handrail.engine.audit.stats.build import GAVE_UP
from handrail.engine.audit.stats.plots import Bar, bars, columns, spark
from handrail.engine.audit.stats.spoken import long, period, reason, share
from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Stats = Mapping[str, Any]
    Row = Mapping[str, Any]

__all__ = ["page"]

_PAGE_WORDS = {
    "skip": "Go to the statistics",
    "stats": "Statistics",
    "contents": "Contents",
    "summary": "Summary",
    "months": "Incidents by month",
    "groups": "By group",
    "gave_up": "Did the adversary give up?",
    "outcomes": "Outcomes",
    "states": "Time in each state",
    "late": "Missed deadlines",
    "refused": "Refusals",
    "seen": "What was seen of adversaries",
    "answers": "Answers",
    "nothing": "Nothing was counted.",
    "group": "group",
    "incidents": "incidents",
    "open": "open",
    "runs": "protocols carried out",
    "missed": "missed",
    "met": "met",
    "deviations": "deviations",
    "refusals": "refusals",
    "protocol": "protocol",
    "outcome": "outcome",
    "state": "state",
    "count": "times",
    "median": "median",
    "p90": "90 %",
    "stroke": "A bar is the median; nine in ten took no longer than the stroke.",
    "asset": "asset",
    "method": "method",
    "stage": "stage of the planning cycle",
    "per_week": "by week",
    "ended": "ended as",
    "later": "The later the stage, the nearer the act.",
    "why": "reason",
    "nothing_said": "not said",
    "made": "Made",
}
_SECTIONS = (
    *("summary", "months", "groups", "gave_up", "outcomes", "states", "late"),
    *("refused", "seen", "answers"),
)
_TILE_WORDS = {
    "incidents": "incidents",
    "open": "still open",
    "met": "deadlines met",
    "missed": "deadlines missed",
    "deviations": "deviations",
    "refusals": "refusals",
}


def page(found: Stats) -> str:
    """Write the statistics as one HTML file."""
    lang = found["lang"]
    words = {name: say(lang, text) for name, text in _PAGE_WORDS.items()}
    whole = found["all"]
    empty = {"groups": not found["groups"], "gave_up": not found["gave_up"]}
    return render(
        "stats",
        lang,
        _PAGE_WORDS,
        stats=found,
        paper=False,
        period=period(found, lang),
        sections=[name for name in _SECTIONS if not empty.get(name)],
        tiles=list(_tiles(whole, lang)),
        long=long,
        plots={
            "months": columns(_months(found["months"]), words["months"]),
            "gave_up": bars(_counted(found["gave_up"]), words["gave_up"]),
            "outcomes": bars(_outcomes(whole["outcomes"]), words["outcomes"]),
            "late": bars(_late(whole["missed"]), words["late"]),
        },
        by_protocol=list(_by_protocol(whole["states"])),
        reasons={one["code"]: reason(one["code"], lang) for one in whole["refused"]},
        weeks=_weeks(found["sightings"]),
        since_week=say(lang, "Since {day}", day=found["sightings"]["weeks"][0]),
        heat=lambda count: _heat(count, found["sightings"]),
        answers=[
            {
                "ask": f"{one['protocol_title']}: {one['ask']}",
                "plot": bars(_counted(one["given"]), one["ask"]),
            }
            for one in whole["answers"]
            if one["fact"] != GAVE_UP
        ],
    )


def _tiles(whole: Row, lang: str) -> Iterator[dict[str, Any]]:
    counts = {name: whole[name] for name in ("incidents", "open")}
    counts |= {name: whole["deadlines"][name] for name in ("met", "missed")}
    counts |= {name: whole[name] for name in ("deviations", "refusals")}
    for name, count in counts.items():
        bad = name in {"missed", "deviations"} and bool(count)
        yield {"name": say(lang, _TILE_WORDS[name]), "count": count, "bad": bad}


def _months(months: Sequence[Row]) -> list[Bar]:
    return [Bar(one["month"], one["incidents"], str(one["incidents"])) for one in months]


def _counted(given: Sequence[Row]) -> list[Bar]:
    total = sum(one["count"] for one in given)
    return [Bar(one["title"], one["count"], share(one["count"], total)) for one in given]


def _outcomes(rows: Sequence[Row]) -> list[Bar]:
    totals: dict[str, int] = {}
    for one in rows:
        totals[one["protocol"]] = totals.get(one["protocol"], 0) + one["count"]
    return [
        Bar(
            f"{one['protocol_title']}: {one['title']}",
            one["count"],
            share(one["count"], totals[one["protocol"]]),
        )
        for one in rows
    ]


def _by_protocol(rows: Sequence[Row]) -> Iterator[dict[str, str]]:
    """A plot for each protocol: what takes days would hide another's minutes."""
    for title, some in groupby(rows, key=lambda one: str(one["protocol_title"])):
        found = [one for one in some if one["p90"] >= 1]
        if found:
            yield {"title": title, "plot": bars([_state(one) for one in found], title)}


def _state(one: Row) -> Bar:
    text = f"{long(one['median'])} · {long(one['p90'])}"
    return Bar(one["title"], one["median"], text, mark=one["p90"])


def _late(rows: Sequence[Row]) -> list[Bar]:
    return [
        Bar(f"{one['protocol_title']}: {one['title']}", one["count"], str(one["count"]))
        for one in rows
    ]


def _heat(count: int, seen: Row) -> int:
    """How strong a cell's colour is, in per cent."""
    most: int = max(max(one["stages"].values()) for one in seen["assets"])
    return 12 + round(48 * count / most)


def _weeks(seen: Row) -> dict[str, str]:
    """For each method, its sightings week by week."""
    return {
        one["method"]: spark(
            one["weeks"],
            one["title"],
            "; ".join(
                f"{week} {count}" for week, count in zip(seen["weeks"], one["weeks"], strict=True)
            ),
        )
        for one in seen["methods"]
    }
