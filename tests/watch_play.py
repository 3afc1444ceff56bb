"""A standing ``handrail watch``, as a service runs it, and what it is to look after."""

from __future__ import annotations

import json
import queue
import signal
import socket
import subprocess
import threading
from contextlib import ExitStack, suppress
from typing import IO, TYPE_CHECKING, Any, Self

from cli_play import COMMAND

from handrail.engine.engine import Engine
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from cli_play import Hand

PULSE = """\
handrail: 1
kind: protocol
id: pulse
revision: 1
title: Pulse
purpose: Be on time.
owner: head-of-security
addresses: {assets: [visitors], adversaries: [organised-thieves], methods: [hostile-reconnaissance]}
impact: {level: low, text: None.}
start: here
states:
  here:
    by: [guard]
    within: 1s
    overdue: {step: go, notify: {to: [duty-manager], text: Too late.}}
    steps: {go: {to: there}}
  there: {by: [guard], steps: {go: {to: over}}}
  over: {final: over}
"""


class Watcher:
    """The command in a process of its own; its lines are read as they come."""

    def __init__(self, hand: Hand, *words: str, lines: bool = True) -> None:
        self.process = subprocess.Popen(
            [COMMAND, "watch", *words],
            env=hand.env,
            cwd=hand.home,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._readers: list[threading.Thread] = []
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._read(self.process.stderr)
        if lines:
            self._read(self.process.stdout)

    def _read(self, stream: IO[str]) -> None:
        def read() -> None:
            for line in stream:
                self.said.put(line)

        self._readers.append(threading.Thread(target=read, daemon=True))
        self._readers[-1].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def until(self, event: str, **members: Any) -> dict[str, Any]:
        """The next such event; what comes before it is passed over."""
        while True:
            told: dict[str, Any] = json.loads(self.said.get(timeout=30))
            if told["event"] == event and members.items() <= told.items():
                return told

    def rest(self) -> list[str]:
        """The lines that nobody has read yet."""
        return [self.said.get() for _ in range(self.said.qsize())]

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


class Collector:
    """A syslog daemon on TCP: octet counting, one connection after the other."""

    def __init__(self, *, after: int = 0, gone: Any = None, reads: bool = True) -> None:
        """:param gone: called once when ``after`` messages have come."""
        self.messages: list[str] = []
        self._after, self._gone, self._reads = after, gone, reads
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with ExitStack() as held:  # what is not read is open until the end
            while True:
                try:
                    connection, _ = self._server.accept()
                except OSError:
                    return
                held.enter_context(connection)
                if self._reads:
                    with connection, connection.makefile("rb") as stream:
                        self._take(stream)

    def _take(self, stream: IO[bytes]) -> None:
        while length := b"".join(iter(lambda: stream.read(1).strip(), b"")):
            self.messages.append(stream.read(int(length)).decode())
            if len(self.messages) == self._after:
                self._gone()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # it is closed already
            self._server.shutdown(socket.SHUT_RDWR)  # to close it would not wake who accepts
        self._server.close()
        self._thread.join(10)


def mirrored(hand: Hand, **mirrors: str) -> None:
    """Put mirrors into the workspace's settings: name -> ``TO`` or ``TO FORM``."""
    assert hand.workspace is not None
    lines = []
    for name, how in mirrors.items():
        to, _, form = how.partition(" ")
        lines.append(f'  {name}: {{to: "{to}", form: {form or "json"}}}\n')
    with (hand.workspace / "handrail.yaml").open("a", encoding="utf-8") as file:
        file.write("mirrors:\n" + "".join(lines))


def engine_of(hand: Hand, person: str = "anna") -> Engine:
    """The workspace's engine in this process."""
    assert hand.workspace is not None
    return Engine.at(Workspace(hand.workspace), person=person)


def size_of(hand: Hand) -> int:
    with engine_of(hand) as engine, engine.reading() as reader:
        return reader.head().size


def in_order(found: list[int], size: int) -> bool:
    """Whether every record is there, at least once, and for the first time in its order."""
    return list(dict.fromkeys(found)) == list(range(size))


def pulse(hand: Hand) -> None:
    """Make a protocol known whose deadline is one second."""
    (hand.home / "pulse.yaml").write_text(PULSE, "utf-8")
    hand.does("register", "pulse.yaml", "--as", "greta")
