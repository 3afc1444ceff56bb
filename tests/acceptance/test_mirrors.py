"""Mirrors: every record at least once and in order, through kills, full disks and silence."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from cli_play import COMMAND
from watch_play import (
    Collector,
    Watcher,
    engine_of,
    in_order,
    mirrored,
    pulse,
    size_of,
)

from handrail.engine.ledger.record import canonical
from handrail.engine.mirrors.feed import BATCH

if TYPE_CHECKING:
    from pathlib import Path

    from cli_play import Hand

RFC5424 = re.compile(r"<(\d+)>1 (\S+Z) \S+ handrail - ([a-z-]+) - (\{.*\})", re.DOTALL)
PERSONAL = "films the dock"


def busy(hand: Hand, records: int) -> None:
    """Make the log longer."""
    with engine_of(hand) as engine:
        engine.quiet = True
        for number in range(records):
            engine.note("INC-2026-0001", f"{PERSONAL}, {number}")


def seqs(path: Path) -> list[int]:
    return [json.loads(line)["seq"] for line in path.read_text("utf-8").splitlines()]


def room(hand: Hand) -> Path:
    assert hand.workspace is not None
    return hand.workspace


# -- at least once, and in order ----------------------------------------------------------


def test_killed_while_it_feeds_a_file_it_goes_on_where_it_was(contact: Hand) -> None:
    busy(contact, 3 * BATCH)
    mirrored(contact, copy="file:copy.jsonl")
    copy, size, killed = room(contact) / "copy.jsonl", size_of(contact), 0
    for part in range(1, 4):
        with Watcher(contact, "--json") as watcher:
            while not copy.exists() or len(copy.read_bytes().splitlines()) < part * size // 5:
                assert watcher.process.poll() is None
            watcher.process.kill()
        killed += len(copy.read_bytes().splitlines()) < size
    assert killed == 3
    contact.does("watch", "--once")
    found = seqs(copy)
    assert in_order(found, size)
    assert len(found) - size <= 3 * BATCH


def test_killed_while_it_feeds_a_collector_it_goes_on_where_it_was(contact: Hand) -> None:
    busy(contact, 2 * BATCH)
    watchers: list[Watcher] = []

    def kill() -> None:
        watchers[0].process.kill()

    with Collector(after=3 * BATCH // 2, gone=kill) as siem:
        mirrored(contact, siem=f"syslog+tcp://127.0.0.1:{siem.port} ecs")
        with Watcher(contact, "--json") as watcher:
            watchers.append(watcher)
            watcher.process.wait(30)
        contact.does("watch", "--once")
        texts = [json.loads(message[message.index("{") :]) for message in siem.messages]
        found = [text["event"]["sequence"] for text in texts]
    assert in_order(found, size_of(contact))
    assert 0 < len(found) - size_of(contact) <= BATCH


def test_a_line_that_was_cut_short_keeps_apart_from_the_next(contact: Hand) -> None:
    mirrored(contact, copy="file:copy.jsonl")
    copy = room(contact) / "copy.jsonl"
    copy.write_bytes(b'{"seq": 0, "leaf')
    contact.does("watch", "--once")
    broken, *lines = copy.read_text("utf-8").splitlines()
    assert broken == '{"seq": 0, "leaf'
    assert [json.loads(line)["seq"] for line in lines] == list(range(size_of(contact)))


def test_nothing_is_sent_twice_and_a_rotated_file_is_begun_anew(contact: Hand) -> None:
    mirrored(contact, copy="file:copy.jsonl")
    copy, size = room(contact) / "copy.jsonl", size_of(contact)
    contact.does("watch", "--once")
    copy.rename(copy.with_suffix(".1"))
    contact.does("note", "1", "seen", "--as", "anna")
    contact.does("watch", "--once")
    assert seqs(copy) == list(range(size, size_of(contact)))


@pytest.mark.parametrize("junk", ["", '{"log": 1, "sent": "x", "leaf": 0}'])
def test_where_its_place_is_lost_all_is_sent_again(contact: Hand, junk: str) -> None:
    mirrored(contact, copy="file:copy.jsonl")
    contact.does("watch", "--once")
    (room(contact) / "mirrors" / "copy.json").write_text(junk)
    contact.does("watch", "--once")
    assert seqs(room(contact) / "copy.jsonl") == [*range(size_of(contact))] * 2


# -- trouble ------------------------------------------------------------------------------


def test_what_a_sink_did_not_take_waits_and_doctor_says_so(contact: Hand) -> None:
    mirrored(contact, copy="file:mount/copy.jsonl")
    with Watcher(contact, "--json", "--every", "1s") as watcher:
        problem = watcher.until("problem", job="mirror copy")
        assert "No such file" in problem["text"]
        contact.does("note", "1", "seen", "--as", "anna")
        size = size_of(contact)
        assert f"behind by {size}" in " ".join(contact("doctor").out.split())
        (room(contact) / "mount").mkdir()
        watcher.until("mirrored", to=size - 1)
        watcher.until("recovered", job="mirror copy")
    assert seqs(room(contact) / "mount" / "copy.jsonl") == list(range(size))
    assert f"all {size} records sent" in " ".join(contact("doctor").out.split())


def test_a_full_disk_loses_nothing(contact: Hand, tmp_path: Path) -> None:
    busy(contact, 2 * BATCH)
    small = tmp_path / "small"
    small.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", small], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        mirrored(contact, copy=f"file:{small}/copy.jsonl")
        said = contact("watch", "--once")
        assert said.code == 1
        assert "No space left" in said.err
        subprocess.run(["mount", "-o", "remount,size=10m", small], check=True)
        contact.does("watch", "--once")
        whole = []
        for line in (small / "copy.jsonl").read_bytes().splitlines():
            try:
                whole.append(json.loads(line)["seq"])
            except ValueError:  # cut short by the full disk
                continue
        assert in_order(whole, size_of(contact))
    finally:
        subprocess.run(["umount", small], check=True)


def test_while_a_sink_hangs_steps_and_deadlines_go_on(contact: Hand) -> None:
    """The reader of stdout is stuck, so the pipe is full and the mirror hangs for good."""
    busy(contact, 3 * BATCH)
    mirrored(contact, out="stdout ecs")
    pulse(contact)
    with Watcher(contact, "--json", "--every", "1s", lines=False) as watcher:
        watcher.until("watching")
        time.sleep(1)
        place = room(contact) / "mirrors" / "out.json"
        sent = place.read_bytes() if place.exists() else b""
        with engine_of(contact) as engine:
            engine.quiet = True
            took = []
            for number in range(20):
                begun = time.monotonic()
                engine.note("INC-2026-0001", str(number))
                took.append(time.monotonic() - begun)
        assert sorted(took)[10] < 0.1, took
        contact.does("open", "pulse", "--drill", "--as", "anna", "-q")
        watcher.until("deadline", incident="INC-2026-0002")
        assert (place.read_bytes() if place.exists() else b"") == sent
        assert watcher.end() == 0


def test_a_collector_that_does_not_read_is_no_sink(contact: Hand) -> None:
    with Collector(reads=False) as siem:
        mirrored(contact, siem=f"syslog+tcp://127.0.0.1:{siem.port}")
        said = contact("watch", "--once")
    assert said.code == 1
    assert "did not close" in said.err
    assert not (room(contact) / "mirrors" / "siem.json").exists()


def test_settings_that_are_wrong_are_told_before_anything_begins(contact: Hand) -> None:
    mirrored(contact, copy="somewhere")
    said = contact("watch")
    assert said.code == 3
    assert "handrail.yaml" in said.err
    assert "somewhere" in said.err


# -- what is sent -------------------------------------------------------------------------


def test_json_is_the_record_and_can_be_verified(contact: Hand) -> None:
    mirrored(contact, copy="file:copy.jsonl")
    contact.does("watch", "--once")
    text = (room(contact) / "copy.jsonl").read_text("utf-8")
    for line in text.splitlines():
        record = json.loads(line)
        del record["seq"]
        leaf = record.pop("leaf")
        assert hashlib.sha256(b"\0" + canonical(record)).hexdigest() == leaf
    assert '"sd": ' in text
    assert PERSONAL not in text


@pytest.mark.parametrize("form", ["ecs", "ocsf"])
def test_other_forms_are_those_of_the_export(contact: Hand, form: str) -> None:
    mirrored(contact, copy=f"file:copy.jsonl {form}")
    contact.does("watch", "--once")
    contact.does("audit", "export", "--format", form, "--out", "e.jsonl", "--as", "helena")
    lines = (room(contact) / "copy.jsonl").read_text("utf-8")
    exported = (contact.home / "e.jsonl").read_text("utf-8")
    assert exported.startswith(lines)
    assert PERSONAL not in lines
    assert "[sealed]" in lines


def test_stdout_is_the_mirrors_and_nothing_else(contact: Hand) -> None:
    mirrored(contact, out="stdout")
    said = contact.does("watch", "--once")
    assert [one["seq"] for one in said.lines] == list(range(size_of(contact)))
    assert "mirror out" in said.err
    with Watcher(contact, "--json", lines=False) as watcher:
        watcher.until("watching")
        assert watcher.process.stdout is not None
        watcher.process.stdout.close()
        contact.does("note", "1", "seen", "--as", "anna")
        assert watcher.process.wait(30) == 141


def test_syslog_of_other_computers_has_the_header_of_rfc_5424(contact: Hand) -> None:
    contact("step", "1", "conclude", "explanation=refused", "--as", "anna")
    with Collector() as siem, socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        udp.bind(("127.0.0.1", 0))
        port = udp.getsockname()[1]
        mirrored(
            contact,
            siem=f"syslog+tcp://127.0.0.1:{siem.port} ocsf",
            fast=f"syslog+udp://127.0.0.1:{port}",
        )
        contact.does("watch", "--once")
        udp.settimeout(5)
        size = size_of(contact)
        datagrams = [udp.recv(65536).decode() for _ in range(size)]
    for messages in (siem.messages, datagrams):
        parts = [RFC5424.fullmatch(message) for message in messages]
        assert len(parts) == size
        heads = [part.groups()[:3] for part in parts if part is not None]
        assert len(heads) == size
        assert {kind: number for number, _, kind in heads}["step-refused"] == str(13 * 8 + 4)
        assert {number for number, _, kind in heads if kind == "step-taken"} == {str(13 * 8 + 6)}
    texts: list[Any] = [json.loads(message[message.index("{") :]) for message in datagrams]
    assert [one["seq"] for one in texts] == list(range(size))


def test_syslog_of_this_computer_has_the_header_of_its_library(
    contact: Hand, tmp_path: Path
) -> None:
    place = os.path.relpath(tmp_path / "log", "/")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(f"/{place}")
        mirrored(contact, here=f"syslog:/{place}")
        with Watcher(contact, "--once"):
            daemon.settimeout(10)
            messages = [daemon.recv(65536).decode() for _ in range(size_of(contact))]
    for at, message in enumerate(messages):
        match = re.fullmatch(r"<11[08]>[A-Z][a-z]{2} [ \d]\d [\d:]{8} handrail: (\{.*\})", message)
        assert match is not None, message
        assert json.loads(match[1])["seq"] == at


def test_a_step_imports_none_of_it(contact: Hand) -> None:
    mirrored(contact, copy="file:copy.jsonl")
    script = "import sys; from handrail.cli.main import run; run(sys.argv[1:]); print(*sys.modules)"
    python = COMMAND.with_name("python")
    done = subprocess.run(
        [python, "-c", script, "note", "1", "seen", "--as", "anna", "-q"],
        env=contact.env, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    modules = done.stdout.split()
    assert "handrail.engine.casebook" in modules
    assert not [name for name in modules if "mirror" in name or name == "structlog"]
