"""What the scenarios of a protocol have visited, and what none has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handrail.engine.documents.rules.subject import branches
from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handrail.engine.documents.scenario import Played
    from handrail.engine.machine.definition import Definition, Path, State, Target

__all__ = ["Coverage", "Part", "coverage", "parts", "visited"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something that can be visited."""

    kind: str  # states | steps | branches | deadlines
    name: str  # STATE, STATE/STEP, STATE/STEP/2, STATE or STATE/TASK
    path: Path  # where it stands in the document
    target: Target | None = None  # of a branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The parts of a protocol, and those of them that were visited."""

    parts: tuple[Part, ...]
    visited: frozenset[tuple[str, str]]  # (kind, name)

    def missed(self, kind: str | None = None) -> list[Part]:
        """The parts that nothing has visited, in document order."""
        return [
            part
            for part in self.parts
            if kind in (None, part.kind) and (part.kind, part.name) not in self.visited
        ]

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each kind how many were visited, of how many."""
        found: dict[str, tuple[int, int]] = {}
        for part in self.parts:
            seen, total = found.get(part.kind, (0, 0))
            found[part.kind] = (seen + ((part.kind, part.name) in self.visited), total + 1)
        return found


def coverage(definition: Definition, plays: Iterable[Played]) -> Coverage:
    """What ``plays`` of this protocol have visited."""
    seen = frozenset(part for one in plays for part in visited(definition, one.drafts, one.run))
    return Coverage(parts=parts(definition), visited=seen)


def parts(definition: Definition) -> tuple[Part, ...]:
    """Everything in a protocol that can be visited, in document order by kind."""
    return tuple(_parts(definition))


def _parts(definition: Definition) -> Iterator[Part]:
    for state in definition.states.values():
        yield Part(kind="states", name=state.id, path=state.path)
        yield from _inside(state)
    for branch in branches(definition):
        target, path = branch.target, branch.target.path
        listed = isinstance(path[-1], int)  # one of a list
        if listed or target.when is not None:
            step = path[-3 if listed else -2] if branch.kind == "step" else branch.kind
            name = f"{branch.state}/{step}/{target.index}"
            yield Part(kind="branches", name=name, path=path, target=target)


def _inside(state: State) -> Iterator[Part]:
    for step in state.steps.values():
        yield Part(kind="steps", name=f"{state.id}/{step.id}", path=step.path)
    if state.within is not None:
        yield Part(kind="deadlines", name=state.id, path=state.within.path)
    for task in state.tasks.values():
        if task.within is not None:
            yield Part(kind="deadlines", name=f"{state.id}/{task.id}", path=task.within.path)


def visited(
    definition: Definition, drafts: Iterable[Mapping[str, Any]], run: str
) -> Iterator[tuple[str, str]]:
    """The parts (kind, name) that the records of a run have visited, as often as they have."""
    chart = chart_of(definition)
    for draft in drafts:
        if draft.get("run") != run:
            continue
        for leaf in draft.get("to", ()) if draft["type"] != "notified" else ():
            yield from (("states", state) for state in chart.ancestors[leaf])
        for move in draft.get("moves", ()):
            yield from _moved(*move)
        if draft["type"] == "deadline-passed":
            task = draft.get("task")
            yield "deadlines", f"{draft['state']}/{task}" if task else draft["state"]


def _moved(state: str, kind: str, index: Any) -> Iterator[tuple[str, str]]:
    word, _, step = kind.partition(" ")
    if word == "step":
        yield "steps", f"{state}/{step}"
    if index is not None:
        yield "branches", f"{state}/{step or kind}/{index}"
