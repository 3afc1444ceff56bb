"""``handrail demo``: asks nothing, is quick, leaves nothing behind but its workspace."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cli_play import Hand, Said

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def hand(tmp_path_factory: pytest.TempPathFactory) -> Hand:
    home = tmp_path_factory.mktemp("home")
    (home / "tmp").mkdir()
    return Hand(home, TMPDIR=str(home / "tmp"))


@pytest.fixture(scope="module")
def demo(hand: Hand) -> Iterator[tuple[Said, float]]:
    started = time.monotonic()
    said = hand("demo", HANDRAIL_AS="nobody")
    took = time.monotonic() - started
    yield said, took
    shutil.rmtree(hand.home / "tmp")


def test_it_ends_well_and_soon(demo: tuple[Said, float]) -> None:
    said, took = demo
    assert said.code == 0, said
    assert took < 15  # five seconds on two quiet cores; tests share them


def test_it_shows_the_whole_way(demo: tuple[Said, float]) -> None:
    out, err = demo[0].out, demo[0].err
    parts = [
        "suspicious-person r1: in force",
        "INC-2026-0001 opened" if "INC-2026" in out else "opened",
        "$ handrail step 1 assess",
        "a second person must confirm",
        "$ handrail confirm 1 stand-down --as carla",
        "Evaluate",
        "record lesson=",
        "close: done",
        "incident closed",
        "OK  ",
        "export HANDRAIL_WORKSPACE=",
    ]
    at = [out.find(part) for part in parts]
    assert -1 not in at, [part for part, where in zip(parts, at, strict=True) if where < 0]
    assert at == sorted(at)
    assert "still to be done: tell-control-room" in err


def test_one_can_look_around_in_it_afterwards(hand: Hand, demo: tuple[Said, float]) -> None:
    out = demo[0].out
    workspace = out.partition("export HANDRAIL_WORKSPACE=")[2].splitlines()[0]
    assert hand("show", "1", HANDRAIL_WORKSPACE=workspace).code == 0
    checkpoint = out.rpartition("--against ")[2].strip()
    said = hand("audit", "verify", "--against", checkpoint, HANDRAIL_WORKSPACE=workspace)
    assert said.out.startswith("OK")


def test_nothing_is_left_outside_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    Hand(tmp_path, TMPDIR=str(tmp_path / "tmp")).does("demo", "-q")
    assert [path.name for path in tmp_path.iterdir()] == ["tmp"]
    assert len(list(Path(tmp_path, "tmp").iterdir())) == 1


def test_as_json_it_is_one_object(hand: Hand) -> None:
    said = hand("demo", "--json")
    assert said.code == 0, said
    assert Path(said.json["workspace"], "handrail.yaml").is_file()
