"""Personal values kept apart from the log: the layout of RFC 9901, section 4.2.

A record holds the digest; the disclosure (salt, name, value) lies elsewhere and
can be deleted without breaking anything that was hashed. Without its 128-bit salt
nobody can find out a value by trying.
"""

from __future__ import annotations

from hashlib import sha256
from json import loads
from os import urandom
from typing import TYPE_CHECKING

from handrail.engine.ledger.record import b64url, canonical, unb64url

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SALT_BYTES", "digest_of", "reveal", "seal", "sealed_in"]

SALT_BYTES = 16


def seal(name: str, value: object, salt: str | None = None) -> tuple[str, str]:
    """Return ``(digest, disclosure)`` of a named value, both base64url.

    ``salt`` is for known vectors only; left out, it is 128 fresh random bits.

    :raises ValueError: the value is outside the profile of canonical JSON.
    """
    salt = b64url(urandom(SALT_BYTES)) if salt is None else salt
    disclosure = b64url(canonical([salt, name, value]))
    return digest_of(disclosure), disclosure


def digest_of(disclosure: str) -> str:
    """Return the digest that stands for a disclosure (RFC 9901 section 4.2.3)."""
    return b64url(sha256(disclosure.encode()).digest())


def reveal(digest: str, disclosure: str) -> tuple[str, object]:
    """Return ``(name, value)`` of a disclosure after comparing it with its digest.

    :raises ValueError: it is not what was sealed, or has not the layout.
    """
    if digest_of(disclosure) != digest:
        raise ValueError("the disclosure is not the one that was sealed")
    try:
        parts = loads(unb64url(disclosure))
    except RecursionError:
        parts = None
    match parts:
        case [str(), str(name), value]:
            return name, value
    raise ValueError("a disclosure is a list of a salt, a name and a value")


def sealed_in(part: object) -> Iterator[str]:
    """Give the digest of each sealed value (``{"sd": digest}``) in a record or part of one."""
    if isinstance(part, dict):
        if set(part) == {"sd"}:
            yield str(part["sd"])
            return
        part = part.values()
    elif not isinstance(part, list | tuple):
        return
    for item in part:
        yield from sealed_in(item)
