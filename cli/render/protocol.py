"""A protocol in words, as somebody reads it who has to follow it or agree to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.cli.page import Line, line, span
from handrail.cli.present import manner
from handrail.engine.durations import say_duration
from handrail.engine.text import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handrail.cli.session import Session
    from handrail.engine.machine.definition import Deadline, Definition, State, Step, Target, Task

__all__ = ["protocol"]


def protocol(
    definition: Definition, in_force: Mapping[str, Any] | None, session: Session
) -> Iterator[Line]:
    """Yield the whole protocol, state by state."""
    words = _Words(definition, session)
    yield from words.head(in_force)
    for state in definition.states.values():
        yield Line()
        yield from words.state(state)


class _Words:
    def __init__(self, definition: Definition, session: Session) -> None:
        self.definition = definition
        self.session = session
        self.say = session.say
        self.lang = session.lang

    def head(self, in_force: Mapping[str, Any] | None) -> Iterator[Line]:
        """Yield what it is for, whose it is, and what it costs."""
        one, say = self.definition, self.say
        force = say("not in force")
        if in_force:
            force = say("revision {revision} is in force", revision=in_force["revision"])
            force = ", ".join([force, *manner(self.session, in_force)])
        title = span(f"{pick(one.title, self.lang)}", "title")
        yield line(title, span(f"  {one.id} r{one.revision} · {force}", "dim"))
        yield from self._prose(pick(one.purpose, self.lang))
        if one.owner:
            yield line(span(say("owner: {role}", role=one.owner), "dim"))
        impact: Any = (one.impact or {}).get("text")
        yield from self._prose(impact and say("costs: {impact}", impact=pick(impact, self.lang)))
        for question, names in one.addresses.items():
            yield line(span(f"{say(QUESTION_WORDS[question])}: ", "dim"), ", ".join(names))

    def _prose(self, text: str | None, indent: int = 0) -> Iterator[Line]:
        if text:
            yield line(text, indent=indent, hang=0)

    def state(self, state: State) -> Iterator[Line]:
        """Yield one state: guide, clock, tasks, steps, and where it goes by itself."""
        title = pick(state.title, self.lang) or state.id
        end = f"  {self.say('ends: {outcome}', outcome=state.outcome)}" if state.outcome else ""
        runs = f"  {self.say('carries out: {protocol}', protocol=state.run)}" if state.run else ""
        yield line(span(title, "state"), span(f"  {state.id}{end}{runs}", "dim"))
        yield from self._prose(pick(state.guide, self.lang))
        yield from self._clock(state.within, state.overdue)
        for task in state.tasks.values():
            yield self.task(task)
        for step in state.steps.values():
            yield from self.step(step)
        yield from self._targets(state.done, self.say("when done"))
        yield from self._targets(state.next, self.say("by itself"))

    def _clock(self, within: Deadline | None, overdue: Any) -> Iterator[Line]:
        if within is None:
            return
        then = ""
        if overdue is not None and overdue.step:
            then = f", {self.say('then {step}', step=overdue.step)}"
        yield line(span(self.say("within {time}", time=self._time(within)) + then, "warn"))

    def _time(self, within: Deadline) -> str:
        if within.time is not None:
            return say_duration(within.time)
        setting = self.definition.settings[within.setting or ""]
        return f"{setting.default} ({setting.id})"

    def task(self, task: Task) -> Line:
        """Say one task."""
        extra = f" ({self.say('optional')})" if task.optional else ""
        each = f" ({self.say('for each of {register}', register=task.each)})" if task.each else ""
        text = f"[ ] {pick(task.do, self.lang)}{extra}{each}"
        return line(text, span(f"  {task.id}", "dim"), indent=2, hang=4)

    def step(self, step: Step) -> Iterator[Line]:
        """Yield one step: who, what is asked, what is needed, where it leads."""
        title = pick(step.title, self.lang) or step.id
        yield line("> ", span(title, "strong"), span(f"  {step.id}", "dim"), indent=2)
        yield from self._prose(pick(step.guide, self.lang), indent=6)
        yield from self._conditions(step)
        yield from self._targets(step.to, "", indent=6)

    def _conditions(self, step: Step) -> Iterator[Line]:
        say, second = self.say, step.second
        second_words = f"{second.count} x {second.role}" if second else ""
        for words, names in (
            (say("by"), step.by),
            (say("asks"), step.ask),
            (say("needs"), step.needs),
            (say("second person"), (second_words,) if second else ()),
        ):
            if names:
                yield line(span(f"{words}: ", "dim"), ", ".join(names), indent=6)

    def _targets(self, targets: Iterable[Target], why: str, indent: int = 2) -> Iterator[Line]:
        for target in targets:
            place = target.state or (target.resume and f"↺ {target.resume.state}") or ""
            when = target.when.words(self.lang) if target.when else ""
            condition = f"  {self.say('when {guard}', guard=when)}" if when else ""
            before = f"{why}: " if why else ""
            yield line(span(before, "dim"), f"→ {place}", span(condition, "dim"), indent=indent)


QUESTION_WORDS = {"assets": "protects", "adversaries": "against", "methods": "who go to work by"}
