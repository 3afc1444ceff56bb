"""Every error that a user can meet, under one root.

The docstring of a class says when it is raised; ``exit_code`` is the contract of
docs/cli.md. A message names the place and the mend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CheckFoundError",
    "ConflictError",
    "HandrailError",
    "NotFoundError",
    "NotPermittedError",
    "StoreError",
    "UsageError",
    "nearest",
]


_FEW = 20  # names that are listed where none is near; a protocol has some fifteen states


class HandrailError(Exception):
    """Something failed; the message says what and how to mend it.

    ``template`` is a message id of the gettext catalogue (English, with
    ``{names}``); ``params`` fill it.
    """

    exit_code: int = 1
    code: str = "failed"

    def __init__(self, template: str, /, **params: object) -> None:
        super().__init__(template, params)
        self.template = template
        self.params = params

    def __str__(self) -> str:
        return self.words("en")

    def words(self, lang: str) -> str:
        """The message in a language."""
        return say(lang, self.template, **self.params)


class UsageError(HandrailError):
    """An argument or a value is not of the expected form."""

    exit_code = 2
    code = "usage"


class CheckFoundError(HandrailError):
    """A check ran to its end and found something."""

    exit_code = 3
    code = "found"


class NotPermittedError(HandrailError):
    """The person may not do this here."""

    exit_code = 4
    code = "not-permitted"


class NotFoundError(HandrailError):
    """There is nothing of that kind by that name; the nearest names are suggested."""

    exit_code = 10
    code = "not-found"

    def __init__(self, kind: str, name: str, known: Iterable[str] = ()) -> None:
        self.kind = kind
        self.name = name
        known = sorted(known) if isinstance(known, set) else list(known)  # sets have no order
        self.near = nearest(name, known)
        if self.near:
            super().__init__(
                "there is no {kind} “{name}”; did you mean {near}?",
                kind=kind,
                name=name,
                near=", ".join(self.near),
            )
        elif 0 < len(known) <= _FEW:
            names = ", ".join(known)
            super().__init__(
                "there is no {kind} “{name}”; there is {known}", kind=kind, name=name, known=names
            )
        else:
            super().__init__("there is no {kind} “{name}”", kind=kind, name=name)

    def words(self, lang: str) -> str:
        """The message in a language, the kind of thing as well."""
        return say(lang, self.template, **{**self.params, "kind": say(lang, self.kind)})


class ConflictError(HandrailError):
    """Somebody was first, or the store stayed locked."""

    exit_code = 11
    code = "conflict"


class StoreError(HandrailError):
    """The store is missing, foreign, corrupt, read-only, full or newer than this program."""

    code = "store"


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names most like ``name``, best first."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    by_lower = {one.lower(): one for one in known}
    found = get_close_matches(name.lower(), list(by_lower), n=most, cutoff=0.6)
    return [by_lower[one] for one in found]
