"""The story of an incident, its report and the statistics, over real logs."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from functools import partial
from html.parser import HTMLParser
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from audit_play import ROLES, Site

from handrail.engine.audit.report.build import report as build
from handrail.engine.audit.report.page import page
from handrail.engine.audit.stats.build import By, stats
from handrail.engine.audit.stats.page import page as stats_page
from handrail.engine.audit.stats.samples import Period
from handrail.engine.audit.story import Story, story_of
from handrail.engine.documents.drawing.style import Theme
from handrail.engine.sealing import REDACTED
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from handrail.engine.engine import Engine

SEED = 2
report = partial(build, clear=True)
VOID = {"br", "meta", "link", "img", "hr", "input"}
HOSTILE = "<script>alert(\"x\")</script> & '{{ 7*7 }}' </style>"


class Page(HTMLParser):
    """Reads a page as strictly as its own writer should write it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.wrong: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags[tag] += 1
        self.ids += [named["id"] or ""] if "id" in named else []
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        del attrs

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TZ", "UTC")
    return Site(tmp_path / "museum")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site at which a lot happened; the tests only read it."""
    folder = tmp_path_factory.mktemp("played")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        made = Site(folder / "museum")
        made.play(Random(SEED), 300)  # noqa: S311 - a reproducible one
        yield made


def stories(engine: Engine) -> list[Story]:
    cases = [row["id"] for row in engine.list()]
    with engine.reading() as reader:
        world = engine.shelf.world(engine.shelf.site(), drill=True)
        found = [story_of(world, reader.log(Filter(case=case))) for case in cases]
    return [story for story in found if story is not None]


def records(engine: Engine, case: str) -> list[dict[str, Any]]:
    with engine.reading() as reader:
        return [json.loads(data) for data in reader.case_records(case)]


def contact(site: Site) -> str:
    """Open an incident, refuse something, pass a deadline."""
    engine = site.engine
    engine.person = "anna"
    incident = str(engine.open("suspicious-person", title=f"at the dock {HOSTILE}")["id"])
    given = {"deviation": HOSTILE, "linked": "yes", "indicators": "films-dock"}
    engine.step(incident, "assess", given)
    with pytest.raises(Exception, match="tell-control-room"):
        engine.step(incident, "conclude", {"explanation": "refused"})
    site.clock.forward(timedelta(minutes=30))
    engine.tick()
    engine.note(incident, HOSTILE)
    engine.attach(incident, "photo.jpg", b"12345")
    return incident


# -- the story -------------------------------------------------------------------------


def test_stays_follow_each_other_and_the_open_ones_are_where_it_is(played: Site) -> None:
    for story in stories(played.engine):
        for run in story.case.runs.values():
            stays = [one for one in story.stays if one.run == run.id]
            active = set(run.active.values()) if run.status == "active" else set()
            assert {one.state for one in stays if one.left is None} == active
            for state in {one.state for one in stays}:
                times = [t for s in stays if s.state == state for t in (s.entered, s.left or "~")]
                assert times == sorted(times)


def test_deadlines_are_missed_when_the_log_says_so(played: Site) -> None:
    passed = Counter(
        (entry.record["case"], entry.record["run"], entry.record["state"], entry.record.get("task"))
        for story in stories(played.engine)
        for entry in story.entries
        if entry.record["type"] == "deadline-passed"
    )
    missed = Counter(
        (story.case.id, one.run, one.state, one.task)
        for story in stories(played.engine)
        for one in story.limits
        if one.status == "missed"
    )
    assert passed
    assert missed == passed


def test_a_deadline_that_was_met_ended_before_it_was_due(played: Site) -> None:
    met = [one for story in stories(played.engine) for one in story.limits if one.status == "met"]
    assert met
    assert all(one.ended is not None and one.ended <= one.due for one in met)


# -- the report ------------------------------------------------------------------------


def test_every_report_is_one_whole_page(played: Site) -> None:
    for row in played.engine.list():
        found = report(played.engine, row["id"], theme=Theme.AUTO)
        read = Page(page(found))
        assert read.wrong == []
        assert len(read.ids) == len(set(read.ids))
        assert read.tags["script"] == 0
        assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
        assert read.tags["svg"] == len(found["runs"])
        assert (row["drill"] is True) == ("DRILL" in read.text)


def test_the_report_tells_every_record(played: Site) -> None:
    for row in played.engine.list():
        found = report(played.engine, row["id"])
        told = [(one["type"], one["occurred"], one["recorded"]) for one in found["timeline"]]
        log = records(played.engine, row["id"])
        assert told == [(one["type"], one["occurred"], one["recorded"]) for one in log]
        kinds = Counter(one["type"] for one in log)
        refused = sum(count for kind, count in kinds.items() if kind.endswith("-refused"))
        assert len(found["refusals"]) == refused
        assert len(found["messages"]) == kinds["notified"]
        assert len(found["evidence"]) == kinds["evidence-attached"]
        done = sum(len(one["did"]) for one in found["people"])
        assert done == sum(one["actor"]["how"] != "engine" for one in log)
        numbers = [
            one["move"] for one in found["timeline"] if one["run"] == found["runs"][0]["run"]
        ]
        moves = [number for number in numbers if number is not None]
        assert moves == list(range(1, len(moves) + 1))


def test_text_of_people_cannot_become_a_page(site: Site) -> None:
    incident = contact(site)
    text = page(report(site.engine, incident, theme=Theme.AUTO))
    read = Page(text)
    assert read.wrong == []
    assert "<script" not in text
    assert read.text.count(HOSTILE) >= 3
    assert "default-src 'none'" in text
    loads = re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"|url\(|@import", text)
    assert loads == []


def test_roles_are_shown_and_not_names(played: Site) -> None:
    for row in played.engine.list()[:4]:
        text = Page(page(report(played.engine, row["id"], theme=Theme.AUTO))).text
        assert "person 1" in text
        for person in ROLES:
            assert re.search(rf"\b{person}\b", text, re.IGNORECASE) is None


def test_names_are_shown_where_they_are_asked_for(site: Site) -> None:
    incident = contact(site)
    found = report(site.engine, incident, names=True)
    assert found["people"][0]["person"].startswith("Anna ")
    assert found["people"][0]["roles"] == ["Guard"]


def test_what_was_redacted_is_gone_from_the_report(site: Site) -> None:
    incident = contact(site)
    with site.engine.writing() as writer:
        log = [json.loads(data) for data in writer.case_records(incident)]
        writer.drop_disclosures([log[0]["title"]["sd"]], incident)
    found = report(site.engine, incident, theme=Theme.AUTO)
    assert found["incident"]["title"] == REDACTED
    assert "at the dock" not in page(found)
    assert HOSTILE in Page(page(found)).text  # what was said elsewhere stays


def test_deadlines_refusals_and_evidence_are_told(site: Site) -> None:
    found = report(site.engine, contact(site))
    late = [one for one in found["deadlines"] if one["status"] == "missed"]
    assert [one["state"] for one in late] == ["contact"]
    assert found["refusals"][0]["details"][-1]["text"] == "still to be done: tell-control-room"
    (file,) = found["evidence"]
    assert (file["name"], file["size"]) == ("photo.jpg", 5)
    told = next(one for one in found["timeline"] if one["type"] == "deadline-passed")
    assert told["occurred"] < told["recorded"]
    assert "recorded later" in page(report(site.engine, found["incident"]["id"], theme=Theme.AUTO))


def test_the_path_is_drawn_in_the_report(site: Site) -> None:
    found = report(site.engine, contact(site), theme=Theme.LIGHT)
    drawing = found["runs"][0]["drawing"]
    assert 'class="running was here"' in drawing
    assert "prefers-color-scheme" not in drawing
    assert found["runs"][0]["facts"][0]["text"] == HOSTILE


def test_the_proof_is_that_of_the_log(played: Site) -> None:
    closed = [row["id"] for row in played.engine.list() if row["status"] == "closed"]
    assert closed
    for case in closed:
        proof = report(played.engine, case)["proof"]
        with played.engine.reading() as reader:
            leaves = list(reader.leaves(0))
            assert proof["head"]["root"] == reader.head().root.hex()
        assert [leaves[one["seq"]].hex() for one in proof["records"]] == [
            one["leaf"] for one in proof["records"]
        ]
        assert proof["chain"] is True
        assert proof["checkpoint"]["size"] > proof["records"][-1]["seq"]
        assert played.key.open(proof["checkpoint"]["note"]).size == proof["checkpoint"]["size"]


def test_a_page_for_paper_is_light_and_folds_nothing(site: Site) -> None:
    found = report(site.engine, contact(site), theme=Theme.LIGHT)
    screen, paper = Page(page(found)), page(found, paper=True)
    assert screen.tags["details"] == 1
    assert Page(paper).tags["details"] == 0
    assert 'class="paper-page"' in paper


def test_evaluation_and_lessons_are_told(site: Site) -> None:
    engine = site.engine
    engine.person = "greta"
    incident = str(engine.open("incident")["id"])
    engine.step(incident, "nothing-happened")
    answers = {"went-well": "all", "could-be-better": "none", "adversary-gave-up": "yes"}
    engine.step(incident, "evaluate", answers | {"lessons": "some"})
    engine.step(incident, "lesson")
    engine.step(incident, "record", {"lesson": "Test the phone."})
    found = report(engine, incident)
    assert {one["fact"]: one["text"] for one in found["evaluation"]}["went-well"] == "all"
    (lesson,) = found["lessons"]
    assert lesson["facts"][0]["text"] == "Test the phone."
    assert stats(engine)["gave_up"] == [{"value": "yes", "title": "Yes, gave up", "count": 1}]


# -- statistics ------------------------------------------------------------------------


def test_statistics_are_what_a_count_of_the_log_gives(played: Site) -> None:
    engine = played.engine
    found = stats(engine, Period(drill=None))
    log = [one for row in engine.list() for one in records(engine, row["id"])]
    kinds = Counter(one["type"] for one in log)
    whole = found["all"]
    assert whole["incidents"] == kinds["incident-opened"]
    assert whole["runs"] == kinds["run-started"]
    assert whole["deviations"] == kinds["deviated"]
    assert whole["deadlines"]["missed"] == kinds["deadline-passed"]
    assert whole["refusals"] == sum(n for kind, n in kinds.items() if kind.endswith("-refused"))
    ends = Counter(
        (one["protocol"]["id"], one["outcome"])
        for one in log
        if one["type"] == "run-finished" and "outcome" in one
    )
    assert {(one["protocol"], one["outcome"]): one["count"] for one in whole["outcomes"]} == ends


@pytest.mark.parametrize("by", By)
def test_groups_add_up_to_the_whole(played: Site, by: By) -> None:
    found = stats(played.engine, Period(drill=None), by=by)
    groups, whole = found["groups"], found["all"]
    for name in ("runs", "deviations"):
        assert sum(one[name] for one in groups) == whole[name]
    assert sum(one["deadlines"]["missed"] for one in groups) == whole["deadlines"]["missed"]
    if by is not By.PROTOCOL:
        assert sum(one["incidents"] for one in groups) == whole["incidents"]
        assert sum(one["refusals"] for one in groups) == whole["refusals"]


def test_drills_are_left_out_and_said_to_be(played: Site) -> None:
    rows = played.engine.list()
    drills = sum(row["drill"] for row in rows)
    real = stats(played.engine)
    assert drills > 0
    assert (real["all"]["incidents"], real["drills_left_out"]) == (len(rows) - drills, drills)
    assert stats(played.engine, Period(drill=True))["all"]["incidents"] == drills


def test_a_period_is_half_open(played: Site) -> None:
    opened = sorted(row["opened"] for row in played.engine.list())
    middle = opened[len(opened) // 2]
    before = stats(played.engine, Period(until=middle, drill=None))["all"]["incidents"]
    after = stats(played.engine, Period(since=middle, drill=None))["all"]["incidents"]
    assert before == sum(one < middle for one in opened)
    assert before + after == len(opened)


def test_statistics_are_one_whole_page(played: Site) -> None:
    for by in (None, *By):
        text = stats_page(stats(played.engine, Period(drill=None), by=by))
        read = Page(text)
        assert read.wrong == []
        assert len(read.ids) == len(set(read.ids))
        assert read.tags["script"] == 0
        assert {link.removeprefix("#") for link in read.links} <= set(read.ids)


def test_of_an_empty_log_there_is_a_page_too(site: Site) -> None:
    found = stats(site.engine, by=By.MONTH)
    assert found["all"]["incidents"] == 0
    assert Page(stats_page(found)).wrong == []
