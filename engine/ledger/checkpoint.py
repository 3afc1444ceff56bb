"""Signed checkpoints: what an auditor holds to prove the log by.

A checkpoint is the text of C2SP ``tlog-checkpoint`` (origin, size, base64 root)
inside a C2SP ``signed-note``, signed with Ed25519 (signature type 0x01). Any
implementation of the two formats verifies ours.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from handrail.engine.errors import HandrailError, UsageError
from handrail.engine.ledger.note import (
    ID_BYTES,
    NoteError,
    UnsignedError,
    is_name,
    note_parts,
    unbase64,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = [
    "Checkpoint",
    "LogKey",
    "NoteError",
    "UnsignedError",
    "VerifierKey",
    "alleged",
    "open_checkpoint",
]

ED25519 = b"\x01"  # C2SP signed-note, signature types
KEY_BYTES, ROOT_BYTES = 32, 32
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The log's head at one size."""

    origin: str  # the log's name
    size: int  # records
    root: bytes  # Merkle root over them, 32 bytes

    def text(self) -> str:
        """Return the note text, three lines."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note text; extension lines are opaque and passed over.

        :raises NoteError: the text has another form.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or "" in lines:  # noqa: PLR2004 - three and the end
            raise NoteError("this is not a checkpoint: it has not three full lines")
        origin, size, root = lines[:3]
        if not _SIZE.fullmatch(size):
            raise NoteError("this is not a checkpoint: “{size}” is not a size", size=size[:40])
        hashed = unbase64(root)
        if len(hashed) != ROOT_BYTES:
            raise NoteError("this is not a checkpoint: “{root}” is not a root", root=root[:60])
        return cls(origin=origin, size=int(size), root=hashed)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """The public half, as its holder writes it down: ``name+hex8+base64(0x01‖key)``."""

    name: str  # as in the signature lines; the log's origin
    public: bytes  # Ed25519, 32 bytes

    @property
    def id(self) -> bytes:
        """The four bytes that name this key beside its name."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:ID_BYTES]

    def __str__(self) -> str:
        key = b64encode(ED25519 + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a verifier key.

        :raises UsageError: it is none, of another kind, or mistyped (the id tells).
        """
        name, _, rest = text.strip().partition("+")
        mark, _, encoded = rest.partition("+")
        data = unbase64(encoded)
        key = cls(name=name, public=data[1:])
        if data[:1] != ED25519 or len(data) != 1 + KEY_BYTES or not is_name(name):
            raise UsageError("“{text}” is not a verifier key (NAME+ID+KEY)", text=text[:120])
        if mark != key.id.hex():
            raise UsageError("the verifier key “{text}” is mistyped: its id differs", text=text)
        return key

    def open(self, note: str) -> Checkpoint:
        """Return the checkpoint of a signed note.

        :raises NoteError: it is malformed.
        :raises UnsignedError: it is not signed by this key, or was altered.
        """
        return open_checkpoint(note, [self])

    def approved(self, new: VerifierKey, signature: str) -> bool:
        """Tell whether this key has signed that ``new`` takes its place (``LogKey.approve``)."""
        return new.name == self.name and self.signed(_succession(new), unbase64(signature))

    def signed(self, text: str, signature: bytes) -> bool:
        """Tell whether this key has signed the text."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - 15 ms
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - 15 ms

        try:
            key = ed25519.Ed25519PublicKey.from_public_bytes(self.public)
            key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class LogKey:
    """The key that signs the log's checkpoints. It never enters the store."""

    __slots__ = ("_private", "verifier")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        if not is_name(name):
            raise UsageError(
                "“{name}” cannot name a log: it is empty or holds a space or a plus", name=name
            )
        self._private = private
        self.verifier = VerifierKey(name=name, public=private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str) -> LogKey:
        """Make a new key. ``name`` is the log's origin.

        :raises UsageError: the name is empty, or holds a space or a plus.
        """
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - 15 ms

        return cls(name, ed25519.Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path, name: str) -> LogKey:
        """Read the key that :meth:`save` wrote; the file does not hold its name.

        :raises HandrailError: the file is missing, unreadable or another kind of key.
        """
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - 15 ms
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - 15 ms

        try:
            private = serialization.load_pem_private_key(path.read_bytes(), None)
        except FileNotFoundError as error:
            raise HandrailError(
                "the log key {path} is missing: put it back from where you keep its copy; "
                "if it is lost for good, type: handrail audit rotate-key --lost",
                path=str(path),
            ) from error
        except OSError as error:
            raise HandrailError(
                "the log key {path} cannot be read ({reason}): give yourself permission to read "
                "it, or put it back from where you keep its copy",
                path=str(path),
                reason=error.strerror or "",
            ) from error
        except (ValueError, TypeError) as error:  # TypeError: it is under a passphrase
            raise HandrailError(
                "{path} is not a log key: put it back from where you keep its copy; "
                "if it is lost for good, type: handrail audit rotate-key --lost",
                path=str(path),
            ) from error
        if not isinstance(private, ed25519.Ed25519PrivateKey):
            raise HandrailError("{path} is not an Ed25519 key", path=str(path))
        return cls(name, private)

    def save(self, path: Path) -> None:
        """Write the key as PEM (PKCS 8), readable by its owner alone; never over a file.

        :raises HandrailError: there is a file, or it cannot be written.
        """
        from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - 15 ms

        pem = self._private.private_bytes(
            form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
        )
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "wb") as file:  # noqa: PTH123 - a path cannot set the mode at birth
                file.write(pem)
                file.flush()
                os.fsync(handle)
        except OSError as error:
            reason = error.strerror or ""
            raise HandrailError(
                "the log key {path} cannot be written: {reason}", path=str(path), reason=reason
            ) from error

    def sign(self, checkpoint: Checkpoint) -> str:
        """Return the checkpoint as a signed note.

        :raises ValueError: the checkpoint is of another log than the key.
        """
        if checkpoint.origin != self.verifier.name:
            raise ValueError(f"{self.verifier.name} does not sign for {checkpoint.origin}")
        text = checkpoint.text()
        return f"{text}\n{self._line(text)}"

    def cosign(self, note: str) -> str:
        """Return a signed note with this key's signature added to the others.

        :raises NoteError: it is malformed.
        """
        return note + self._line(note_parts(note)[0])

    def _line(self, text: str) -> str:
        signature = self._private.sign(text.encode())
        return f"— {self.verifier.name} {b64encode(self.verifier.id + signature).decode()}\n"

    def approve(self, new: VerifierKey) -> str:
        """Return this key's signature, base64, that ``new`` takes its place."""
        return b64encode(self._private.sign(_succession(new).encode())).decode()


