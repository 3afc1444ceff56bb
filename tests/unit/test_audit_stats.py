"""Counting, for itself: spreads, groups, sightings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.audit.stats.plots import Bar, bars, columns, spark
from handrail.engine.audit.stats.samples import Answer, Late, RunSample, Sample, Stretch
from handrail.engine.audit.stats.sightings import UNSAID, sightings
from handrail.engine.audit.stats.spoken import long, share
from handrail.engine.audit.stats.tally import spread, tally
from handrail.engine.machine.site import build_site

if TYPE_CHECKING:
    from collections.abc import Sequence

PLAN = {
    "id": "here",
    "title": "Here",
    "planning-cycle": ["surveillance", "rehearsal", "execution"],
    "assets": {
        "vault": {"title": "The vault", "weight": 5},
        "shop": {"title": "Shop", "weight": 1},
    },
    "methods": {
        "watching": {
            "title": "Watching",
            "stage": "surveillance",
            "indicators": {"films": {"title": "Films"}, "counts": {"title": "Counts"}},
        },
        "trying": {"title": "Trying", "stage": "rehearsal", "indicators": {"counts": {}}},
        "odd": {"title": "Odd"},
    },
}
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday


def run(protocol: str = "p", began: str = "2026-11-24T10:00:00.000000Z", **given: Any) -> RunSample:
    usual: dict[str, Any] = {
        "title": protocol.upper(),
        "status": "finished",
        "outcome": None,
        "stays": (),
        "limits": (),
        "answers": (),
        "seen": {},
        "deviations": 0,
        "refusals": (),
    }
    return RunSample(protocol=protocol, began=began, **(usual | given))


def sample(*runs: RunSample, **given: Any) -> Sample:
    usual = {"opened": runs[0].began, "status": "closed", "drill": False, "refusals": ()}
    return Sample(incident="INC-2026-0001", runs=runs, **(usual | given))


def ended(what: str, seconds: float) -> Stretch:
    return Stretch(what=what, title=what.title(), seconds=seconds)


# -- spreads ---------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
def test_the_median_halves_and_nine_in_ten_are_no_longer(seconds: list[int]) -> None:
    found = spread(seconds)
    assert found["count"] == len(seconds)
    assert sum(one <= found["median"] for one in seconds) * 2 >= len(seconds)
    assert sum(one >= found["median"] for one in seconds) * 2 >= len(seconds)
    assert found["p90"] in seconds
    assert sum(one <= found["p90"] for one in seconds) * 10 >= 9 * len(seconds)
    assert sum(one < found["p90"] for one in seconds) * 10 < 9 * len(seconds)


def test_of_nothing_there_is_no_median() -> None:
    assert spread([]) == {"count": 0, "median": None, "p90": None}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0s"), (59.6, "1m"), (252, "4m12s"), (4000, "1h6m"), (200_000, "2d7h"), (None, "-")],
)
def test_times_are_said_as_precisely_as_matters(seconds: float | None, words: str) -> None:
    assert long(seconds) == words


def test_a_share_of_nothing_has_no_per_cent() -> None:
    assert (share(1, 3), share(0, 0)) == ("1 (33 %)", "0")


# -- tallies ---------------------------------------------------------------------------


def test_runs_are_counted_by_protocol_and_outcome() -> None:
    runs = [
        run("a", outcome=ended("won", 10), stays=(ended("x", 4), ended("y", 6), ended("x", 2))),
        run("a", outcome=ended("won", 30)),
        run("a", outcome=ended("lost", 5)),
        run("b", status="active"),
        run("b", status="cancelled"),
    ]
    found = tally([(sample(*runs, status="open"), runs)])
    assert [(one["protocol"], one["outcome"], one["count"]) for one in found["outcomes"]] == [
        ("a", "won", 2),
        ("a", "lost", 1),
    ]
    assert found["outcomes"][0]["median"] == 20
    assert [(one["state"], one["count"], one["p90"]) for one in found["states"]] == [
        ("x", 2, 4),
        ("y", 1, 6),
    ]
    wanted = {"incidents": 1, "open": 1, "runs": 5, "going_on": 1, "cancelled": 1}
    assert {name: found[name] for name in wanted} == wanted


def test_missed_deadlines_are_counted_by_what_was_due() -> None:
    def late(state: str, task: str | None, status: str) -> Late:
        return Late(state=state, task=task, title=task or state, status=status)

    limits = (late("x", None, "missed"), late("x", "t", "missed"), late("y", None, "met"))
    runs = [run(limits=limits), run(limits=(late("x", None, "missed"), late("x", "t", "undone")))]
    found = tally([(sample(*runs), runs)])
    assert found["deadlines"] == {"met": 1, "missed": 3, "running": 0, "undone": 1}
    assert [(one["state"], one["task"], one["count"]) for one in found["missed"]] == [
        ("x", None, 2),
        ("x", "t", 1),
    ]


def test_refusals_of_no_run_count_only_where_all_of_an_incident_does() -> None:
    one, other = run("a", refusals=("role", "tasks")), run("b", refusals=("role",))
    whole = sample(one, other, refusals=("closed",))
    assert tally([(whole, whole.runs)])["refused"][0] == {"code": "role", "count": 2}
    assert tally([(whole, whole.runs)])["refusals"] == 4
    assert tally([(whole, [one])])["refusals"] == 2


def test_answers_are_counted_question_by_question() -> None:
    def answer(fact: str, value: str) -> Answer:
        return Answer(fact=fact, ask=f"{fact}?", value=value, title=value.upper())

    runs = [run(answers=(answer("q", "yes"), answer("r", "a"), answer("r", "b")))]
    runs += [run(answers=(answer("q", "yes"),)), run(answers=(answer("q", "no"),))]
    found = tally([(sample(*runs), runs)])["answers"]
    assert [one["fact"] for one in found] == ["q", "r"]
    assert found[0]["given"] == [
        {"value": "yes", "title": "YES", "count": 2},
        {"value": "no", "title": "NO", "count": 1},
    ]


def test_nothing_is_counted_as_nothing() -> None:
    found = tally([])
    assert found["incidents"] == found["refusals"] == found["deadlines"]["missed"] == 0
    assert found["outcomes"] == found["states"] == found["answers"] == []


# -- sightings -------------------------------------------------------------------------


def seen(*runs: RunSample, weeks: int = 3) -> dict[str, Any]:
    return sightings([sample(one) for one in runs], build_site(PLAN), "en", NOW, weeks)


def at(day: int) -> str:
    return f"2026-11-{day:02}T10:00:00.000000Z"


def test_weeks_begin_on_monday_and_the_last_is_this_one() -> None:
    assert seen()["weeks"] == ["2026-11-09", "2026-11-16", "2026-11-23"]


def test_a_method_is_seen_by_itself_or_by_an_indicator() -> None:
    found = seen(
        run(seen={"method": ("watching",)}),
        run(seen={"indicator": ("films",)}),
        run(seen={"indicator": ("counts",)}),  # a sign of two methods
        run(seen={"asset": ("vault",)}),  # of none
    )
    assert found["total"] == 3
    assert {one["method"]: one["count"] for one in found["methods"]} == {"trying": 1, "watching": 3}
    assert [one["indicator"] for one in found["indicators"]] == ["films", "counts"]


def test_what_is_nearest_to_the_act_comes_first() -> None:
    found = seen(
        run(seen={"method": ("odd",)}),
        run(seen={"method": ("watching",)}),
        run(seen={"method": ("watching",)}),
        run(seen={"method": ("trying",)}),
    )
    order = [one["method"] for one in found["methods"] if one["stage"] != UNSAID]
    assert order == ["trying", "watching"]


def test_assets_meet_stages() -> None:
    found = seen(
        run(seen={"asset": ("shop",), "method": ("watching",)}),
        run(seen={"asset": ("vault", "shop"), "method": ("watching", "trying")}),
        run(seen={"method": ("trying",)}),
    )
    table = {one["asset"]: one["stages"] for one in found["assets"]}
    assert table["shop"] == {"surveillance": 2, "rehearsal": 1, "execution": 0}
    assert table["vault"] == {"surveillance": 1, "rehearsal": 1, "execution": 0}
    assert table[UNSAID] == {"surveillance": 0, "rehearsal": 1, "execution": 0}
    assert [one["asset"] for one in found["assets"]] == ["vault", "shop", UNSAID]


def test_only_the_last_weeks_count() -> None:
    days = [(8, 0), (9, 1), (15, 1), (16, 2), (25, 3)]
    runs = [run(began=at(day), seen={"method": ("watching",)}) for day, _ in days]
    found = seen(*runs)
    assert found["total"] == 4
    assert found["methods"][0]["weeks"] == [2, 1, 1]


def test_what_came_of_it_is_said() -> None:
    here = {"method": ("watching",)}
    found = seen(
        run(seen=here, outcome=ended("acted", 1)), run(seen=here, status="active"), run(seen=here)
    )
    endings = {one["title"]: one["count"] for one in found["methods"][0]["endings"]}
    assert endings == {"Acted": 1, "goes on": 1, "ended": 1}


# -- plots -----------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.text(st.characters(exclude_categories=("Cs", "Cc"))), st.floats(0, 1e9)),
        max_size=12,
    )
)
def test_plots_are_pictures_whose_longest_bar_fits(rows: Sequence[tuple[str, float]]) -> None:
    made = [Bar(label, value, f"{value:.0f}", mark=value * 1.5) for label, value in rows]
    for text in (
        bars(made, "T<"),
        columns(made, "T<"),
        spark([int(value) for _, value in rows], "T<", ""),
    ):
        root = ET.fromstring(text)  # noqa: S314 - our own
        width = float(root.get("width", "0"))
        for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
            assert float(rect.get("x", "0")) + float(rect.get("width", "0")) <= width + 0.1
        assert root.get("role") == "img"
        assert (root.get("aria-label") or "").startswith("T<")
