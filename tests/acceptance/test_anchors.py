"""Anchors by the real command: what each can show that the store and its key can hide."""

from __future__ import annotations

import shutil
import socket
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cli_play import Hand, copied
from tamper_play import Log
from tsa_play import IS_HERE, certify, serving

from handrail.engine.anchors.notes import notes_in
from handrail.engine.ledger.checkpoint import VerifierKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or not IS_HERE, reason="there is no git, or no openssl"
)

FILE = "{to: 'file:../out/log.checkpoints', every: 1h}"
GIT = "{to: 'git:../remote.git', branch: log}"
KINDS = ("file", "git", "rfc3161")


class Room(NamedTuple):
    """A museum with three anchors around it, all below one folder."""

    hand: Hand
    url: str  # the time-stamping authority's

    @property
    def home(self) -> Path:
        return self.hand.home

    @property
    def log(self) -> Log:
        store, keys = self.home / "museum/store.db", self.home / "museum/keys"
        key = VerifierKey.parse((keys / "log.vkey").read_text("utf-8"))
        return Log(store, self.home / "backup.db", key, keys / "log.pem", "")

    def has(self, *anchors: str) -> None:
        """Have these anchors in handrail.yaml, by kind or as written, and no others."""
        stamps = f"{{to: 'rfc3161:{self.url}', ca: ../ca.pem, keep: ../stamps}}"
        known = dict(zip(KINDS, (FILE, GIT, stamps), strict=True))
        lines = [f"  a{at}: {known.get(one, one)}\n" for at, one in enumerate(anchors)]
        mark = self.home / "museum/handrail.yaml"
        text = mark.read_text("utf-8").partition("\nanchors:")[0].rstrip("\n") + "\n"
        mark.write_text(text + "".join(["anchors:\n", *lines] if lines else []), "utf-8")

    def works(self, title: str) -> None:
        self.hand.does("open", "suspicious-person", "--title", title, "--as", "anna", "-q")
        self.hand.does("note", "1", "he films", "--as", "anna", "-q")

    def verify(self, *words: str | Path) -> dict[str, Any]:
        said: dict[str, Any] = self.hand("audit", "verify", *words, "--json").json
        return said

    def forget(self) -> None:
        """Remove the checkpoints in the state folder, as who owns the computer can."""
        for file in (self.home / "state/handrail/anchors").glob("*.checkpoints"):
            file.unlink()


def codes(row: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in row["findings"]}


