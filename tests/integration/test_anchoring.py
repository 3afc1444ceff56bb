"""Anchoring through the engine: what is due, what is recorded, what verification makes of it."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from audit_play import Site

from handrail.engine.anchoring import Pace, gather, standings
from handrail.engine.anchors import Gathered
from handrail.engine.audit.findings import Depth, Verdict
from handrail.engine.audit.verify import verify
from handrail.engine.clock import stamp
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from handrail.engine.audit.findings import Result

DISK, OTHER = "file:../out/a.checkpoints", "file:../out/b.checkpoints"
ANCHORS = f"anchors:\n  disk: {{to: '{DISK}', every: 1h}}\n  other: {{to: '{OTHER}'}}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("anchoring")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        Site(folder / "workspace").engine.close()
    (folder / "out").mkdir()
    with (folder / "workspace/handrail.yaml").open("a") as file:
        file.write(ANCHORS)
    return folder


@pytest.fixture
def site(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site with two file anchors that nothing was put into yet."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    found = Site.again(tmp_path / "workspace")
    found.engine.person = "anna"
    yield found
    found.engine.close()


def records(site: Site, *types: str) -> list[dict[str, Any]]:
    with site.engine.reading() as reader:
        rows = [row for kind in types for row in reader.log(Filter(type=kind))]
    return [json.loads(row.data) for row in sorted(rows, key=lambda row: row.seq)]


def due(site: Site, pace: Pace | None = None) -> list[tuple[str, bool]]:
    came = site.engine.anchor(due_only=True, pace=pace)
    return [(one.place, one.problem is None) for one in came]


def check(site: Site) -> Result:
    gathered = gather(site.engine, [site.key])
    return verify(site.engine.store, [site.key], anchors=gathered, depth=Depth.LEGAL)


def codes(result: Result) -> list[str]:
    return [finding.code for finding in result.findings]


def out(site: Site, name: str) -> Path:
    return site.workspace.root.parent / "out" / name


def test_each_success_is_recorded_with_where(site: Site) -> None:
    came = site.engine.anchor()
    assert [(one.place, one.problem) for one in came] == [
        ("local", None),
        (DISK, None),
        (OTHER, None),
    ]
    told = records(site, "checkpoint-anchored")
    assert [one["anchor"] for one in told] == [DISK, OTHER]
    assert {one["size"] for one in told} == {came[0].size}
    assert {one["actor"]["how"] for one in told} == {"engine"}
    result = check(site)
    assert (result.verdict, result.anchored) == (Verdict.OK, came[0].size)
    assert [(one.anchor, one.records) for one in result.anchors[1:]] == [
        (DISK, came[0].size),
        (OTHER, came[0].size),
    ]


def test_only_what_is_due_is_put_there(site: Site) -> None:
    everywhere = [("local", True), (DISK, True), (OTHER, True)]
    assert due(site) == everywhere
    site.clock.forward(timedelta(days=3))
    assert due(site) == []  # nothing but anchoring was recorded since
    site.engine.open("suspicious-person")
    assert due(site) == everywhere  # the last are older than they may be
    site.clock.forward(timedelta(minutes=59))
    site.engine.open("suspicious-person")
    assert due(site) == []
    site.clock.forward(timedelta(minutes=1))
    assert due(site) == [("local", True), (DISK, True)]


def test_a_clock_that_was_set_back_keeps_nothing_from_its_anchors(site: Site) -> None:
    site.engine.anchor()
    site.clock.at -= timedelta(days=300)
    site.engine.open("suspicious-person")
    assert len(due(site)) == 3


def test_one_who_asks_all_the_time_is_answered_twice_a_minute(site: Site) -> None:
    pace = Pace()
    assert len(due(site, pace)) == 3
    site.clock.forward(timedelta(hours=2))
    site.engine.open("suspicious-person")
    assert len(due(site, pace)) == 2
    site.clock.forward(timedelta(hours=2))
    site.engine.open("suspicious-person")
    site.clock.at -= timedelta(hours=2) - timedelta(seconds=29)
    assert due(site, pace) == []


def test_one_that_fails_stops_no_other_and_is_recorded_once(site: Site) -> None:
    out(site, "a.checkpoints").mkdir()
    for _ in range(3):
        came = site.engine.anchor()
        assert [one.problem is None for one in came] == [True, False, True]
    (failed,) = records(site, "anchoring-failed")
    assert failed["anchor"] == DISK
    assert "a.checkpoints" in failed["reason"]
    out(site, "a.checkpoints").rmdir()
    assert all(one.problem is None for one in site.engine.anchor())
    shutil.rmtree(out(site, ""))
    assert [one.problem is None for one in site.engine.anchor()] == [True, False, False]
    assert len(records(site, "anchoring-failed")) == 3
    assert check(site).verdict is Verdict.OK


def test_one_that_fails_is_left_alone_for_five_minutes(site: Site) -> None:
    out(site, "a.checkpoints").mkdir()
    pace = Pace()
    assert due(site, pace)[1] == (DISK, False)
    site.clock.forward(timedelta(minutes=4))
    assert due(site, pace) == []
    site.clock.forward(timedelta(minutes=1))
    assert due(site, pace) == [("local", True), (DISK, False)]


def test_a_file_that_is_gone_is_not_begun_anew(site: Site) -> None:
    site.engine.anchor()
    out(site, "a.checkpoints").unlink()
    came = site.engine.anchor()
    assert "mounted" in str(came[1].problem)
    assert not out(site, "a.checkpoints").exists()


def test_how_far_each_has_come(site: Site) -> None:
    site.engine.anchor()
    site.clock.forward(timedelta(minutes=10))
    site.engine.open("suspicious-person")
    with site.engine.reading() as reader:
        found = standings(reader, [DISK, "file:never"])
    assert found[DISK].waiting is not None
    assert not found[DISK].is_late(timedelta(minutes=10), site.clock.now())
    site.clock.forward(timedelta(minutes=11))
    assert found[DISK].is_late(timedelta(minutes=10), site.clock.now())
    never = found["file:never"]
    assert (never.at, never.size, never.failed) == (None, 0, None)


def test_what_is_anchored_while_verification_begins_is_no_finding(site: Site) -> None:
    site.engine.anchor()
    gathered = gather(site.engine, [site.key])
    site.engine.open("suspicious-person")
    site.engine.anchor()
    result = verify(site.engine.store, [site.key], anchors=gathered, depth=Depth.LEGAL)
    assert (result.verdict, codes(result)) == (Verdict.OK, [])


@pytest.mark.parametrize("left", [0, 1])
def test_an_anchor_that_lost_what_the_log_says_was_put_there(site: Site, left: int) -> None:
    for _ in range(2):
        site.engine.open("suspicious-person")
        site.engine.anchor()
    file = out(site, "a.checkpoints")
    notes = file.read_text("utf-8").split("\n\n")
    file.write_text("\n\n".join([*notes[: 2 * left], ""]), "utf-8")
    result = check(site)
    assert (result.verdict, codes(result)) == (Verdict.FAIL, ["anchor-rewritten"])
    assert DISK in result.findings[0].text()


def test_settings_that_are_wrong_say_nothing_of_the_log(site: Site) -> None:
    site.engine.anchor()
    with site.workspace.mark.open("a") as file:
        file.write("  third: {to: nowhere}\n")
    result = check(site)
    assert result.verdict is Verdict.OK
    assert [one.anchor for one in result.anchors] == ["local", "handrail.yaml"]
    assert result.anchors[1].problem is not None


def test_an_anchor_that_was_taken_out_of_the_settings_is_named(site: Site) -> None:
    site.engine.anchor()
    mark = site.workspace.mark
    lines = mark.read_text("utf-8").splitlines(keepends=True)
    mark.write_text("".join(line for line in lines if OTHER not in line), "utf-8")
    result = check(site)
    assert result.verdict is Verdict.OK
    assert [one.anchor for one in result.anchors] == ["local", DISK, OTHER]
    assert "does not name it" in str(result.anchors[2].problem)


@pytest.mark.parametrize(("minutes", "found"), [(-59, []), (61, ["timestamp-differs"])])
def test_an_authority_that_tells_another_time_than_the_log(
    site: Site, minutes: int, found: list[str]
) -> None:
    """A log made anew with old times has stamps of now, if it has any."""
    site.engine.anchor()
    size, (own, disk, other) = gather(site.engine, [site.key])
    told = stamp(site.clock.now() + timedelta(minutes=minutes))
    stamped = disk._replace(stamped=dict.fromkeys(disk.notes, told))
    result = verify(site.engine.store, [site.key], anchors=Gathered(size, (own, stamped, other)))
    assert codes(result) == found
