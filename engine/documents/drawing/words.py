"""What a drawing says: titles, guards made short, deadlines, who may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handrail.engine.durations import parse_duration, say_duration
from handrail.engine.machine.guards import All, Not, One, Test
from handrail.engine.text import pick, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.machine.definition import Deadline, Definition, State, Step, Target
    from handrail.engine.machine.guards import Guard
    from handrail.engine.text import Text

__all__ = ["Wording"]

# Names that guards may read beside facts, and what these are compared with.
_SPECIAL_WORDS: Final = {
    "outcome": "outcome",
    "tasks": "tasks",
    "runs": "protocols",
}
_STATUS_WORDS: Final = {
    "done": "done",
    "open": "open",
    "skipped": "skipped",
    "active": "active",
    "finished": "ended",
    "none": "not started",
}
_SIGNS: Final = {"at-least": "≥", "at-most": "≤", "above": ">", "below": "<"}


class Wording:
    """The words of one definition in one language.

    :param ids: show ids in the place of titles, as an author writes them.
    :param settings: the values of settings, where they are not the defaults.
    """

    def __init__(
        self,
        definition: Definition,
        lang: str,
        *,
        ids: bool = False,
        settings: Mapping[str, object] | None = None,
    ) -> None:
        self.definition = definition
        self.lang = lang
        self.ids = ids
        self.settings = settings or {}

    def title(self, title: Text | None, name: str) -> str:
        """Return the title of a part, else its id."""
        return name if self.ids else pick(title, self.lang) or name

    def say(self, template: str, /, **params: object) -> str:
        """Return one of the program's own messages."""
        return say(self.lang, template, **params)

    # -- states and steps ----------------------------------------------------------

    def who(self, by: Sequence[str], usual: Sequence[str]) -> str:
        """Say who may, where that is not whom the part around it says."""
        if tuple(by) == tuple(usual):
            return ""
        if not by:
            return self.say("anybody")
        return self.say("all roles") if tuple(by) == self.definition.by else ", ".join(by)

    def usual(self, state: State) -> Sequence[str]:
        """Return who may in what lies around a state."""
        owner = self.definition.regions[state.region].owner
        return self.definition.by if owner is None else self.definition.states[owner].by

    def tasks(self, state: State) -> str:
        """Say how many tasks there are."""
        count = len(state.tasks)
        if count == 0:
            return ""
        return self.say("1 task") if count == 1 else self.say("{count} tasks", count=count)

    def join(self, state: State) -> str:
        """Say how many tracks must end, where not all of them must."""
        if state.join >= len(state.tracks):
            return ""
        return self.say("{count} of {all} are enough", count=state.join, all=len(state.tracks))

    def second(self, step: Step) -> str:
        """Say which other people must confirm."""
        if step.second is None:
            return ""
        if step.second.count == 1:
            return self.say("with {role}", role=step.second.role)
        return self.say("with {count} of {role}", count=step.second.count, role=step.second.role)

    def length(self, deadline: Deadline) -> str:
        """Say how long, and from when where that is not the entry of the state."""
        if deadline.time is not None:
            length = say_duration(deadline.time)
        else:
            name = deadline.setting or ""
            setting = self.definition.settings.get(name)
            default = None if setting is None else setting.default
            length = _duration(self.settings.get(name, default), name)
        return length if deadline.since is None else f"{length} ({deadline.since})"

    # -- guards --------------------------------------------------------------------

    def branch(self, target: Target, among: Sequence[Target]) -> str:
        """Say when a branch is taken; nothing where it always is."""
        if target.when is not None:
            return self.guard(target.when)
        return self.say("otherwise") if len(among) > 1 else ""

    def guard(self, guard: Guard) -> str:
        """Say a guard in few words: ``linked``, ``not linked``, ``explanation: plausible``."""
        if isinstance(guard, Test):
            return self._test(guard)
        if isinstance(guard, Not):
            return self.say("not ({condition})", condition=self.guard(guard.part))
        if isinstance(guard, All):
            return self.say(" and ").join(self._inner(part) for part in guard.parts)
        if isinstance(guard, One):
            return self.say(" or ").join(self._inner(part) for part in guard.parts)
        return guard.words(self.lang)

    def _inner(self, guard: Guard) -> str:
        words = self.guard(guard)
        return f"({words})" if isinstance(guard, All | One) and len(guard.parts) > 1 else words

    def _test(self, test: Test) -> str:
        name = self._name(test.name)
        if test.operator == "known":
            return name if test.expected else self.say("no {name}", name=name)
        if test.operator in {"is", "not"} and isinstance(test.expected, bool):
            yes = test.expected is (test.operator == "is")
            return name if yes else self.say("not {name}", name=name)
        value = self._value(test.name, test.expected)
        if test.operator == "not":
            return self.say("{name} not {value}", name=name, value=value)
        sign = _SIGNS.get(test.operator)
        return f"{name} {sign} {value}" if sign else f"{name}: {value}"

    def _name(self, name: str) -> str:
        """A name in a guard as it is read: a track by its title, others by their ids."""
        kind, _, own = name.partition(".")
        if kind == "tracks":
            for region in self.definition.regions.values():
                if region.track == own:
                    return self.title(region.title, own)
        if kind in _SPECIAL_WORDS and not self.ids:
            return own.replace("-", " ") or self.say(_SPECIAL_WORDS[kind])
        return name if self.ids else (own or name).replace("-", " ")

    def _value(self, name: str, value: object) -> str:
        if isinstance(value, list | tuple):
            return self.say(" or ").join(self._value(name, item) for item in value)
        if isinstance(value, bool):
            return self.say("yes") if value else self.say("no")
        fact = self.definition.facts.get(name)
        if fact is None and str(value) in _STATUS_WORDS and not self.ids:
            return self.say(_STATUS_WORDS[str(value)])
        return self.title(None if fact is None else fact.of.get(str(value)), str(value))


def _duration(value: object, name: str) -> str:
    """The value as durations are said; the setting's name where it has none."""
    try:
        return say_duration(parse_duration(str(value)))
    except ValueError:
        return name
