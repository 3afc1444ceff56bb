"""Syslog anchors: what arrives at a socket, and what is said where there is none."""

from __future__ import annotations

import socket
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from handrail.engine.anchors.notes import notes_in
from handrail.engine.anchors.syslog import SyslogAnchor
from handrail.engine.errors import HandrailError
from handrail.engine.ledger.checkpoint import Checkpoint, LogKey

if TYPE_CHECKING:
    from pathlib import Path

NOTE = LogKey.generate("a.example/log").sign(
    Checkpoint(origin="a.example/log", size=7, root=bytes(32))
)
DAY = timedelta(days=1)


def arrived(place: str, listener: socket.socket) -> str:
    listener.settimeout(5)
    SyslogAnchor(place, every=DAY).publish(NOTE, begun=False)
    return listener.recv(4096).decode()


def test_this_computers_log_gets_one_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        line = arrived(f"syslog:{path}", listener)
    assert list(notes_in(line)) == [NOTE]
    assert "\n" not in line
    assert not SyslogAnchor(f"syslog:{path}", every=DAY).is_away()


def test_another_computers_log_gets_a_datagram_of_rfc_5424() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        line = arrived(f"syslog+udp://127.0.0.1:{listener.getsockname()[1]}", listener)
    assert line.split(" ")[0].endswith(">1")
    assert list(notes_in(line)) == [NOTE]


def test_over_tcp_the_length_stands_before_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        got: list[bytes] = []

        def take() -> None:
            with listener.accept()[0] as wire:
                while data := wire.recv(4096):
                    got.append(data)

        thread = Thread(target=take)
        thread.start()
        place = f"syslog+tcp://127.0.0.1:{listener.getsockname()[1]}"
        SyslogAnchor(place, every=DAY).publish(NOTE, begun=False)
        thread.join()
    length, _, message = b"".join(got).partition(b" ")
    assert int(length) == len(message)
    assert list(notes_in(message.decode())) == [NOTE]


def test_where_nobody_listens_it_says_so(tmp_path: Path) -> None:
    anchor = SyslogAnchor(f"syslog:{tmp_path}/none", every=DAY)
    assert anchor.lacks() is not None
    with pytest.raises(HandrailError, match="cannot be reached"):
        anchor.publish(NOTE, begun=False)


def test_it_cannot_be_read_and_says_what_to_do() -> None:
    found = SyslogAnchor("syslog+udp://log.example.org", every=DAY)
    assert found.is_away()
    assert found.lacks() is None
    assert "--against" in str(found.evidence().problem)
