"""An honest log raises no alarm, whatever people did, also while they go on doing it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING

import pytest
from cli_play import COMMAND
from honest_play import LIBRARIES, House, founded

from handrail.engine.audit.findings import Depth, Verdict
from handrail.engine.documents import source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOGS = int(os.environ.get("HANDRAIL_HONEST", "8"))  # 10000 is an hour of a core: pytest -n 2
BLOCK = 4 if LOGS < 1000 else 25  # logs of one test, so that several processes share them
TURNS = (2, 3, 5, 8, 20)
# What the clock, anchors and mirrors write; the last one where a new site plan sets off a loop.
ELSEWHERE = {
    "tick-refused", "notification-sent", "notification-failed", "checkpoint-anchored",
    "anchoring-failed", "note-refused",
}  # fmt: skip
MISSED = 8  # rare kinds that two plays may lack; thousands have them all


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """A founded site of each library."""
    folder: Path = tmp_path_factory.mktemp("honest")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        # An auditor reads every document's text: the same text is read once for all logs.
        patch.setattr(source, "read_source", cache(source.read_source))
        yield [founded(folder / str(at), library) for at, library in enumerate(LIBRARIES)]


@pytest.mark.parametrize("block", range(-(-LOGS // BLOCK)))
def test_an_honest_log_raises_no_alarm(made: list[Path], tmp_path: Path, block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        random = Random(seed)  # noqa: S311 - a play, not a secret
        house = House(made[seed % len(made)], tmp_path / str(seed))
        house.play(random, random.choice(TURNS))
        note = house.sign()
        found = [house.check(Depth.INTACT, note), house.check(Depth.CONSISTENT, note)]
        size = house.size()
        found.append(house.check(Depth.LEGAL, note, busy=random))
        for result in found:
            assert (result.verdict, result.findings) == (Verdict.OK, ()), (seed, result.depth)
            assert result.records >= size
        house.engine.close()
        shutil.rmtree(house.workspace.root)


def test_another_process_verifies_while_people_go_on(made: list[Path], tmp_path: Path) -> None:
    random = Random(0)  # noqa: S311 - a play, not a secret
    house = House(made[0], tmp_path / "busy")
    house.play(random, 10)
    (tmp_path / "note").write_text(house.sign(), "utf-8")
    for depth in Depth:
        before = house.size()
        command = [COMMAND, "--workspace", house.workspace.root, "audit", "verify", "--json"]
        options = ["--against", tmp_path / "note", "--depth", depth]
        with subprocess.Popen([*command, *options], stdout=subprocess.PIPE) as auditor:
            while auditor.poll() is None:
                house.play(random, 1)
            said = json.loads(auditor.communicate()[0])
        assert (said["verdict"], said["findings"]) == ("OK", [])
        assert before <= said["records"] <= house.size()
        assert before < house.size()
    house.engine.close()


def test_the_plays_hold_nearly_every_kind_of_record(made: list[Path], tmp_path: Path) -> None:
    """Else one that raises a false alarm would not be noticed."""
    schema = json.loads((files("handrail.schemas") / "record.schema.json").read_text("utf-8"))
    wanted = set(schema["properties"]["type"]["enum"]) - ELSEWHERE
    for seed, library in enumerate(made[:2]):
        random = Random(seed)  # noqa: S311 - a play, not a secret
        house = House(library, tmp_path / str(seed))
        house.play(random, 200)
        wanted -= house.types()
        assert house.check(Depth.LEGAL, house.sign()).findings == ()
        house.engine.close()
    assert len(wanted) <= MISSED, wanted
