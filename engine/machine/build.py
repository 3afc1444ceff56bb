"""From a document's checked data to its frozen ``Definition``.

The data has passed its JSON Schema, so shapes are not doubted here; references
are resolved and judged by the rules of ``documents``, not here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.durations import parse_duration
from handrail.engine.machine.definition import (
    Deadline,
    Definition,
    Effect,
    Fact,
    FactType,
    Kind,
    Notify,
    Overdue,
    Path,
    Region,
    Resume,
    Second,
    SetFacts,
    Setting,
    StartRun,
    State,
    Step,
    Target,
    Task,
)
from handrail.engine.machine.guards import is_fact, read_guard

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TOP", "build"]

TOP: Final = ""  # the id of the top region

Data = dict[str, Any]


def build(data: Mapping[str, Any], sha256: str) -> Definition:
    """Compile a ``lifecycle``, ``protocol`` or ``agreement`` document.

    :param data: the document as the reader or ``json.loads`` gave it.
    :param sha256: the digest of its canonical JSON, in hex.
    """
    facts = {key: read_fact(key, value, ("facts", key)) for key, value in _get(data, "facts")}
    builder = _Builder(facts)
    by = tuple(data.get("by", ()))
    builder.region(_region(TOP, data, ()), dict(data), by)
    deviate = data.get("deviate")
    return Definition(
        kind=data["kind"],
        id=data["id"],
        revision=data.get("revision", 1),
        sha256=sha256,
        title=data.get("title", data["id"]),
        purpose=data.get("purpose"),
        owner=data.get("owner"),
        by=by,
        addresses={key: tuple(value) for key, value in _get(data, "addresses")},
        impact=data.get("impact"),
        settings={key: _setting(key, value) for key, value in _get(data, "settings")},
        facts=facts,
        states=builder.states,
        regions=builder.regions,
        deviate_by=None if deviate is None else tuple(deviate["by"]),
        data=data,
    )


def _get(data: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
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
    return None if value is None else Decimal(value)


def _setting(key: str, data: Data) -> Setting:
    path = ("settings", key)
    return Setting(id=key, fact=read_fact(key, data, path), default=data.get("default"), path=path)


class _Builder:
    """Walks the states once, in document order."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = facts
        self.states: dict[str, State] = {}
        self.regions: dict[str, Region] = {}
        self.order = 0

    def region(self, region: Region, data: Data, by: tuple[str, ...]) -> None:
        self.regions[region.id] = region
        for name, value in data["states"].items():
            self.state(name, value or {}, region, by)

    def state(self, key: str, data: Data, region: Region, inherited: tuple[str, ...]) -> None:
        path = (*region.path, "states", key)
        by = tuple(data.get("by", inherited))
        kind = _kind(data)
        tracks = tuple(f"{key}/{track}" for track in data.get("tracks", {}))
        self.order += 1
        # Placed before its children are walked, so that the order is the document's.
        self.states[key] = State(
            id=key,
            kind=kind,
            region=region.id,
            title=data.get("title"),
            guide=data.get("guide"),
            by=by,
            within=_deadline(data, "within", path),
            overdue=_overdue(data, path),
            tasks={name: _task(name, item, by, path) for name, item in _get(data, "tasks")},
            steps={
                name: self.step(name, item or {}, key, by, (*path, "steps", name))
                for name, item in _get(data, "steps")
            },
            enter=_effects(data, "enter", path),
            leave=_effects(data, "leave", path),
            next=_targets(data.get("next"), (*path, "next")),
            done=_targets(data.get("done"), (*path, "done")),
            outcome=data.get("final"),
            run=data.get("run"),
            join=_join(data.get("join", "all"), len(tracks)),
            tracks=tracks,
            inside=key if kind is Kind.COMPOUND else None,
            order=self.order,
            path=path,
        )
        if kind is Kind.COMPOUND:
            self.region(_region(key, data, path, owner=key), data, by)
        for name, item in _get(data, "tracks"):
            track = _region(f"{key}/{name}", item, (*path, "tracks", name), owner=key, track=name)
            self.region(track, item, tuple(item.get("by", by)))

    def step(self, key: str, data: Data, state: str, by: tuple[str, ...], path: Path) -> Step:
        targets = _targets(data.get("to"), (*path, "to"))
        names = dict.fromkeys(
            name
            for target in targets
            if target.when is not None
            for name in target.when.reads
            if is_fact(name)
        )
        return Step(
            id=key,
            state=state,
            title=data.get("title"),
            guide=data.get("guide"),
            by=tuple(data.get("by", by)),
            ask=tuple(data.get("ask", ())),
            reads=tuple(names),
            needs=tuple(data.get("needs", ())),
            second=_second(data.get("second")),
            after=_deadline(data, "after", path),
            to=targets,
            then=_effects(data, "then", path),
            path=path,
        )


