"""Ids of one case in words: states, steps, tasks, facts and their values."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.formats import SEALED
from handrail.engine.machine.definition import FactType
from handrail.engine.messages import say_message, say_value
from handrail.engine.sealing import REDACTED
from handrail.engine.text import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handrail.engine.audit.report.cast import Cast
    from handrail.engine.audit.story import Story
    from handrail.engine.machine.definition import Definition, Fact
    from handrail.engine.machine.state import Run, World
    from handrail.engine.sealing import Unsealed

__all__ = ["Voice"]


class Voice:
    """Speaks of one case in one language."""

    def __init__(
        self, world: World, story: Story, unsealed: Unsealed, cast: Cast, lang: str
    ) -> None:
        self.world = world
        self.story = story
        self.unsealed = unsealed
        self.cast = cast
        self.lang = lang

    def say(self, template: str, /, **params: object) -> str:
        """Return one of the program's own messages."""
        return say(self.lang, template, **params)

    def run(self, name: str) -> Run:
        """Return a run of the case."""
        return self.story.case.runs[name]

    def definition(self, run: str) -> Definition:
        """Return what a run goes by; after a migration, the later revision."""
        return self.world.definition(self.run(run).sha256)

    # -- parts of a protocol ---------------------------------------------------------

    def protocol(self, run: str) -> str:
        """Return a protocol's title."""
        return pick(self.definition(run).title, self.lang)

    def state(self, run: str, name: str) -> str:
        """Return a state's title; one that a later revision has no more has its id."""
        state = self.definition(run).states.get(name)
        return name if state is None else pick(state.title, self.lang) or name

    def states(self, run: str, names: Iterable[str]) -> str:
        """Return the titles of states."""
        return ", ".join(self.state(run, name) for name in names)

    def step(self, run: str, name: str) -> str:
        """Return a step's title, whichever state offers it."""
        for state in self.definition(run).states.values():
            if name in state.steps:
                return pick(state.steps[name].title, self.lang) or name
        return name

    def task(self, run: str, name: str, item: str | None = None) -> str:
        """Return what a task says."""
        for state in self.definition(run).states.values():
            if name in state.tasks:
                text = pick(state.tasks[name].do, self.lang)
                return text if item is None else f"{text} ({self.item(item)})"
        return name

    def item(self, name: str) -> str:
        """Return the title of an item of a register."""
        registers = self.world.site.registers.values()
        return next((pick(one[name], self.lang) for one in registers if name in one), name)

    def outcome(self, run: str, outcome: str | None) -> str | None:
        """Say an outcome by the final state that it was reached in."""
        if outcome is None:
            return None
        final = self.run(run).active.get("")
        return self.state(run, final) if final is not None else outcome

    # -- facts -----------------------------------------------------------------------

    def facts(self, run: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Say facts as questions and answers, in the order of the document."""
        order = {name: at for at, name in enumerate(self.definition(run).facts)}
        names = sorted(values, key=lambda name: order.get(name, len(order)))
        return [self.fact(run, name, values[name]) for name in names]

    def fact(self, run: str, name: str, value: Any) -> dict[str, Any]:
        """Say one fact; a personal value only where its disclosure is still there."""
        fact = self.definition(run).facts.get(name)
        ask = name if fact is None else pick(fact.ask, self.lang) or name
        return {"fact": name, "name": ask, "text": self.value(fact, value)}

    def value(self, fact: Fact | None, value: Any) -> str:
        """Say a value."""
        if isinstance(value, list | tuple):
            return ", ".join(self.value(fact, one) for one in value)
        shown = self.unsealed.show(value)
        if untold := self.untold(shown):
            return untold
        if fact is None:
            return str(shown)
        if fact.type is FactType.PERSON:
            return self.people(shown)
        if fact.type is FactType.TIME:
            return f"{datetime.fromisoformat(str(shown)).astimezone():%Y-%m-%d %H:%M}"
        return say_value(fact, shown, self.world.site, self.lang)

    def people(self, value: object) -> str:
        """Say who is meant by a fact: as everywhere, by number unless names are asked for."""
        names = value if isinstance(value, list | tuple) else [value]
        return ", ".join(self.cast.person(str(name)) for name in names)

    def text(self, value: object) -> str:
        """Say a free text: in clear, or that it is sealed or gone."""
        shown = self.unsealed.show(value)
        return self.untold(shown) or str(shown)

    def untold(self, shown: object) -> str | None:
        """Say that a personal value is gone, or is not to be told."""
        if shown == REDACTED:
            return self.say("[redacted]")
        return self.say("[sealed]") if shown == SEALED else None

    # -- records ---------------------------------------------------------------------

    def message(self, record: Mapping[str, Any]) -> str:
        """Say a message as it was sent."""
        return say_message(
            record["text"],
            self.story.case,
            record["run"],
            self.definition(record["run"]),
            unsealed=self.unsealed,
            site=self.world.site,
            lang=self.lang,
        )

    def refusal(self, refused: Mapping[str, Any]) -> str:
        """Say why something was refused."""
        return self.say(refused["template"], **refused.get("params", {}))

    def of_type(self, *types: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Give the records of these types, with their indices in the log."""
        for entry in self.story.entries:
            if entry.record["type"] in types:
                yield entry.seq, entry.record
