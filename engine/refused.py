"""A refusal, as it reaches the one who asked. It is in the log already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.clock import SystemClock, clock_words
from handrail.engine.errors import HandrailError
from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handrail.engine.machine.judge import Reason

__all__ = ["RefusedError", "told"]

_EXIT = {"role": 4, "author": 4, "conflict": 11}


class RefusedError(HandrailError):
    """The protocol, or somebody who was first, says no."""

    exit_code = 5
    code = "refused"

    def __init__(self, reasons: Sequence[Reason], hint: Sequence[str] = ()) -> None:
        super().__init__("{reasons}", reasons=reasons)
        self.reasons = tuple(reasons)
        self.code = reasons[0].code
        self.exit_code = _EXIT.get(self.code, 5)
        self.needs = reasons[0].needs
        self.hint = list(hint)  # the next sensible command, as words to type

    def words(self, lang: str) -> str:
        """All reasons, the weightiest first."""
        return say(lang, "; ").join(dict.fromkeys(told(one, lang) for one in self.reasons))


def told(reason: Reason, lang: str) -> str:
    """A reason as it is said here: with times of this place, while it records those of UTC."""
    at = reason.params.get("time")
    if not isinstance(at, str):
        return reason.words(lang)
    here = clock_words(at, SystemClock().now())
    return reason._replace(params={**reason.params, "time": here}).words(lang)
