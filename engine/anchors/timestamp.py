"""RFC 3161: an authority signs that a checkpoint was there at a time.

Each checkpoint is kept beside its answer, ``SIZE-ID.checkpoint`` and ``.tsr``, so that
``openssl ts -verify`` can check them as well. Answers are held against the authority's
certificates as of the time they tell, so they outlive these.
"""

from __future__ import annotations

import http.client
import os
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from handrail.engine.anchors import Evidence
from handrail.engine.anchors.file import on_other_mount
from handrail.engine.anchors.notes import is_note
from handrail.engine.clock import stamp
from handrail.engine.errors import HandrailError
from handrail.engine.ledger.checkpoint import alleged

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from rfc3161_client import TimeStampResponse, Verifier

__all__ = ["TimestampAnchor"]

_SECONDS: Final = 20
_MOST: Final = 1 << 20  # bytes of an answer; a long chain of certificates has a hundredth
_QUERY: Final = {"Content-Type": "application/timestamp-query"}  # RFC 3161 section 3.4


class TimestampAnchor:
    """An authority, and the folder that its answers are kept in."""

    def __init__(self, url: str, ca: Path, folder: Path, *, every: timedelta, base: Path) -> None:
        """Name both; nothing is read yet.

        :param ca: the certificates that its answers are trusted by, as PEM.
        :param base: a folder that ``folder`` should not share a disk with.
        """
        self.place = f"rfc3161:{url}"
        self.every = every
        self._url = url
        self._ca = ca
        self._folder = folder
        self._base = base

    def is_away(self) -> bool:
        """Tell whether the answers are kept on another mount."""
        return on_other_mount(self._folder, self._base)

    def lacks(self) -> HandrailError | None:
        """Say that the library or the certificates are not there."""
        try:
            self._verifier()
        except HandrailError as error:
            return error
        return None

    def publish(self, note: str, *, begun: bool) -> None:
        """Have the note stamped, check the answer, and keep both.

        :raises HandrailError: the authority cannot be reached, or does not answer rightly;
            or the folder is gone though it was begun (see ``FileAnchor.publish``).
        """
        if begun and not self._folder.is_dir():
            raise HandrailError(
                "the folder {folder} is gone, and time stamps were kept there before: is its "
                "disk mounted? If it is lost for good, make it anew",
                folder=str(self._folder),
            )
        verifier = self._verifier()
        client = _client()
        hashed = client.HashAlgorithm.SHA256
        request = client.TimestampRequestBuilder().data(note.encode()).hash_algorithm(hashed)
        query = request.build()
        answer = self._post(query.as_bytes())
        token = self._held(verifier, answer, note)
        if token.tst_info.nonce != query.nonce:
            raise self._refused("it answers another request")
        self._keep(note, answer)

    def evidence(self) -> Evidence:
        """Read what is kept, each answer held against the certificates."""
        stamped: dict[str, str] = {}
        wrong: list[tuple[int, HandrailError]] = []
        try:
            verifier = self._verifier()
            for path in sorted(self._folder.glob("*.tsr")):
                note = path.with_suffix(".checkpoint").read_text(encoding="utf-8", errors="replace")
                try:
                    token = self._held(verifier, path.read_bytes(), note)
                except HandrailError as error:
                    wrong.append((alleged(note).size if is_note(note) else 0, error))
                else:
                    stamped[note] = stamp(token.tst_info.gen_time)
        except OSError as error:
            return Evidence(self.place, problem=self._unkept(error))
        except HandrailError as problem:
            return Evidence(self.place, problem=problem)
        return Evidence(self.place, tuple(stamped), stamped=stamped, wrong=tuple(wrong))

    def _verifier(self) -> Verifier:
        """Return what holds an answer against the certificates.

        :raises HandrailError: the library is not there, or the file holds no certificates.
        """
        client = _client()
        from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - seldom

        try:
            trusted = load_pem_x509_certificates(self._ca.read_bytes())
        except (OSError, ValueError) as error:
            raise HandrailError(
                "{file} holds no certificates (PEM) of {anchor}: get them from the authority",
                file=str(self._ca),
                anchor=self.place,
            ) from error
        verifier: Verifier = client.VerifierBuilder(roots=trusted).build()
        return verifier

    def _held(self, verifier: Verifier, answer: bytes, note: str) -> TimeStampResponse:
        """Return the answer, once it is one to this note, and signed by the authority."""
        client = _client()
        try:
            token: TimeStampResponse = client.decode_timestamp_response(answer)
            if token.status == client.PKIStatus.GRANTED:
                verifier.verify_message(token, note.encode())
                return token
        except (ValueError, client.VerificationError) as error:
            raise self._refused(str(error)) from error
        raise self._refused(", ".join(token.status_string) or f"status {token.status}")

    def _refused(self, reason: str) -> HandrailError:
        return HandrailError(
            "the time stamp of {anchor} does not hold: {reason}", anchor=self.place, reason=reason
        )

    def _post(self, query: bytes) -> bytes:
        request = Request(self._url, data=query, headers=_QUERY)  # noqa: S310 - http(s) by schema
        try:
            with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - the same
                found: bytes = answer.read(_MOST)
                return found
        except HTTPError as error:
            reason = f"HTTP {error.code}"
        except (URLError, OSError, http.client.HTTPException) as error:
            reason = str(getattr(error, "reason", "") or error)
        raise HandrailError(
            "{anchor} cannot be reached: {reason}", anchor=self.place, reason=reason
        )

    def _keep(self, note: str, answer: bytes) -> None:
        data = note.encode()
        name = f"{alleged(note).size:010d}-{sha256(data).hexdigest()[:8]}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write(self._folder / f"{name}.checkpoint", data)
            _write(self._folder / f"{name}.tsr", answer)
        except OSError as error:
            raise self._unkept(error) from error

    def _unkept(self, error: OSError) -> HandrailError:
        return HandrailError(
            "the folder {folder} of {anchor} cannot be used: {reason}",
            folder=str(self._folder),
            anchor=self.place,
            reason=error.strerror or "",
        )


def _client() -> Any:
    try:
        import rfc3161_client  # noqa: PLC0415 - optional, and seldom used
    except ImportError:
        raise HandrailError(
            "time stamps need a library: pip install 'handrail[timestamp]'"
        ) from None
    return rfc3161_client


def _write(path: Path, data: bytes) -> None:
    """Write a file at one stroke; it is on the disk when this returns."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
