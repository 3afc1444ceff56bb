"""What goes wrong with a mirror; its records wait in the log meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.errors import HandrailError
from handrail.engine.text import say

if TYPE_CHECKING:
    from handrail.engine.mirrors import Mirror

__all__ = ["MirrorError", "SinkError"]


class SinkError(HandrailError):
    """A sink refuses what the system would let through."""


class MirrorError(HandrailError):
    """A mirror does not take records."""

    code = "mirror"

    def __init__(self, mirror: Mirror, fault: Exception) -> None:
        self.fault = fault
        super().__init__(
            "the mirror {name} ({to}) does not take records: {reason}",
            name=mirror.name,
            to=mirror.to,
            reason=getattr(fault, "strerror", None) or fault,
        )

    @property
    def is_reader_gone(self) -> bool:
        """Whether it was fed by stdout, and nobody reads that any more."""
        return self.params["to"] == "stdout" and isinstance(self.fault, BrokenPipeError)

    def words(self, lang: str) -> str:
        """The message in a language, the reason as well."""
        if not isinstance(self.fault, HandrailError):
            return super().words(lang)
        return say(lang, self.template, **{**self.params, "reason": self.fault.words(lang)})