def open_checkpoint(note: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """Return the checkpoint of a note that one of these keys has signed.

    Lines of unknown keys (witnesses, older or newer keys) are passed over; a line
    of a known key that does not verify spoils the note (C2SP signed-note).

    :raises NoteError: it is malformed.
    :raises UnsignedError: none of these keys has signed it, or it was altered, or it
        speaks of another log than the key's; ``params`` has its alleged ``size``.
    """
    text, lines = note_parts(note)
    checkpoint = Checkpoint.parse(text)
    known = {(key.name, key.id): key for key in keys}
    signers = [(known[line[:2]], line[2]) for line in lines if line[:2] in known]
    if not signers:
        raise _unsigned("it is not signed by the log's key", checkpoint)
    if not all(key.signed(text, signature) for key, signature in signers):
        raise _unsigned("its signature is wrong: the text was altered", checkpoint)
    if all(key.name != checkpoint.origin for key, _ in signers):
        raise _unsigned("it is of another log, {origin}", checkpoint)
    return checkpoint


def alleged(note: str) -> Checkpoint:
    """Return what a note says, whoever may have signed it: proof of nothing.

    :raises NoteError: it is malformed.
    """
    return Checkpoint.parse(note_parts(note)[0])


def _succession(new: VerifierKey) -> str:
    """What a key signs for its successor; its second line keeps it from being a checkpoint."""
    return f"{new.name}\nhandrail: the next key of this log\n{new}\n"


def _unsigned(template: str, found: Checkpoint) -> UnsignedError:
    return UnsignedError(template, origin=found.origin, size=found.size)
