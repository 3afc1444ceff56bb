"""``handrail watch`` as a service: on time, once, through trouble, until it is told to end."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from watch_play import Watcher, engine_of, mirrored, pulse, size_of

from handrail.engine.clock import stamp

if TYPE_CHECKING:
    from cli_play import Hand

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "output.schema.json").read_text())
EVENT = Draft202012Validator({"$defs": SCHEMA["$defs"], "$ref": "#/$defs/event"})


def records(hand: Hand, kind: str) -> list[dict[str, Any]]:
    return hand.does("audit", "log", "--type", kind, "--json").lines


def test_a_deadline_passes_when_it_is_due_not_when_it_is_looked_at(museum: Hand) -> None:
    pulse(museum)
    museum.does("open", "pulse", "--drill", "--as", "anna", "-q")
    with Watcher(museum, "--json", "--every", "1h") as watcher:
        told = watcher.until("deadline", incident="INC-2026-0001", state="here", task=None)
        assert (told["step"], told["taken"]) == ("go", True)
        assert watcher.until("message")["to"] == ["duty-manager"]
    (passed,) = records(museum, "deadline-passed")
    late = datetime.fromisoformat(passed["recorded"]) - datetime.fromisoformat(passed["due"])
    assert 0 <= late.total_seconds() < 2
    (taken,) = [one for one in records(museum, "step-taken") if one["case"] == "INC-2026-0001"]
    assert (taken["step"], taken["actor"]["how"]) == ("go", "engine")


def test_incidents_that_others_open_meanwhile_are_looked_after(museum: Hand) -> None:
    pulse(museum)
    with Watcher(museum, "--json", "--every", "1s") as watcher:
        watcher.until("watching")
        museum.does("open", "pulse", "--drill", "--as", "anna", "-q")
        watcher.until("deadline", incident="INC-2026-0001")


def test_two_at_once_do_no_harm(museum: Hand) -> None:
    mirrored(museum, copy="file:copy.jsonl")
    pulse(museum)
    words = ("--json", "--every", "1s")
    with Watcher(museum, *words) as one, Watcher(museum, *words) as other:
        one.until("watching")
        other.until("watching")
        for _ in range(4):
            museum.does("open", "pulse", "--drill", "--as", "anna", "-q")
        until = time.monotonic() + 30
        while len(records(museum, "deadline-passed")) < 4 and time.monotonic() < until:
            time.sleep(0.5)
        time.sleep(1)  # for a second one to pass, if that were possible
        assert one.end() == other.end() == 0
    told = [json.loads(line) for each in (one, other) for line in each.rest()]
    assert not [event for event in told if event["event"] == "problem"]
    assert len(records(museum, "deadline-passed")) == 4
    assert len([event for event in told if event["event"] == "deadline"]) == 4
    assert museum("audit", "verify", "--json").json["findings"] == []
    assert museum.workspace is not None
    lines = (museum.workspace / "copy.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(size_of(museum)))


def test_it_goes_on_after_the_store_was_locked(museum: Hand) -> None:
    pulse(museum)
    museum.does("open", "pulse", "--drill", "--as", "anna", "-q")
    assert museum.workspace is not None
    with (
        Watcher(museum, "--json", "--every", "1s") as watcher,
        closing(sqlite3.connect(museum.workspace / "store.db", isolation_level=None)) as other,
    ):
        watcher.until("watching")
        other.execute("BEGIN IMMEDIATE")
        problem = watcher.until("problem", job="deadlines")
        assert problem["code"] == "conflict"
        other.execute("ROLLBACK")
        watcher.until("deadline", incident="INC-2026-0001")
        watcher.until("recovered", job="deadlines")


def test_a_store_that_was_put_back_from_a_backup_is_seen(museum: Hand, tmp_path: Path) -> None:
    mirrored(museum, copy="file:copy.jsonl")
    assert museum.workspace is not None
    store, backup = museum.workspace / "store.db", tmp_path / "backup.db"
    with engine_of(museum) as engine:
        assert engine.store.scrub()
    shutil.copy(store, backup)
    museum.does("open", "suspicious-object", "--drill", "--as", "anna", "-q")
    with Watcher(museum, "--json", "--every", "1s") as watcher:
        watcher.until("mirrored", to=size_of(museum) - 1)
        for left in museum.workspace.glob("store.db*"):
            left.unlink(missing_ok=True)  # the watcher, closing it, tidies up as well
        backup.replace(store)
        again = watcher.until("mirror-again", mirror="copy")
        before = size_of(museum)
        assert again["sent"] > before
        watcher.until("mirrored", to=before - 1)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_ends_in_good_order(museum: Hand, number: int, code: int) -> None:
    with Watcher(museum, "--every", "1h") as watcher:
        assert "Ctrl-C" in watcher.said.get(timeout=30)
        assert watcher.end(number) == code
        assert watcher.said.empty()


def test_once_does_everything_once_and_its_exit_code_tells(museum: Hand) -> None:
    pulse(museum)
    mirrored(museum, copy="file:copy.jsonl", gone="file:nowhere/copy.jsonl ecs")
    museum.does("open", "pulse", "--drill", "--as", "anna", "-q")
    time.sleep(1)
    said = museum("watch", "--once", "--json")
    assert said.code == 1
    events = {one["event"]: one for one in said.lines}
    assert set(events) == {"deadline", "message", "mirrored", "problem"}
    assert events["problem"]["job"] == "mirror gone"
    for one in said.lines:
        assert not list(EVENT.iter_errors(one)), one
    said = museum("watch", "--once", "--lang", "nl")
    assert "mirror" not in said.out
    assert "de spiegel gone" in " ".join(said.err.split())


def test_lines_are_for_people_and_come_at_once(museum: Hand) -> None:
    pulse(museum)
    museum.does("open", "pulse", "--drill", "--as", "anna", "-q")
    with Watcher(museum) as watcher:
        watcher.said.get(timeout=30)
        line = watcher.said.get(timeout=30)
        assert "INC-2026-0001: here (pulse-1) was due at" in line
        assert "the step go was taken" in line


def test_the_head_is_signed_while_the_log_grows(museum: Hand) -> None:
    assert museum.workspace is not None
    hour_ago = (stamp(datetime.now(UTC) - timedelta(hours=1)),)
    with closing(sqlite3.connect(museum.workspace / "store.db", isolation_level=None)) as store:
        store.execute("DROP TRIGGER checkpoint_no_update")
        store.execute("UPDATE checkpoint SET recorded = ?", hour_ago)
    events = {one["event"]: one for one in museum.does("watch", "--once", "--json").lines}
    assert events["signed"]["size"] == size_of(museum)
    assert "signed" not in museum.does("watch", "--once", "--json").out


def test_anchors_are_looked_after(museum: Hand) -> None:
    assert museum.workspace is not None
    with (museum.workspace / "handrail.yaml").open("a", encoding="utf-8") as file:
        file.write('anchors:\n  away: {to: "file:away.checkpoints"}\n')
    with Watcher(museum, "--json") as watcher:
        told = watcher.until("anchored", anchor="file:away.checkpoints")
    assert str(told["size"]) in (museum.workspace / "away.checkpoints").read_text("utf-8")
    assert not list(EVENT.iter_errors(told))
