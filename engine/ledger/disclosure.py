"""Personal values kept apart from the log: the layout of RFC 9901, section 4.2.

A record holds the digest; the disclosure (salt, name, value) lies elsewhere and
can be deleted without breaking anything that was hashed. Without its 128-bit salt
nobody can find out a value by trying.
"""

from __future__ import annotations

from hashlib import sha256
from json import loads
from os import urandom

from handrail.engine.ledger.record import b64url, canonical, unb64url

__all__ = ["SALT_BYTES", "digest_of", "reveal", "seal"]

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
