"""The parts of a machine as aspects: what they mean, and how that is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.documents.authoring.meaning.change import Aspect
from handrail.engine.documents.authoring.meaning.names import Names, meaning_of
from handrail.engine.durations import say_duration
from handrail.engine.machine.definition import Notify, SetFacts, StartRun
from handrail.engine.text import pick, say

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from handrail.engine.machine.definition import (
        Deadline,
        Definition,
        Effect,
        Fact,
        Overdue,
        Setting,
        Step,
        Target,
        Task,
    )
    from handrail.engine.text import Text

__all__ = ["Teller"]


class Teller:
    """Tells the aspects of one machine's parts; its names as the new revision has them."""

    def __init__(self, definition: Definition, lang: str, names: Names) -> None:
        self.definition = definition
        self.lang = lang
        self.names = names

    def say(self, template: str, /, **params: object) -> str:
        """One of the program's own messages."""
        return say(self.lang, template, **params)

    # -- small things ---------------------------------------------------------------

    def text(self, part: str, text: Text | None) -> Aspect:
        """A text in all its languages."""
        if text is None:
            return Aspect(part, None)
        if isinstance(text, str):
            return Aspect(part, text, text)
        texts = tuple(sorted(text.items()))
        return Aspect(part, texts, pick(text, self.lang), texts)

    def ids(self, part: str, names: Iterable[str]) -> Aspect:
        """A list of ids whose order means nothing."""
        found = list(names)
        return Aspect(part, frozenset(found) or None, ", ".join(found))

    def flag(self, part: str, *, on: bool) -> Aspect:
        """Something that is so or not."""
        return Aspect(part, on or None, self.say("yes"))

    def value(self, part: str, value: Any) -> Aspect:
        """Anything that is compared as it is."""
        if value is None:
            return Aspect(part, None)
        if isinstance(value, bool):
            return Aspect(part, value, self.say("yes") if value else self.say("no"))
        return Aspect(part, str(value), str(value))

    def deadline(self, part: str, within: Deadline | None) -> Aspect:
        """How long, and since when."""
        if within is None:
            return Aspect(part, None)
        length = self._length(within)
        since = self.names.fact(within.since) if within.since else None
        key = (within.setting or within.time, since)
        if since is None:
            return Aspect(part, key, length)
        return Aspect(part, key, self.say("{time} since {anchor}", time=length, anchor=since))

    def _length(self, within: Deadline) -> str:
        if within.time is not None:
            return say_duration(within.time)
        setting = self.definition.settings.get(within.setting or "")
        return f"{within.setting} ({setting.default})" if setting else str(within.setting)

    def overdue(self, part: str, overdue: Overdue | None) -> Aspect:
        """What happens when it passes."""
        if overdue is None:
            return Aspect(part, None)
        effects = [] if overdue.notify is None else [overdue.notify]
        told = self.effects(part, effects)
        if overdue.step is None:
            return told
        words = self.say("step {name}", name=overdue.step)
        words = f"{words}; {told.words}" if told.words else words
        return Aspect(part, (overdue.step, told.key), words, told.texts)

    def effects(self, part: str, effects: Sequence[Effect]) -> Aspect:
        """What else happens, in order."""
        key = tuple(map(self._effect_key, effects)) or None
        tags = dict.fromkeys(tag for effect in effects for tag in _tags(effect))
        texts = tuple((tag, self._effects_in(tag, effects)) for tag in tags)
        return Aspect(part, key, self._effects_in(self.lang, effects), texts)

    def _effect_key(self, effect: Effect) -> Hashable:
        if isinstance(effect, Notify):
            return ("notify", frozenset(effect.to), self.text("", effect.text).key)
        if isinstance(effect, StartRun):
            return ("start", effect.protocol)
        return ("set", frozenset((self.names.fact(k), str(v)) for k, v in effect.values.items()))

    def _effects_in(self, lang: str, effects: Sequence[Effect]) -> str:
        return "; ".join(self._effect(effect, lang) for effect in effects)

    def _effect(self, effect: Effect, lang: str) -> str:
        if isinstance(effect, Notify):
            who, text = ", ".join(effect.to), pick(effect.text, lang)
            return self.say("tell {who}: {text}", who=who, text=text)
        if isinstance(effect, StartRun):
            return self.say("start {name}", name=effect.protocol)
        assert isinstance(effect, SetFacts)  # noqa: S101 - there is no other effect
        return ", ".join(f"{self.names.fact(k)}={v}" for k, v in effect.values.items())

    # -- targets -------------------------------------------------------------------------

    def goal(self, target: Target) -> Aspect:
        """Where a branch leads."""
        if target.state is not None:
            name = self.names.state(target.state)
            return Aspect("target", name, str(name))
        resume = target.resume
        assert resume is not None  # noqa: S101 - it leads somewhere
        name, other = self.names.state(resume.state), self.names.state(resume.otherwise)
        words = self.say("back to {state}", state=name)
        return Aspect("target", (name, resume.deep, other), words)

    def guard(self, target: Target) -> Aspect:
        """Under which condition."""
        words = self.say("otherwise") if target.when is None else target.when.words(self.lang)
        return Aspect("guard", meaning_of(target.when, self.names), words)

    # -- parts -----------------------------------------------------------------------------

    def step(self, step: Step) -> Iterator[Aspect]:
        """All of a step but its roles and where it leads."""
        yield self.text("title", step.title)
        yield self.text("guide", step.guide)
        yield self.ids("questions", map(self.names.fact, step.ask))
        yield self.ids("needs", map(self.names.fact, step.needs))
        second = step.second
        words = ""
        if second is not None:
            words = second.role if second.count == 1 else f"{second.count} x {second.role}"
        yield Aspect("second", second and (second.role, second.count), words)
        yield self.deadline("after", step.after)
        yield self.effects("effects", step.then)

    def task(self, task: Task) -> Iterator[Aspect]:
        """All of a task but its roles."""
        yield self.text("do", task.do)
        yield self.flag("optional", on=task.optional)
        yield self.ids("skip-by", task.skip_by)
        yield self.value("each", task.each and self.names.fact(task.each))
        yield self.flag("evidence", on=task.evidence)
        yield self.deadline("deadline", task.within)
        yield self.overdue("overdue", task.overdue)

    def fact(self, fact: Fact) -> Iterator[Aspect]:
        """All of a fact but its options."""
        yield self.value("type", fact.type.value)
        yield self.text("ask", fact.ask)
        yield self.flag("many", on=fact.many)
        yield self.flag("personal", on=fact.personal)
        yield self.value("min", fact.min)
        yield self.value("max", fact.max)
        yield self.text("unit", fact.unit)
        yield self.value("digits", fact.digits or None)

    def options(self, fact: Fact) -> Mapping[str, Aspect]:
        """The options of a choice."""
        return {name: self.text("option", text) for name, text in fact.of.items()}

    def setting(self, setting: Setting) -> Iterator[Aspect]:
        """A setting: its shape and its default."""
        yield from self.fact(setting.fact)
        yield self.value("default", setting.default)


def _tags(effect: Effect) -> Iterable[str]:
    """The languages of a message."""
    return effect.text if isinstance(effect, Notify) and not isinstance(effect.text, str) else ()