def _region(
    key: str,
    data: Mapping[str, Any],
    path: Path,
    *,
    owner: str | None = None,
    track: str | None = None,
) -> Region:
    return Region(
        id=key,
        owner=owner,
        track=track,
        start=data["start"],
        children=tuple(data["states"]),
        title=data.get("title"),
        path=path,
    )


def _kind(data: Data) -> Kind:
    if "final" in data:
        return Kind.FINAL
    if "tracks" in data:
        return Kind.PARALLEL
    if "states" in data:
        return Kind.COMPOUND
    if "run" in data:
        return Kind.RUNNING
    if "next" in data and "steps" not in data:
        return Kind.DECIDING
    return Kind.PLAIN


def _join(value: Any, tracks: int) -> int:
    if value == "all":
        return tracks
    return 1 if value == "any" else int(value)


def _second(data: Any) -> Second | None:
    if data is None:
        return None
    if isinstance(data, str):
        return Second(role=data)
    return Second(role=data["role"], count=data.get("count", 1))


def _deadline(data: Data, key: str, path: Path) -> Deadline | None:
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


def _overdue(data: Data, path: Path) -> Overdue | None:
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


def _task(key: str, data: Data, by: tuple[str, ...], path: Path) -> Task:
    path = (*path, "tasks", key)
    return Task(
        id=key,
        do=data["do"],
        optional=data.get("optional", False),
        skip_by=tuple(data.get("skip-by", ())),
        each=data.get("each"),
        by=tuple(data.get("by", by)),
        within=_deadline(data, "within", path),
        overdue=_overdue(data, path),
        evidence=data.get("evidence", False),
        path=path,
    )


def _targets(data: Any, path: Path) -> tuple[Target, ...]:
    if data is None:
        return ()
    if isinstance(data, list):
        return tuple(_target(index, item, (*path, index)) for index, item in enumerate(data))
    return (_target(0, data, path),)


def _target(index: int, data: str | Data, path: Path) -> Target:
    if isinstance(data, str):
        return Target(index=index, state=data, path=path)
    resume = None
    if "resume" in data:
        resume = Resume(
            state=data["resume"],
            deep=data.get("depth", "deep") == "deep",
            otherwise=data.get("else"),
        )
    when = data.get("when")
    return Target(
        index=index,
        state=data.get("state"),
        resume=resume,
        when=None if when is None else read_guard(when),
        path=path,
    )


def _effects(data: Data, key: str, path: Path) -> tuple[Effect, ...]:
    return tuple(
        _effect(item, (*path, key, index)) for index, item in enumerate(data.get(key) or ())
    )


def _effect(data: Data, path: Path) -> Effect:
    if "notify" in data:
        return _notify(data["notify"], (*path, "notify"))
    if "start" in data:
        return StartRun(protocol=data["start"], path=path)
    return SetFacts(values=data["set"], path=path)


def _notify(data: Data, path: Path) -> Notify:
    return Notify(to=tuple(data["to"]), text=data["text"], path=path)
