"""What ``watch`` shows: a line for each thing that happened."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TextIO

from handrail.cli import out
from handrail.cli.edge import words
from handrail.cli.page import line, span
from handrail.cli.standing import Recovered
from handrail.cli.when import clock_words
from handrail.engine.clock import stamp
from handrail.engine.engine import Engine
from handrail.engine.errors import ConflictError, HandrailError
from handrail.engine.mirrors import mirrors_of
from handrail.engine.mirrors.fault import MirrorError
from handrail.engine.watch import jobs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.cli.session import Session
    from handrail.cli.standing import Told
    from handrail.engine.news import News

    Members = Mapping[str, Any]

__all__ = ["Watched"]

# By event, and whether an overdue step was taken (None: there is none).
_WORDS: Final[Mapping[tuple[str, bool | None], str]] = {
    ("deadline", None): "{incident}: {what} ({run}) was due at {time}",
    ("deadline", True): "{incident}: {what} ({run}) was due at {time}; the step {step} was taken",
    ("deadline", False): (
        "{incident}: {what} ({run}) was due at {time}; the step {step} is not possible now"
    ),
    ("message", None): "{incident}: a message waits for {people}",
    ("anchored", None): "anchored: {size} records, {anchor}",
    ("signed", None): "signed: {size} records, {root}",
    ("mirrored", None): "mirror {mirror}: sent up to record {to} ({count} new)",
    ("mirror-again", None): (
        "mirror {mirror}: the {sent} records that it was sent are not the beginning of this log, "
        "which was exchanged or rolled back; all of it is sent"
    ),
}


class Watched:
    """One run of ``watch``: its jobs, and what they tell as lines."""

    def __init__(self, session: Session) -> None:
        """Look what there is to do.

        :raises HandrailError: there is no workspace, no store, or ``handrail.yaml`` is wrong.
        """
        self.session = session
        self.room = session.open_workspace()
        self.jobs = jobs_of(self.room)
        mirrors = mirrors_of(self.room.settings())
        # Where records go to stdout, nothing else may: it is theirs.
        self._stream = sys.stderr if any(one.to == "stdout" for one in mirrors) else sys.stdout
        self._code = 0  # of the first fault
        self._told = False
        with suppress(ConflictError):  # it will be let go
            self.enter().close()

    def enter(self) -> Engine:
        """Open the engine for one job, once."""
        return Engine.at(self.room, lang=self.session.lang, store_url=self.session.store)

    def begin(self, every: str) -> None:
        """Say what is being done from now on."""
        jobs = [job.name for job in self.jobs]
        if self.session.json:
            self._emit("watching", "", {"every": every, "jobs": jobs})
            return
        said = self.session.say(
            "watching {folder}: {jobs}; a look every {every}; Ctrl-C ends",
            folder=self.room.root,
            jobs=", ".join(jobs),
            every=every,
        )
        out.message(said)

    def show(self, told: Told) -> None:
        """Show one thing, at once, whoever reads it."""
        self._told = True
        match told.what:
            case HandrailError() as fault:
                self._fault(told.job, fault)
            case Recovered():
                if self.session.json:
                    self._emit("recovered", told.job, {})
                else:
                    self._line(self.session.say("{job}: works again", job=told.job), sys.stderr)
            case news:
                self._news(told.job, news)

    def end(self) -> int:
        """Give the exit code after everything was done once."""
        if not (self._told or self.session.json or self.session.quiet):
            out.message(self.session.say("nothing was due"))
        return self._code

    def _fault(self, job: str, fault: HandrailError) -> None:
        if isinstance(fault, MirrorError) and fault.is_reader_gone:
            raise out.ReaderGoneError from fault
        self._code = self._code or fault.exit_code
        text = words(fault, self.session)
        if self.session.json:
            self._emit("problem", job, {"code": fault.code, "text": text})
        else:
            self._line(f"handrail: {text}", sys.stderr, "alarm")

    def _news(self, job: str, news: News) -> None:
        if self.session.json:
            self._emit(news.event, job, news.members)
            return
        key = (news.event, news.members.get("taken"))
        self._line(self.session.say(_WORDS[key], **_filled(news.members)), self._stream)

    def _line(self, text: str, stream: TextIO, style: str = "") -> None:
        at = f"{datetime.now().astimezone():%H:%M:%S}  "
        out.page([line(span(at, "dim"), span(text, style), hang=len(at))], stream=stream)
        stream.flush()

    def _emit(self, event: str, job: str, members: Members) -> None:
        at = stamp(datetime.now(UTC))
        out.emit({"event": event, "at": at, "job": job, **members}, stream=self._stream)
        self._stream.flush()


def _filled(told: Members) -> dict[str, Any]:
    """The members of news as words for a line."""
    filled = dict(told)
    if "due" in told:
        filled |= {
            "what": told["task"] or told["state"],
            "time": clock_words(told["due"], datetime.now(UTC)),
        }
    if "from" in told:
        filled["count"] = told["to"] - told["from"] + 1
    if isinstance(told.get("to"), list):
        filled["people"] = ", ".join(told["to"])
    if "root" in told:
        filled["root"] = told["root"][:12]
    return filled
