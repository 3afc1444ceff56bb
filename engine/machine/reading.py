"""From a document's data to the parts of a definition: facts, tasks, targets, effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.durations import parse_duration
from handrail.engine.machine.definition import (
    Deadline,
    Effect,
    Fact,
    FactType,
    Notify,
    Overdue,
    Resume,
    Second,
    SetFacts,
    Setting,
    StartRun,
    Target,
    Task,
)
from handrail.engine.machine.facts import BadValueError, read_fixed
from handrail.engine.machine.guards import read_guard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from handrail.engine.machine.definition import Path

    Data = dict[str, Any]

__all__ = [
    "members",
    "read_deadline",
    "read_effects",
    "read_fact",
    "read_overdue",
    "read_second",
    "read_setting",
    "read_targets",
    "read_task",
]


def members(data: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    """The members of a mapping that may be missing or empty."""
    return list((data.get(key) or {}).items())


def read_fact(key: str, data: Data, path: Path) -> Fact:
    """Build a fact, or the shape of a setting, from its declaration."""
    kind = FactType(data["type"])
    return Fact(
        id=key,
        type=kind,
        ask=data.get("ask"),
        many=data.get("many", False),
        personal=data.get("personal", kind is FactType.TEXT),
        of=data.get("of") or {},
        min=_decimal(data.get("min")),
        max=_decimal(data.get("max")),
        unit=data.get("unit"),
        digits=data.get("digits", 0),
        path=path,
    )


def _decimal(value: Any) -> Decimal | None:
    if value is None:
        return None
    from decimal import Decimal  # noqa: PLC0415 - 3 ms that few documents need

    return Decimal(value)


def read_setting(key: str, data: Data) -> Setting:
    """Build a setting from its declaration."""
    path = ("settings", key)
    return Setting(id=key, fact=read_fact(key, data, path), default=data.get("default"), path=path)


def read_second(data: Any) -> Second | None:
    """``ROLE`` or ``{role: ROLE, count: N}``."""
    if data is None:
        return None
    if isinstance(data, str):
        return Second(role=data)
    return Second(role=data["role"], count=data.get("count", 1))


def read_deadline(data: Data, key: str, path: Path) -> Deadline | None:
    """``10m``, ``{setting: ID}`` or ``{time: …, since: …}``."""
    value = data.get(key)
    if value is None:
        return None
    path = (*path, key)
    if isinstance(value, str):
        return Deadline(time=parse_duration(value), path=path)
    time = value.get("time", value)
    since = value.get("since")
    if isinstance(time, str):
        return Deadline(time=parse_duration(time), since=since, path=path)
    return Deadline(setting=time["setting"], since=since, path=path)


def read_overdue(data: Data, path: Path) -> Overdue | None:
    """A step, a message, or both."""
    value = data.get("overdue")
    if value is None:
        return None
    path = (*path, "overdue")
    notify = value.get("notify")
    return Overdue(
        step=value.get("step"),
        notify=None if notify is None else _notify(notify, (*path, "notify")),
        path=path,
    )


def read_task(
    key: str, data: Data, by: tuple[str, ...], facts: Mapping[str, Fact], path: Path
) -> Task:
    """Build a task; ``by`` are the state's roles."""
    path = (*path, "tasks", key)
    return Task(
        id=key,
        do=data["do"],
        optional=data.get("optional", False),
        skip_by=tuple(data.get("skip-by", ())),
        each=data.get("each"),
        each_fact=data.get("each") in facts,
        by=tuple(data.get("by", by)),
        within=read_deadline(data, "within", path),
        overdue=read_overdue(data, path),
        evidence=data.get("evidence", False),
        path=path,
    )


def read_targets(data: Any, path: Path) -> tuple[Target, ...]:
    """A state id, one target, or a list of them."""
    if data is None:
        return ()
    if isinstance(data, list):
        return tuple(_target(index, item, (*path, index)) for index, item in enumerate(data))
    return (_target(0, data, path),)


def _target(index: int, data: str | Data, path: Path) -> Target:
    if isinstance(data, str):
        return Target(index=index, state=data, path=path)
    when = data.get("when")
    return Target(
        index=index,
        state=data.get("state"),
        resume=_resume(data) if "resume" in data else None,
        when=None if when is None else read_guard(when),
        path=path,
    )


def _resume(data: Data) -> Resume:
    deep = data.get("depth", "deep") == "deep"
    return Resume(state=data["resume"], deep=deep, otherwise=data.get("else"))


def read_effects(data: Data, key: str, facts: Mapping[str, Fact], path: Path) -> tuple[Effect, ...]:
    """The effects under ``key``, in their order."""
    return tuple(
        _effect(item, facts, (*path, key, index)) for index, item in enumerate(data.get(key) or ())
    )


def _effect(data: Data, facts: Mapping[str, Fact], path: Path) -> Effect:
    if "notify" in data:
        return _notify(data["notify"], (*path, "notify"))
    if "start" in data:
        return StartRun(protocol=data["start"], path=path)
    values = {name: _fixed(facts.get(name), value) for name, value in data["set"].items()}
    return SetFacts(values=values, path=path)


def _fixed(fact: Fact | None, value: object) -> object:
    """The canonical value; one that does not fit is left for the checker to find."""
    try:
        return value if fact is None else read_fixed(fact, value)
    except BadValueError:
        return value


def _notify(data: Data, path: Path) -> Notify:
    return Notify(to=tuple(data["to"]), text=data["text"], path=path)
