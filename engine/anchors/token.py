"""RFC 3161 requests and answers, by the ``openssl`` program, which every authority suits."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TokenError", "check", "lacks", "query", "time_of"]

_SECONDS: Final = 30
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"
_TIME: Final = r"^Time stamp: (\w{3}) +(\d+) (\d+):(\d+):(\d+)(?:\.\d+)? (\d+) GMT$"


class TokenError(HandrailError):
    """An answer is none, or does not hold."""

    code = "timestamp"


def lacks() -> HandrailError | None:
    """Say that there is no ``openssl``."""
    if shutil.which("openssl"):
        return None
    return HandrailError("openssl is not there: install it (its package is named openssl)")


def query(data: bytes) -> bytes:
    """Return a request for these bytes, with a nonce, that asks for the certificates."""
    return _openssl("-query", "-sha256", "-cert", given=data)


def time_of(answer: Path) -> datetime:
    """Return the time that an answer tells, whether or not it holds.

    :raises TokenError: it is none, or the authority refused.
    """
    text = _openssl("-reply", "-in", str(answer), "-text").decode(errors="replace")
    match = re.search(_TIME, text, re.MULTILINE)
    if match is None:
        status = re.search(r"^Status(?: description)?: (?!Granted)(.+)$", text, re.MULTILINE)
        raise TokenError("it tells no time ({status})", status=status[1] if status else "-")
    month, *numbers = match.groups()
    day, hour, minute, second, year = map(int, numbers)
    at = _MONTHS.index(month) // 3 + 1
    return datetime(year, at, day, hour, minute, min(second, 59), tzinfo=UTC)


def check(answer: Path, at: datetime, ca: Path, *to: str) -> None:
    """Hold an answer against what was asked, and against certificates as of a time.

    :param to: ``-queryfile FILE``, which has a nonce, or ``-data FILE``.
    :raises TokenError: it does not hold.
    """
    when = str(int(at.timestamp()))
    _openssl("-verify", "-in", str(answer), "-CAfile", str(ca), "-attime", when, *to)


def _openssl(*words: str, given: bytes = b"") -> bytes:
    missing = lacks()
    if missing is not None:
        raise missing
    try:
        done = subprocess.run(  # noqa: S603 - openssl, without a shell
            ["openssl", "ts", *words],  # noqa: S607 - by PATH
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise HandrailError(
            "openssl: no answer within {seconds} seconds", seconds=_SECONDS
        ) from error
    if done.returncode:
        raise TokenError(
            "openssl says: {reason}", reason=_why(done.stderr.decode(errors="replace"))
        )
    return done.stdout


def _why(said: str) -> str:
    """Return the reason in what openssl said: the last part of its last error."""
    errors = [line for line in said.splitlines() if ":error:" in line or "error:" in line]
    if not errors:
        return said.strip().partition("\n")[0][:200]
    parts = [part for part in errors[0].split(":") if part.strip() and not part.isdigit()]
    told = [part for part in parts if not part.endswith(".c")]
    return told[-1].strip()[:200]
