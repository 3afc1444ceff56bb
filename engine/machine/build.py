"""From a document's checked data to its frozen ``Definition``.

The data has passed its JSON Schema, so shapes are not doubted here; references
are resolved and judged by the rules of ``documents``, not here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.machine.definition import Definition, Kind, Path, Region, State, Step
from handrail.engine.machine.guards import is_fact
from handrail.engine.machine.reading import (
    members,
    read_deadline,
    read_effects,
    read_fact,
    read_overdue,
    read_second,
    read_setting,
    read_targets,
    read_task,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handrail.engine.machine.definition import Fact, Target
    from handrail.engine.machine.reading import Data

__all__ = ["TOP", "build", "read_fact"]

TOP: Final = ""  # the id of the top region


def build(data: Mapping[str, Any], sha256: str) -> Definition:
    """Compile a ``lifecycle``, ``protocol`` or ``agreement`` document.

    :param data: the document as the reader or ``json.loads`` gave it.
    :param sha256: the digest of its canonical JSON, in hex.
    """
    facts = {key: read_fact(key, value, ("facts", key)) for key, value in members(data, "facts")}
    by = tuple(data.get("by", ()))
    builder = _Builder(facts)
    builder.region(_region(TOP, data, ()), data, by)
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
        addresses={key: tuple(value) for key, value in members(data, "addresses")},
        impact=data.get("impact"),
        settings={key: read_setting(key, value) for key, value in members(data, "settings")},
        facts=facts,
        states=builder.states,
        regions=builder.regions,
        deviate_by=None if deviate is None else tuple(deviate["by"]),
        data=data,
    )


class _Builder:
    """Walks the states once, in document order."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = facts
        self.states: dict[str, State] = {}
        self.regions: dict[str, Region] = {}

    def region(self, region: Region, data: Mapping[str, Any], by: tuple[str, ...]) -> None:
        self.regions[region.id] = region
        for name, value in data["states"].items():
            self.state(name, value or {}, region, by)

    def state(self, key: str, data: Data, region: Region, inherited: tuple[str, ...]) -> None:
        """Read a state, and then what is inside: so their order is that of the document."""
        path = (*region.path, "states", key)
        by = tuple(data.get("by", inherited))
        self.states[key] = self._state(key, data, region.id, by, path)
        if self.states[key].kind is Kind.COMPOUND:
            self.region(_region(key, data, path, owner=key), data, by)
        for name, item in members(data, "tracks"):
            track = _region(f"{key}/{name}", item, (*path, "tracks", name), owner=key, track=name)
            self.region(track, item, tuple(item.get("by", by)))

    def _state(self, key: str, data: Data, region: str, by: tuple[str, ...], path: Path) -> State:
        kind = _kind(data)
        tracks = tuple(f"{key}/{track}" for track in data.get("tracks", {}))
        return State(
            id=key,
            kind=kind,
            region=region,
            title=data.get("title"),
            guide=data.get("guide"),
            by=by,
            within=read_deadline(data, "within", path),
            overdue=read_overdue(data, path),
            tasks={
                name: read_task(name, item, by, self.facts, path)
                for name, item in members(data, "tasks")
            },
            steps={
                name: _step(name, item or {}, key, by, self.facts, (*path, "steps", name))
                for name, item in members(data, "steps")
            },
            enter=read_effects(data, "enter", self.facts, path),
            leave=read_effects(data, "leave", self.facts, path),
            next=read_targets(data.get("next"), (*path, "next")),
            done=read_targets(data.get("done"), (*path, "done")),
            outcome=data.get("final"),
            run=data.get("run"),
            join=_join(data.get("join", "all"), len(tracks)),
            tracks=tracks,
            inside=key if kind is Kind.COMPOUND else None,
            order=len(self.states),
            path=path,
        )


def _step(  # noqa: PLR0913, PLR0917 - a step is read where it stands
    key: str, data: Data, state: str, by: tuple[str, ...], facts: Mapping[str, Fact], path: Path
) -> Step:
    targets = read_targets(data.get("to"), (*path, "to"))
    return Step(
        id=key,
        state=state,
        title=data.get("title"),
        guide=data.get("guide"),
        by=tuple(data.get("by", by)),
        ask=tuple(data.get("ask", ())),
        reads=_reads(targets),
        needs=tuple(data.get("needs", ())),
        second=read_second(data.get("second")),
        after=read_deadline(data, "after", path),
        to=targets,
        then=read_effects(data, "then", facts, path),
        path=path,
    )


def _reads(targets: Iterable[Target]) -> tuple[str, ...]:
    """The facts of the run itself that the guards read, each once."""
    guards = (target.when for target in targets if target.when is not None)
    return tuple(dict.fromkeys(name for guard in guards for name in guard.reads if is_fact(name)))


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
    for member, kind in _KINDS:
        if member in data:
            return kind
    return Kind.DECIDING if "next" in data and "steps" not in data else Kind.PLAIN


_KINDS: Final = (
    ("final", Kind.FINAL),
    ("tracks", Kind.PARALLEL),
    ("states", Kind.COMPOUND),
    ("run", Kind.RUNNING),
)


def _join(value: Any, tracks: int) -> int:
    if value == "all":
        return tracks
    return 1 if value == "any" else int(value)
