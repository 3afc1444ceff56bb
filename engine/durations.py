"""Durations as documents write them: whole numbers with s m h d w (``1h30m``)."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache

__all__ = ["parse_duration", "say_duration"]

# Compiled when first used (and kept by re): compiling is a third of a millisecond at start-up.
_FORM = r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?"
_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_MOST = 36_525 * 86_400  # a hundred years: beyond it a datetime may overflow


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> timedelta:
    """Read ``90s``, ``1h30m``, ``3d``.

    :raises ValueError: the text has another form, or is longer than a hundred years.
    """
    match = re.fullmatch(_FORM, text)
    if not text or match is None:
        raise ValueError(text)
    seconds = sum(
        int(number) * size
        for number, (_, size) in zip(match.groups(), _UNITS, strict=True)
        if number
    )
    if seconds > _MOST:
        raise ValueError(text)
    return timedelta(seconds=seconds)


def say_duration(length: timedelta) -> str:
    """Write a duration in the same form, largest units first; ``0s`` for none."""
    rest = int(length.total_seconds())
    parts = []
    for unit, size in _UNITS[1:]:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
