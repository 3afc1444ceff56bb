"""Statistics on a screen: numbers stand under each other, bars are as long as they say."""

from __future__ import annotations

from typing import Any

from handrail.cli.page import lay_out
from handrail.cli.render.stats import statistics
from handrail.cli.session import Session

TIMES = {"count": 3, "median": 60.0, "p90": 7200.0}
WHERE = {"protocol": "p", "protocol_title": "Suspicious person"}


def group(title: str, count: int) -> dict[str, Any]:
    numbers = {"incidents": count, "open": 1, "deviations": 0, "refusals": 2}
    return numbers | {"title": title, "deadlines": {"missed": count}}


def found() -> dict[str, Any]:
    states = [{**WHERE, **TIMES, "state": f"s{at}", "title": f"State {at}"} for at in range(3)]
    states[1]["median"] = 30.0
    states[2]["median"] = 0.0
    return {
        "site": "Here",
        "first": "2026-11-01T10:00:00.000000Z",
        "last": "2026-11-02T10:00:00.000000Z",
        "drills_left_out": 2,
        "groups": [group("A group with a name that is far too long for one line", 4)],
        "all": group("", 4)
        | {
            "drills": 0,
            "outcomes": [{**WHERE, **TIMES, "outcome": "won", "title": "Won"}],
            "states": states,
            "missed": [{**WHERE, "state": "s1", "task": None, "title": "State 1", "count": 4}],
            "refused": [{"code": "role", "count": 2}, {"code": "own-code", "count": 1}],
        },
        "gave_up": [{"value": "yes", "title": "Yes", "count": 3}],
        "sightings": {
            "weeks": ["2026-11-02", "2026-11-09"],
            "total": 3,
            "stages": [{"stage": "one", "title": "one"}, {"stage": "two", "title": "two"}],
            "assets": [{"asset": "-", "title": "-", "stages": {"one": 0, "two": 3}}],
            "methods": [
                {
                    "title": "Watching",
                    "stage": "two",
                    "count": 3,
                    "weeks": [0, 3],
                    "endings": [{"title": "Let go", "count": 3}],
                }
            ],
        },
    }


def screen(*, bars: bool, width: int | None = None) -> str:
    return lay_out(statistics(found(), Session({}), bars=bars), width=width)


def test_bars_are_as_long_as_they_say() -> None:
    lines = {line.rpartition("  ")[2]: line for line in screen(bars=True).splitlines()}
    assert lines["State 0"].count("█") == 12
    assert lines["State 1"].count("█") == 6
    assert lines["State 2"].count("█") == 0
    assert "·█" in lines["Watching (two): Let go 3"]


def test_names_stand_under_each_other() -> None:
    for bars in (True, False):
        lines = screen(bars=bars).splitlines()
        names = ["State 0", "State 1", "State 2"]
        places = {
            line.index(name) for name in names for line in lines if line.endswith(f"  {name}")
        }
        assert len(places) == 1


def test_no_line_is_wider_than_the_screen() -> None:
    assert max(len(line) for line in screen(bars=True, width=80).splitlines()) <= 80


def test_a_pipe_gets_the_same_numbers_without_bars() -> None:
    text = screen(bars=False)
    assert not set("█▏▇") & set(text)
    for words in ("1m", "2h", "not said: two 3", "0 3", "own-code", "3 (100 %)  Yes"):
        assert words in text
