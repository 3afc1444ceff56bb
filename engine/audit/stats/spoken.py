"""Numbers of the statistics in words: how long, how often, between when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.durations import say_duration
from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["long", "period", "reason", "share"]

_ROUNDING: Final = ((86_400, 3_600), (3_600, 60), (600, 60))  # from so many seconds on, to so many


def long(seconds: float | None) -> str:
    """Say how long, as precisely as matters: ``4m12s``, ``1h30m``, ``3d4h``."""
    if seconds is None:
        return "-"
    whole = round(seconds)
    for least, unit in _ROUNDING:
        if whole >= least:
            whole -= whole % unit
            break
    return say_duration(timedelta(seconds=whole))


def share(part: int, whole: int) -> str:
    """Say a part of a whole: ``3 (25 %)``."""
    return f"{part} ({round(100 * part / whole)} %)" if whole else str(part)


def period(found: Mapping[str, Any], lang: str) -> str:
    """Say which incidents were counted."""
    parts = [say(lang, "incidents: {count}", count=found["all"]["incidents"])]
    if found["first"] is not None:
        parts.append(f"{_day(found['first'])} – {_day(found['last'])}")  # noqa: RUF001 - a dash
    if found["all"]["drills"]:
        parts.append(say(lang, "drills among them: {count}", count=found["all"]["drills"]))
    if found["drills_left_out"]:
        parts.append(say(lang, "drills not counted: {count}", count=found["drills_left_out"]))
    return " · ".join(parts)


def reason(code: str, lang: str) -> str:
    """Say for what kind of reason something was refused."""
    return say(lang, _CODE_WORDS.get(code, code))


_CODE_WORDS = {
    "role": "the person does not have the role",
    "guard": "the protocol's condition did not hold",
    "tasks": "tasks were still to be done",
    "facts": "something was not known yet",
    "evidence": "evidence was missing",
    "second": "a second person was needed",
    "time": "it was too early",
    "not-now": "it was not possible in that state",
    "conflict": "somebody else was first",
    "closed": "the incident was closed",
    "not-in-force": "the protocol was not in force",
    "deviate": "the protocol may not be left",
    "skip": "the task may not be skipped",
    "done": "it was done already",
    "item": "there is no such item",
    "held": "it is under legal hold",
    "signature": "the signature did not hold",
}


def _day(stamp: str) -> str:
    return f"{datetime.fromisoformat(stamp).astimezone():%Y-%m-%d}"
