"""Pipes, terminals, colours, signals: data on stdout, messages on stderr, no surprises."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from cli_play import COMMAND

if TYPE_CHECKING:
    from cli_play import Hand

ESCAPE = "\x1b["


def at_a_terminal(hand: Hand, words: list[str], typed: str, **env: str) -> tuple[int, str]:
    """Run a command whose three streams are a terminal; type when it has become quiet."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=hand.env | {"TERM": "xterm-256color"} | env,
        cwd=hand.home,
    )
    os.close(slave)
    shown = _talk(master, process, typed)
    os.close(master)
    return process.wait(30), shown


def _talk(master: int, process: subprocess.Popen[bytes], typed: str) -> str:
    shown = b""
    lines = typed.splitlines(keepends=True)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 0.5)
        if ready:
            try:
                chunk = os.read(master, 65536)
            except OSError:  # the other side is closed
                break
            shown += chunk
        elif lines and shown.rstrip(b" ").endswith(b">"):
            os.write(master, lines.pop(0).encode())
        elif process.poll() is not None:
            break
    return shown.decode()


def test_through_a_pipe_there_is_no_colour_and_no_wrapping(contact: Hand) -> None:
    said = contact.does("next", "--as", "anna")
    assert ESCAPE not in said.out
    assert any(len(line) > 80 for line in said.out.splitlines())


def test_force_color_and_no_color(contact: Hand) -> None:
    assert ESCAPE in contact("next", FORCE_COLOR="1").out
    assert ESCAPE not in contact("next", FORCE_COLOR="1", NO_COLOR="1").out


def test_at_a_terminal_there_are_colours_and_lines_that_fit(contact: Hand) -> None:
    code, shown = at_a_terminal(contact, ["next", "--as", "anna"], "", COLUMNS="60")
    assert code == 0
    assert ESCAPE in shown
    _, plain = at_a_terminal(contact, ["next", "--as", "anna"], "", COLUMNS="60", NO_COLOR="1")
    assert ESCAPE not in plain
    text = [line for line in plain.splitlines() if "handrail" not in line]
    assert max(map(len, text)) <= 60


def test_at_a_terminal_a_step_asks_what_it_wants_to_know(contact: Hand) -> None:
    contact.does("task", "1", "tell-control-room", "--as", "anna")
    code, shown = at_a_terminal(contact, ["step", "1", "conclude", "--as", "anna"], "3\n")
    assert code == 0, shown
    assert "How good is the explanation?" in shown
    assert (
        contact.does("show", "1", "--json").json["facts"]["suspicious-person-1"]
        | {"explanation": "refused"}
        == contact.does("show", "1", "--json").json["facts"]["suspicious-person-1"]
    )


def test_at_a_terminal_a_wrong_answer_is_asked_again(contact: Hand) -> None:
    contact.does("task", "1", "tell-control-room", "--as", "anna")
    words = ["step", "1", "conclude", "--as", "anna"]
    code, shown = at_a_terminal(contact, words, "perhaps\nrefused\n", NO_COLOR="1")
    assert code == 0, shown
    assert "there is no “perhaps”" in shown or "not “perhaps”" in shown


def test_no_input_never_asks(contact: Hand) -> None:
    words = ["step", "1", "interview", "--no-input", "--as", "anna"]
    code, shown = at_a_terminal(contact, words, "")
    assert code == 5
    assert " > " not in shown


def test_a_closed_pipe_is_quiet(contact: Hand) -> None:
    script = 'set -o pipefail; "$0" protocol show suspicious-person | true'
    for _ in range(3):
        done = subprocess.run(
            ["bash", "-c", script, COMMAND],
            env=contact.env,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert done.returncode in {0, 141}
        assert done.stderr == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110 - a device
def test_a_full_disk_for_the_output_is_one_line(contact: Hand) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [COMMAND, "next"],
            env=contact.env,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.decode().startswith("handrail: ")
    assert len(done.stderr.splitlines()) == 1


def test_an_ascii_terminal_stops_nobody(contact: Hand) -> None:
    said = contact("next", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert said.code == 0
    assert "Make contact" in said.out


def test_ctrl_c_is_130_and_leaves_no_trace(contact: Hand) -> None:
    process = subprocess.Popen(
        [COMMAND, "walk", "1", "--as", "anna"],
        env=contact.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    time.sleep(0.2)  # until it waits for an answer
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_walk_takes_an_incident_on_and_can_be_left(contact: Hand) -> None:
    said = contact("walk", "1", "--as", "anna", stdin="1\n3\nrefused\nq\n")
    assert said.code == 0, said
    assert "go on later with: handrail walk" in said.err
    tasks = contact.does("audit", "log", "--type", "task-done", "--json").lines
    assert [row["task"] for row in tasks] == ["tell-control-room"]


def test_walk_says_a_refusal_and_goes_on(contact: Hand) -> None:
    said = contact("walk", "1", "--as", "helena", stdin="1\n99\nn\nseen from the office\n")
    assert said.code == 0, said
    assert "there is no choice “99”" in said.out
    assert "seen from the office" in contact.does("audit", "show", "1").out


def test_walk_takes_no_number_for_a_reason_to_skip(contact: Hand) -> None:
    contact.does("open", "bomb-threat-telephone", "--as", "anna", "-q")
    said = contact("walk", "2", "--as", "anna", stdin="1\n2\nnobody is near\n1\n\nq\n")
    assert said.code == 0, said
    rows = contact.does("audit", "log", "--case", "2", "--by", "anna", "--json").lines
    ticked = [(row["task"], row["type"]) for row in rows if row["type"].startswith("task-")]
    assert ticked == [("wave", "task-skipped"), ("note-time", "task-done")]


def test_each_place_of_a_task_is_called_by_its_name(contact: Hand) -> None:
    contact.does("open", "bomb-threat-telephone", "--as", "anna", "-q")
    contact.does("step", "2", "evacuate", "--as", "carla", "-q")
    said = contact("next", "2", "--as", "anna").out
    assert "[ ] This zone is empty.  Galleries  zone-empty galleries" in said
    dutch = contact("show", "2", "--as", "anna", "--lang", "nl").out
    assert "Tentoonstellingszalen  zone-empty galleries" in dutch
    refused = contact("task", "2", "zone-empty", "--as", "anna")
    assert refused.code == 5
    assert "say which with --item: entrance-hall, galleries" in refused.err
