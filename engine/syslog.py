"""Syslog: this computer's, or another's by TCP (RFC 6587) or UDP (RFC 5426)."""

from __future__ import annotations

import errno
import os
import re
import socket
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Local", "Syslog", "SyslogError", "Tcp", "Udp", "syslog_of"]

PATIENCE: Final = 5.0  # seconds that the other end may take for anything
LOCAL: Final = "/dev/log"
_PORTS: Final = {"tcp": 601, "udp": 514}  # RFC 3195 section 9.2; RFC 5426 section 3.3
_LOG_AUDIT: Final = 13  # facility, RFC 5424 section 6.2.1
_SEVERITIES: Final = {"info": 6, "warning": 4}
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"  # in no language
_AWAY: Final = re.compile(r"syslog\+(tcp|udp)://(?:\[(.+)\]|([^:]+))(?::(\d+))?")


class SyslogError(HandrailError):
    """It did not take a message, or may not have."""


def syslog_of(to: str) -> Syslog:
    """The one that is named: ``syslog``, ``syslog:SOCKET``, ``syslog+tcp://HOST:PORT``, …udp."""
    match = _AWAY.fullmatch(to)
    if match is None:
        return Local(to.partition(":")[2] or LOCAL)
    kind, bracketed, host, port = match.groups()
    return (Tcp if kind == "tcp" else Udp)(bracketed or host, int(port or _PORTS[kind]))


class Syslog:
    """One connection, for one batch of records."""

    _socket: socket.socket

    def _connect(self) -> socket.socket:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._socket = self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def frame(self, level: str, record: dict[str, Any], text: bytes) -> bytes:
        """Put the header of RFC 5424 before the text; its time is when it was recorded."""
        host = re.sub(r"[^!-~]", "", socket.gethostname()) or "-"
        return (
            f"{_priority(level)}1 {record['recorded']} {host} handrail - {record['type']} - "
        ).encode() + text

    def info(self, framed: bytes) -> None:
        """Send one record."""
        self._socket.sendall(framed)

    warning = info

    def settle(self) -> None:
        """Raise what the other end has said by now, such as that nobody listens."""
        fault = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if fault:
            raise OSError(fault, os.strerror(fault))


class _Datagrams(Syslog):
    """A datagram a record."""

    def info(self, framed: bytes) -> None:
        """Send one record.

        :raises SyslogError: it is larger than a datagram can be.
        """
        try:
            super().info(framed)
        except OSError as error:
            if error.errno != errno.EMSGSIZE:
                raise
            raise SyslogError(
                "a record of {size} bytes does not go into a datagram; use syslog+tcp or a file",
                size=len(framed),
            ) from error

    warning = info


class Local(_Datagrams):
    """This computer's, in the form of the C library's ``syslog``."""

    def __init__(self, path: str) -> None:
        self.path = path

    def _connect(self) -> socket.socket:
        return _connected(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), self.path)

    def frame(self, level: str, record: dict[str, Any], text: bytes) -> bytes:
        """Put the header of RFC 3164 without a host before the text, as daemons expect here."""
        at = datetime.fromisoformat(record["recorded"]).astimezone()
        when = f"{_MONTHS[3 * at.month - 3 : 3 * at.month]} {at.day:2} {at:%H:%M:%S}"
        return f"{_priority(level)}{when} handrail: ".encode() + text


class Udp(_Datagrams):
    """Another computer's, without a word back: what gets lost on the way is lost."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    def _connect(self) -> socket.socket:
        family, kind, _, _, address = socket.getaddrinfo(
            self.host, self.port, type=socket.SOCK_DGRAM
        )[0]
        return _connected(socket.socket(family, kind), address)


class Tcp(Syslog):
    """Another computer's, each record with its length before it (RFC 6587 section 3.4.1)."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    def _connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=PATIENCE)

    def frame(self, level: str, record: dict[str, Any], text: bytes) -> bytes:
        """Put the length before the message of RFC 5424."""
        message = super().frame(level, record, text)
        return b"%d %b" % (len(message), message)

    def settle(self) -> None:
        """Say that this was all, and wait until the other end has read it and closes too.

        :raises SyslogError: it does not, so it may not have read it.
        """
        self._socket.shutdown(socket.SHUT_WR)
        try:
            while self._socket.recv(4096):
                pass
        except TimeoutError:
            raise SyslogError("the other end did not close, so it may not have read them") from None


def _connected(made: socket.socket, address: Any) -> socket.socket:
    made.settimeout(PATIENCE)
    try:
        made.connect(address)
    except BaseException:
        made.close()
        raise
    return made


def _priority(level: str) -> str:
    return f"<{_LOG_AUDIT * 8 + _SEVERITIES[level]}>"
