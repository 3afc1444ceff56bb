"""What a check found: the place, what was expected, what stands there, and the mend."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from handrail.engine.machine.guards import Test
from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["MOST_FINDINGS", "Finding", "Message", "Severity", "bare", "msg", "near"]

MOST_FINDINGS = 100  # of one document; who meets more mends the first ones first
_LONGEST_NAME = 60
_MOST_CANDIDATES = 200


class Severity(StrEnum):
    """How much it matters: an error stops registration, a warning does not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One of the program's own messages, said in a language only when shown."""

    template: str  # a gettext id with {names}
    params: Mapping[str, object] = field(default_factory=dict)  # may hold messages

    def say(self, lang: str) -> str:
        """Return the message in ``lang``."""
        return say(lang, self.template, **{k: _said(v, lang) for k, v in self.params.items()})

    def __str__(self) -> str:
        return self.say("en")


def msg(template: str, /, **params: object) -> Message:
    """Make a message: ``msg("there is no state “{id}”", id="contcat")``."""
    return Message(template=template, params=params)


_BARE = "{text}"  # not a message: nothing to translate


def bare(text: object) -> Message:
    """A message that only shows something of the document; of a guard's test, its words."""
    return Message(template=_BARE, params={"text": text})


def _said(value: object, lang: str) -> object:
    if isinstance(value, Message):
        return value.say(lang)
    if isinstance(value, Test):
        return value.words(lang)
    if isinstance(value, list | tuple):
        return ", ".join(str(_said(item, lang)) for item in value)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. Lines and columns count from 1, columns in characters."""

    code: str  # HR0xx reader, HR1xx schema, HR2xx references, …
    severity: Severity
    message: Message
    file: str
    line: int
    column: int
    length: int = 1  # how many characters of the line to underline
    quoted: str = ""  # the line as written; empty where there is none
    expected: Message | None = None
    found: Message | None = None
    near: tuple[str, ...] = ()  # what was meant, perhaps; best first
    mend: Message | None = None

    @property
    def place(self) -> tuple[str, int, int, str]:
        """What findings are sorted by."""
        return (self.file, self.line, self.column, self.code)


def near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known names most like ``name``; bounded in time however many there are."""
    from handrail.engine.errors import nearest  # noqa: PLC0415 - only a mistake pays for it

    size = len(name)
    if size > _LONGEST_NAME:
        return ()
    alike = [item for item in known if abs(len(item) - size) <= max(3, size // 2)]
    return tuple(nearest(name, alike[:_MOST_CANDIDATES]))