@pytest.fixture(scope="module")
def made(museum_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Anchored at all three, worked on, and anchored again; a backup from in between."""
    home = tmp_path_factory.mktemp("anchored")
    certify(home / "tsa")
    subprocess.run(["git", "init", "--bare", "-q", str(home / "remote.git")], check=True)
    (home / "out").mkdir()
    shutil.copy(home / "tsa/ca.pem", home / "ca.pem")
    with serving(home / "tsa") as authority:
        room = Room(copied(museum_made, home), authority.url)
        room.has(*KINDS)
        room.works("a man at the dock")
        room.hand.does("audit", "anchor")
        shutil.copy(home / "museum/store.db", home / "backup.db")
        room.works("a grey van")
        room.hand.does("audit", "anchor")
        yield room


@pytest.fixture
def room(made: Room, tmp_path: Path) -> Room:
    """A fresh copy of it, the anchors as well."""
    return made._replace(hand=copied(made.home, tmp_path))


def test_all_that_can_be_read_are_compared(room: Room) -> None:
    row = room.verify("--depth", "legal")
    assert (row["verdict"], row["findings"]) == ("OK", [])
    told = {one["anchor"].partition(":")[0]: one for one in row["anchors"]}
    assert list(told) == ["local", *KINDS]
    assert {one["records"] for one in told.values()} == {row["anchored"]}
    assert [told[kind]["checkpoints"] for kind in KINDS] == [2, 2, 2]
    assert {one["problem"] for one in told.values()} == {None}
    said = room.hand.does("audit", "verify")
    assert "git:../remote.git#log" in said.out
    assert said.out.startswith("OK")


def roll_back(room: Room) -> None:
    shutil.copy(room.log.backup, room.log.path)


def cut(room: Room) -> None:
    """The end is gone, with the checkpoints that counted it."""
    room.log.rewrite(room.log.records()[:-6])


def rewrite(room: Room) -> None:
    """All is made anew and signed with the log's key; one is told otherwise."""
    records = room.log.records()
    found = next(one for one in records if one["type"] == "noted")
    found["occurred"] = found["occurred"].replace("T", "T", 1)[:-7] + "000000Z"
    found["actor"]["id"] = "bram"
    room.log.rewrite(records)


@pytest.mark.parametrize(
    ("attack", "code"),
    [(roll_back, "anchor-beyond"), (cut, "anchor-beyond"), (rewrite, "anchor-differs")],
)
def test_what_the_key_and_the_store_hide_each_anchor_shows(
    room: Room, attack: Callable[[Room], None], code: str
) -> None:
    attack(room)
    room.forget()
    room.has()
    bare = room.verify("--depth", "intact")
    assert (bare["verdict"], bare["findings"]) == ("UNANCHORED", [])
    for kind in KINDS:
        room.has(kind)
        row = room.verify("--depth", "intact")
        assert (row["verdict"], codes(row)) == ("FAIL", {code})
        assert kind in row["findings"][0]["text"]


def test_a_git_anchor_whose_history_was_rewritten(room: Room) -> None:
    """Whoever can push by force makes the remote fit a log that was rolled back."""
    roll_back(room)
    room.forget()
    room.has("git")
    remote = room.home / "remote.git"
    subprocess.run(["git", "-C", str(remote), "update-ref", "refs/heads/log", "log~1"], check=True)
    assert codes(room.verify("--depth", "intact")) == {"anchor-rewritten", "anchor-beyond"}
    said = room.hand("audit", "anchor")
    assert said.code == 1
    assert "was rewritten" in said.out


def test_stamps_that_were_thrown_away_or_forged(room: Room) -> None:
    room.has("rfc3161")
    first, second = sorted((room.home / "stamps").glob("*.tsr"))
    shutil.copy(first, second)
    assert codes(room.verify()) == {"timestamp-wrong"}
    second.unlink()
    assert codes(room.verify()) == {"anchor-rewritten"}


def test_one_that_cannot_be_reached_stops_no_other(room: Room) -> None:
    room.works("a third")
    (room.home / "remote.git").rename(room.home / "away")
    for _ in range(2):
        said = room.hand("audit", "anchor", "--json")
        assert said.code == 1
        wrong = [one["anchor"] for one in said.json["anchors"] if one["problem"]]
        assert wrong == ["git:../remote.git#log"]
    log = room.hand.does("audit", "log", "--type", "anchoring-failed", "--json").lines
    assert len(log) == 1
    shown = room.hand.does("audit", "log", "--type", "anchoring-failed").out
    assert "could not anchor a checkpoint git:../remote.git#log" in shown
    row = room.verify()
    assert row["verdict"] == "OK"
    assert [one["anchor"] for one in row["anchors"] if one["problem"]] == wrong
    checks = room.hand("doctor", "--json", "--as", "anna").json["checks"]
    (told,) = [one for one in checks if "since" in one["text"] and one["code"] == "anchor"]
    assert told["status"] == "warning"
    assert told["text"].startswith("git:../remote.git#log")
    (room.home / "away").rename(room.home / "remote.git")
    room.hand.does("audit", "anchor")


def test_watch_puts_it_where_it_is_due(room: Room) -> None:
    def watched() -> list[tuple[str, str]]:
        lines = room.hand("watch", "--once", "--json").lines
        return [(one["event"], one.get("anchor", "")) for one in lines]

    room.has(FILE.replace("1h", "0s"), "git", GIT.replace("remote", "none"))
    assert ("anchored", "file:../out/log.checkpoints") not in watched()  # nothing waits
    room.works("a third")
    told = watched()
    assert ("anchored", "file:../out/log.checkpoints") in told
    assert ("anchored", "git:../remote.git#log") not in told  # its last is not a day old
    assert room.verify()["anchored"] > room.log.sql("SELECT size FROM head")[0][0] - 5


def test_a_line_of_a_system_log_is_held_against_the_log(room: Room, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "log"))
        listener.settimeout(10)
        room.has("{to: 'syslog:/nowhere'}", f"{{to: 'syslog:{tmp_path}/log'}}")
        said = room.hand("audit", "anchor")
        line = listener.recv(4096).decode()
    assert said.code == 1
    assert len(list(notes_in(line))) == 1
    row = room.verify()
    problems = [one["problem"] or "" for one in row["anchors"]]
    assert ["--against" in problem for problem in problems[:3]] == [False, True, True]
    assert ["does not name it" in problem for problem in problems[3:]] == [True, True, True]
    row = room.verify("--against", line)
    assert (row["verdict"], len(row["anchors"])) == ("OK", 1)
    (tmp_path / "syslog").write_text(f"Nov 22 cron: x\n{line}\nNov 22 cron: y\n", "utf-8")
    assert room.verify("--against", tmp_path / "syslog")["verdict"] == "OK"
    roll_back(room)
    assert codes(room.verify("--against", line, "--depth", "intact")) == {"anchor-beyond"}


def test_doctor_asks_for_one_elsewhere_and_says_what_is_late(room: Room) -> None:
    def said(code: str) -> list[tuple[str, str]]:
        checks = room.hand("doctor", "--json", "--as", "anna").json["checks"]
        return [(one["status"], one["text"]) for one in checks if one["code"] == code]

    assert [status for status, _ in said("anchor")] == ["ok", "ok", "ok"]
    assert [status for status, _ in said("anchor-away")] == ["warning"]
    room.has("file", "{to: 'git:git@example.org:log.git'}", "{to: 'syslog+tcp://log.example.org'}")
    assert said("anchor-away") == []
    assert [status for status, _ in said("anchor")] == ["ok", "warning", "warning"]
    room.has(FILE.replace("1h", "0s"))
    room.works("a fourth")
    assert "records wait since" in said("anchor")[0][1]
    shutil.rmtree(room.home / "out")
    assert said("anchor")[0][0] == "error"


@pytest.mark.parametrize(
    ("anchor", "told"),
    [
        ("{to: /mnt/x}", "file:PATH"),
        ("{to: 'rfc3161:https://tsa.example.org'}", "add “ca:”"),
        ("{to: 'git:../x.git', brnch: log}", "unknown key “brnch”"),
        ("{to: syslog, every: weekly}", "such as 90s, 1h30m or 3d"),
    ],
)
def test_settings_that_are_wrong_are_shown_where_they_stand(
    room: Room, anchor: str, told: str
) -> None:
    room.has("file", anchor)
    said = room.hand("audit", "anchor")
    assert said.code == 3
    assert "handrail.yaml:" in said.err
    assert told in " ".join(said.err.split())
