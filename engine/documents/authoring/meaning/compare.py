"""Compare two machines part by part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from handrail.engine.documents.authoring.meaning.branches import branch_changes
from handrail.engine.documents.authoring.meaning.change import Aspect, Change, differences
from handrail.engine.documents.authoring.meaning.match import names_of, pairs
from handrail.engine.documents.authoring.meaning.names import SAME
from handrail.engine.documents.authoring.meaning.whole import of_document, of_state
from handrail.engine.documents.authoring.meaning.words import Teller
from handrail.engine.machine.build import TOP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from handrail.engine.documents.authoring.meaning.change import Where
    from handrail.engine.machine.definition import Definition, Region, State, Step, Task

    Roles = tuple[str, ...]

__all__ = ["compare"]

T = TypeVar("T")


def compare(before: Definition, after: Definition, lang: str = "en") -> list[Change]:
    """Everything in which two revisions differ in meaning, in the order of the document.

    :param lang: in which the differences are said.
    """
    comparison = _Comparison(before, after, lang)
    return [one._replace(title=comparison.title(one)) for one in comparison.changes()]


class _Comparison:
    def __init__(self, before: Definition, after: Definition, lang: str) -> None:
        self.before, self.after = before, after
        self.names = names_of(before, after)
        self.old = Teller(before, lang, self.names)
        self.new = Teller(after, lang, SAME)

    def changes(self) -> Iterator[Change]:
        yield from differences((), of_document(self.old), of_document(self.new))
        yield from self._roles((), (self.before.by, self.after.by), None)
        yield from self._facts()
        yield from self._settings()
        yield from self._begins((), self.before.regions[TOP], self.after.regions[TOP])
        yield from self._states()

    def title(self, change: Change) -> str | None:
        """The title of the state that a change is in, in the revision that has it."""
        if change.where[:1] != ("state",):
            return None
        name = change.where[1]
        state = self.after.states.get(name) or self.before.states[name]
        return None if state.title is None else self.new.text("title", state.title).words

    # -- what lies side by side ------------------------------------------------------

    def _side_by_side(  # noqa: PLR0913, PLR0917 - two sides of the same
        self,
        part: str,
        where: Where,
        before: Mapping[str, T],
        after: Mapping[str, T],
        renamed: Mapping[str, str],
        same: Callable[[Where, T, T], Iterable[Change]],
    ) -> Iterator[Change]:
        """Added, removed and renamed parts, and what is different in those that stayed."""
        old_of = {renamed.get(name, name): name for name in before}
        for name, old in before.items():
            if renamed.get(name, name) not in after:
                yield Change("removed", part, (*where, part, name), self._named(old, name), None)
        for name, new in after.items():
            at = (*where, part, name)
            if name not in old_of:
                yield Change("added", part, at, None, self._named(new, name))
                continue
            if old_of[name] != name:
                yield Change("renamed", part, at, old_of[name], name)
            yield from same(at, before[old_of[name]], new)

    def _named(self, part: Any, name: str) -> str:
        """How a part is called by those who follow it."""
        for key in ("title", "ask", "do"):
            if isinstance(text := getattr(part, key, None), str | Mapping):  # a step asks facts
                return self.new.text("", text).words
        return name

    def _facts(self) -> Iterator[Change]:
        def same(at: Where, old: Any, new: Any) -> Iterator[Change]:
            yield from differences(at, self.old.fact(old), self.new.fact(new))
            yield from self._options(at, self.old.options(old), self.new.options(new))

        facts = self.before.facts, self.after.facts
        yield from self._side_by_side("fact", (), *facts, self.names.facts, same)

    def _options(
        self, at: Where, before: Mapping[str, Aspect], after: Mapping[str, Aspect]
    ) -> Iterator[Change]:
        none = Aspect("option", None)
        for name in dict.fromkeys([*before, *after]):
            old, new = before.get(name, none), after.get(name, none)
            yield from differences((*at, "option", name), [old], [new])

    def _settings(self) -> Iterator[Change]:
        def same(at: Where, old: Any, new: Any) -> Iterator[Change]:
            yield from differences(at, self.old.setting(old), self.new.setting(new))

        yield from self._side_by_side(
            "setting", (), self.before.settings, self.after.settings, {}, same
        )

    # -- states -----------------------------------------------------------------------

    def _states(self) -> Iterator[Change]:
        states = self.before.states, self.after.states
        yield from self._side_by_side("state", (), *states, self.names.states, self._state)

    def _state(self, at: Where, old: State, new: State) -> Iterator[Change]:
        yield from self._moved(at, old, new)
        if old.kind is not new.kind:
            yield Change("changed", "kind", at, old.kind.value, new.kind.value)
        yield from differences(at, of_state(self.old, old), of_state(self.new, new))
        yield from self._roles(at, (old.by, new.by), self._around(old, new))
        yield from self._tracks(at, old, new)
        yield from self._tasks(at, old, new)
        steps = old.steps, new.steps
        renamed = pairs(*steps, self._features(self.old), self._features(self.new))

        def same(where: Where, one: Step, other: Step) -> Iterator[Change]:
            yield from self._step(where, one, other, (old.by, new.by))

        yield from self._side_by_side("step", at, *steps, renamed, same)
        for part in ("done", "next"):
            both = getattr(old, part), getattr(new, part)
            yield from branch_changes((*at, part, ""), self.old, self.new, *both)

    def _moved(self, at: Where, old: State, new: State) -> Iterator[Change]:
        before = self.names.state(self.before.regions[old.region].owner)
        after = self.after.regions[new.region].owner
        tracks = self.before.regions[old.region].track, self.after.regions[new.region].track
        if before != after or (before is not None and tracks[0] != tracks[1]):
            inside = [self._place(name, track) for name, track in zip((before, after), tracks)]  # noqa: B905 - pairs
            yield Change("moved", "state", at, *inside)

    def _place(self, owner: str | None, track: str | None) -> str:
        if owner is None:
            return self.new.say("the top")
        return f"{owner}/{track}" if track else owner

    def _around(self, old: State, new: State) -> tuple[Roles, Roles]:
        """The roles that the states inherit, if they say none themselves."""
        return _inherited(self.before, old), _inherited(self.after, new)

    def _tracks(self, at: Where, old: State, new: State) -> Iterator[Change]:
        regions = _regions(self.before, old), _regions(self.after, new)

        def same(where: Where, one: Region, other: Region) -> Iterator[Change]:
            titles = self.old.text("title", one.title), self.new.text("title", other.title)
            yield from differences(where, titles[:1], titles[1:])
            yield from self._begins(where, one, other)

        yield from self._side_by_side("track", at, *regions, {}, same)
        if old.inside is not None and new.inside is not None:
            inner = self.before.regions[old.inside], self.after.regions[new.inside]
            yield from self._begins(at, *inner)

    def _begins(self, at: Where, old: Region, new: Region) -> Iterator[Change]:
        start = self.names.state(old.start)
        if start != new.start:
            yield Change("changed", "start", at, start, new.start)

    def _tasks(self, at: Where, old: State, new: State) -> Iterator[Change]:
        def same(where: Where, one: Task, other: Task) -> Iterator[Change]:
            yield from differences(where, self.old.task(one), self.new.task(other))
            yield from self._roles(where, (one.by, other.by), (old.by, new.by))

        renamed = {k: v for k, v in self.names.tasks.items() if k in old.tasks and v in new.tasks}
        yield from self._side_by_side("task", at, old.tasks, new.tasks, renamed, same)

    def _step(
        self, at: Where, old: Step, new: Step, around: tuple[Roles, Roles]
    ) -> Iterator[Change]:
        yield from differences(at, self.old.step(old), self.new.step(new))
        yield from self._roles(at, (old.by, new.by), around)
        yield from branch_changes(at, self.old, self.new, old.to, new.to)

    def _features(self, teller: Teller) -> Callable[[Step], frozenset[Any]]:
        def features(step: Step) -> frozenset[Any]:
            goals = (("to", teller.goal(target).key) for target in step.to)
            aspects = ((a.part, a.key) for a in teller.step(step) if a.key is not None)
            return frozenset([*goals, *aspects])

        return features

    def _roles(
        self, at: Where, roles: tuple[Roles, Roles], around: tuple[Roles, Roles] | None
    ) -> Iterator[Change]:
        """Who may: told once, where it is said, and not for all that inherits it."""
        change = tuple(map(frozenset, roles))
        if change[0] == change[1] or change == tuple(map(frozenset, around or ())):
            return
        anybody = self.new.say("anybody")
        words = [", ".join(by) or anybody for by in roles]
        yield Change("changed", "roles", at, *words)


def _inherited(definition: Definition, state: State) -> Roles:
    region = definition.regions[state.region]
    if region.owner is None:
        return definition.by
    owner = definition.states[region.owner]
    track: Any = _data(definition, region)
    return tuple(track.get("by", owner.by))


def _data(definition: Definition, region: Region) -> Any:
    data: Any = definition.data
    for key in region.path:
        data = data[key]
    return data if region.track is not None else {}


def _regions(definition: Definition, state: State) -> dict[str, Region]:
    regions = (definition.regions[name] for name in state.tracks)
    return {str(region.track): region for region in regions}
