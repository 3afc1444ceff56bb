"""Syslog anchors: a checkpoint as one line of a system log, which we cannot read back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from handrail.engine.anchors import Evidence
from handrail.engine.anchors.notes import one_line
from handrail.engine.clock import stamp
from handrail.engine.errors import HandrailError
from handrail.engine.syslog import Local, SyslogError, syslog_of

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["SyslogAnchor"]


class SyslogAnchor:
    """A system log: ``syslog``, ``syslog:SOCKET`` or ``syslog+udp://HOST:PORT`` (or tcp)."""

    def __init__(self, place: str, *, every: timedelta) -> None:
        self.place = place
        self.every = every
        self._log = syslog_of(place)

    def is_away(self) -> bool:
        """Tell whether it is another computer's."""
        host = urlsplit(self.place).hostname
        return host is not None and host != "localhost" and not host.startswith(("127.", "::1"))

    def lacks(self) -> HandrailError | None:
        """Say that this computer has no such socket."""
        if not isinstance(self._log, Local) or os.path.exists(self._log.path):  # noqa: PTH110 - a socket
            return None
        return HandrailError("there is no system log at {path}", path=self._log.path)

    def publish(self, note: str, *, begun: bool) -> None:  # noqa: ARG002 - a log only grows
        """Send the one-line form; over UDP nobody can tell whether it arrived.

        :raises HandrailError: nothing took it.
        """
        told = {"recorded": stamp(datetime.now(UTC)), "type": "checkpoint"}
        try:
            with self._log as log:
                log.info(log.frame("info", told, one_line(note).encode()))
                log.settle()
        except (OSError, SyslogError) as error:
            raise HandrailError(
                "{anchor} cannot be reached: {reason}",
                anchor=self.place,
                reason=(isinstance(error, OSError) and error.strerror) or str(error),
            ) from error

    def evidence(self) -> Evidence:
        """Say that it has to be looked up by hand."""
        problem = HandrailError(
            "a system log can only be written to: look up its last line with "
            "“handrail-checkpoint:” there, and give it to: audit verify --against"
        )
        return Evidence(self.place, problem=problem)
