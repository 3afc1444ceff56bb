"""RFC 3161: an authority signs that a checkpoint was there at a time.

Each checkpoint is kept beside its answer, ``SIZE-ID.checkpoint`` and ``.tsr``, as
``openssl ts -verify`` takes them. Answers are held against the authority's certificates
as of the time that they tell, so they outlive these.
"""

from __future__ import annotations

import http.client
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from handrail.engine.anchors import Evidence, token
from handrail.engine.anchors.file import on_other_mount
from handrail.engine.anchors.notes import is_note
from handrail.engine.clock import stamp
from handrail.engine.errors import HandrailError
from handrail.engine.files import put_file
from handrail.engine.ledger.checkpoint import alleged

if TYPE_CHECKING:
    from datetime import timedelta

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
        """Say that openssl or the certificates are not there."""
        from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - seldom

        missing = token.lacks()
        if missing is not None:
            return missing
        try:
            load_pem_x509_certificates(self._ca.read_bytes())
        except (OSError, ValueError):
            return HandrailError(
                "{file} holds no certificates (PEM): get those of {anchor} from the authority",
                file=str(self._ca),
                anchor=self.place,
            )
        return None

    def publish(self, note: str, *, begun: bool) -> None:
        """Have the note stamped, check the answer, and keep both.

        :raises HandrailError: the authority cannot be reached, or does not answer rightly;
            or the folder is gone though it was begun (see ``FileAnchor.publish``).
        """
        missing = self.lacks()
        if missing is not None:
            raise missing
        if begun and not self._folder.is_dir():
            raise HandrailError(
                "the folder {folder} is gone, and time stamps were kept there before: is its "
                "disk mounted? If it is lost for good, make it anew",
                folder=str(self._folder),
            )
        query = token.query(note.encode())
        answer = self._post(query)
        self._check(query, answer)
        self._keep(note, answer)

    def _check(self, query: bytes, answer: bytes) -> None:
        with TemporaryDirectory() as folder:
            asked, answered = Path(folder, "query"), Path(folder, "answer")
            asked.write_bytes(query)
            answered.write_bytes(answer)
            try:
                told = token.time_of(answered)
                token.check(answered, told, self._ca, "-queryfile", str(asked))
            except token.TokenError as error:
                raise HandrailError(
                    "the time stamp of {anchor} does not hold: {reason}",
                    anchor=self.place,
                    reason=error,
                ) from error

    def evidence(self) -> Evidence:
        """Read what is kept, each answer held against the certificates."""
        problem = self.lacks()
        if problem is not None:
            return Evidence(self.place, problem=problem)
        stamped: dict[str, str] = {}
        wrong: list[tuple[int, HandrailError]] = []
        try:
            for answer in sorted(self._folder.glob("*.tsr")):
                kept = answer.with_suffix(".checkpoint")
                note = kept.read_text(encoding="utf-8", errors="replace")
                try:
                    stamped[note] = self._stamped(answer, kept)
                except token.TokenError as error:
                    wrong.append((alleged(note).size if is_note(note) else 0, error))
        except OSError as error:
            return Evidence(self.place, problem=self._unkept(error))
        except HandrailError as error:
            return Evidence(self.place, problem=error)
        return Evidence(self.place, tuple(stamped), stamped=stamped, wrong=tuple(wrong))

    def _stamped(self, answer: Path, kept: Path) -> str:
        told = token.time_of(answer)
        token.check(answer, told, self._ca, "-data", str(kept))
        return stamp(told)

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
            put_file(self._folder / f"{name}.checkpoint", data)
            put_file(self._folder / f"{name}.tsr", answer)
        except OSError as error:
            raise self._unkept(error) from error

    def _unkept(self, error: OSError) -> HandrailError:
        return HandrailError(
            "the folder {folder} of {anchor} cannot be used: {reason}",
            folder=str(self._folder),
            anchor=self.place,
            reason=error.strerror or "",
        )
