"""Reads the bytes of a store's files: does anything still show a text?"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode, urlsafe_b64decode
from typing import TYPE_CHECKING

from handrail.engine.ledger.record import b64url

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["holding_key", "traces"]

SURE = 8  # characters that are not there by chance


def traces(store: Path, text: str | bytes) -> set[str]:
    """Which of the store's files hold a text: as it is, or as a disclosure writes it."""
    data = text.encode() if isinstance(text, str) else text
    written = (_encoded(data[start:]) for start in range(3))
    forms = [data, *(form for form in written if len(form) >= SURE)]
    files = {path.name: path.read_bytes() for path in store.parent.glob(f"{store.name}*")}
    return {name for name, found in files.items() if any(form in found for form in forms)}


def _encoded(text: bytes) -> bytes:
    """The middle of a text in base64url, whatever stands before it: one of three phases."""
    return b64url(text[: len(text) // 3 * 3])[4:-4].encode()


def holding_key(store: Path, blob: bytes) -> list[str]:
    """What can be read out of the files' bytes that holds a public key: a plan's, or signatures.

    :param blob: the key, decoded.
    """
    data = b"".join(path.read_bytes() for path in store.parent.glob(f"{store.name}*"))
    # A disclosure begins with ["…: in base64 with one of these.
    read = (_decoded(found[0].decode()) for found in re.finditer(rb"Wy[IJ][\w-]+", data))
    return [text for text in read if b64encode(blob).decode() in text or blob in _signature(text)]


def _decoded(text: str) -> str:
    return urlsafe_b64decode(text[: len(text) // 4 * 4]).decode(errors="replace")


def _signature(text: str) -> bytes:
    """The bytes of an armored signature in a text; empty: there is none."""
    found = re.search(r"BEGIN SSH SIGNATURE-----(.*?)-----END", text, re.DOTALL)
    return b64decode(found[1].replace("\\n", "")) if found else b""
