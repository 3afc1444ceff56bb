"""A definition as cards of text and links between them; nothing has a place yet.

Each card lies in a region of the definition (its *home*): a state in its own, the
steps and branches of a state beside it, so that what can be done there is read
there. A step that leads into its own compound state lies inside that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handrail.engine.documents.drawing.cards import Card, Link, Sketch, Words, chain
from handrail.engine.documents.drawing.marks import Marks, Passage
from handrail.engine.machine.definition import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handrail.engine.documents.drawing.words import Wording
    from handrail.engine.machine.definition import Definition, Region, State, Step, Target

__all__ = ["sketch"]


def sketch(definition: Definition, wording: Wording, marks: Marks | None = None) -> Sketch:
    """Make the sketch of a definition."""
    return _Sketcher(definition, wording, marks or Marks()).draw()


def _key(state: str) -> str:
    return f"state {state}"


class _Sketcher:
    def __init__(self, definition: Definition, wording: Wording, marks: Marks) -> None:
        self.definition = definition
        self.wording = wording
        self.marks = marks
        self.made = Sketch(definition=definition, wording=wording)

    def draw(self) -> Sketch:
        for region in self.definition.regions.values():
            self.start(region)
        for state in self.definition.states.values():
            self.card(self.state(state))
        for state in self.definition.states.values():
            for step in state.steps.values():
                self.step(state, step)
            self.moves(state, "done", state.done)
            self.moves(state, "next", state.next)
        return self.made

    def card(self, card: Card) -> str:
        self.made.cards[card.key] = card
        return card.key

    def link(self, tail: str, head: str, *, arrow: bool, automatic: bool, visited: bool) -> None:
        self.made.links.append(
            Link(tail=tail, head=head, arrow=arrow, automatic=automatic, visited=visited)
        )

    # -- states --------------------------------------------------------------------

    def start(self, region: Region) -> None:
        """The dot that a region is entered through."""
        key = self.card(Card(key=f"start {region.id}", home=region.id, shape="start", order=-1.0))
        self.link(key, _key(region.start), arrow=True, automatic=False, visited=False)

    def state(self, state: State) -> Card:
        marks = {
            "visited": state.id in self.marks.states,
            "now": state.id in self.marks.now,
            "deviated": state.id in self.marks.deviated,
        }
        return Card(
            key=_key(state.id),
            home=state.region,
            shape=_shape(state),
            order=state.order,
            words=tuple(word for word in self.state_words(state) if word.text),
            badge=_numbers(self.marks.states.get(state.id, ())),
            marks=frozenset(name for name, is_so in marks.items() if is_so),
            about=state.id,
        )

    def state_words(self, state: State) -> Iterable[Words]:
        wording = self.wording
        yield Words(text=wording.title(state.title, state.id), style="title")
        if state.id in self.marks.now:
            yield Words(text=wording.say("now here"), style="now")
        if state.id in self.marks.deviated:
            yield Words(text=wording.say("put here outside the protocol"), style="late")
        if state.run is not None:
            yield Words(text=wording.say("carries out {protocol}", protocol=state.run))
        yield Words(text=wording.who(state.by, wording.usual(state)))
        if state.within is not None:
            yield Words(text=wording.length(state.within), style="clock")
        yield Words(text=wording.tasks(state))
        if state.kind is Kind.PARALLEL:
            yield Words(text=wording.join(state))

    # -- steps ---------------------------------------------------------------------

    def step(self, state: State, step: Step) -> None:
        if not step.to or self.is_loop(state, step.to):
            self.loop(state, step)
        elif len(step.to) == 1:
            self.single(state, step, step.to[0])
        else:
            self.branching(state, step)

    @staticmethod
    def is_loop(state: State, targets: Sequence[Target]) -> bool:
        return len(targets) == 1 and targets[0].state == state.id and targets[0].when is None

    def loop(self, state: State, step: Step) -> None:
        index = step.to[0].index if step.to else None
        taken = self.taken(state, step, index)
        key = self.card(self.chip(state, step, self.step_words(state, step), taken, state.region))
        self.made.loops.setdefault(_key(state.id), []).append(key)

    def single(self, state: State, step: Step, target: Target) -> None:
        taken = self.taken(state, step, target.index)
        words = [*self.step_words(state, step), *self.branch_words(target, step.to)]
        inside = self.inner_home(state, target)
        key = self.card(self.chip(state, step, words, taken, inside or state.region))
        self.link(_key(state.id), key, arrow=False, automatic=False, visited=bool(taken))
        self.aim(key, target, automatic=False, visited=bool(taken))

    def branching(self, state: State, step: Step) -> None:
        taken = [self.taken(state, step, target.index) for target in step.to]
        chip = self.chip(state, step, self.step_words(state, step), (), state.region)
        visited = any(taken)
        key = self.card(chip if not visited else _visited(chip))
        self.link(_key(state.id), key, arrow=False, automatic=False, visited=visited)
        for target, numbers in zip(step.to, taken, strict=True):
            self.branch(key, state, "step", target=target, among=step.to, taken=numbers)

    def chip(
        self,
        state: State,
        step: Step,
        words: Iterable[Words],
        taken: tuple[int, ...],
        home: str,
    ) -> Card:
        return Card(
            key=f"step {state.id} {step.id}",
            home=home,
            shape="step",
            order=state.order + 0.2,
            words=tuple(word for word in words if word.text),
            badge=_numbers(taken),
            marks=frozenset({"visited"} if taken else ()),
            about=step.id,
        )

    def step_words(self, state: State, step: Step) -> Iterable[Words]:
        wording = self.wording
        yield Words(text=wording.title(step.title, step.id), style="step")
        yield Words(text=wording.who(step.by, state.by))
        yield Words(text=wording.second(step))
        if step.after is not None:
            after = wording.say("not before {time}", time=wording.length(step.after))
            yield Words(text=after, style="clock")
        if state.overdue is not None and state.overdue.step == step.id and state.within:
            late = wording.say("after {time} by itself", time=wording.length(state.within))
            yield Words(text=late, style="clock")

    def taken(self, state: State, step: Step, index: int | None) -> tuple[int, ...]:
        return self.marks.moves.get((state.id, f"step {step.id}", index), ())

    # -- branches and automatic moves ----------------------------------------------

    def moves(self, state: State, kind: str, targets: Sequence[Target]) -> None:
        for target in targets:
            passage: Passage = (state.id, kind, target.index)
            taken = self.marks.moves.get(passage, ())
            self.branch(_key(state.id), state, kind, target=target, among=targets, taken=taken)

    def branch(  # noqa: PLR0913 - one branch of a list: whence, where, when, whether it was taken
        self,
        tail: str,
        state: State,
        kind: str,
        *,
        target: Target,
        among: Sequence[Target],
        taken: tuple[int, ...],
    ) -> None:
        automatic = kind != "step"
        words = self.branch_words(target, among)
        if not words and target.state == state.id and tail == _key(state.id):
            words = (Words(text=self.wording.say("again"), style="guard"),)
        if words or taken:
            marks = {"automatic": automatic, "visited": bool(taken)}
            card = Card(
                key=f"branch {tail} {kind} {target.index}",
                home=self.made.cards[tail].home,
                shape="branch",
                order=state.order + 0.4,
                words=words,
                badge=_numbers(taken),
                marks=frozenset(name for name, is_so in marks.items() if is_so),
                about=self.whole(target),
            )
            self.link(tail, card.key, arrow=False, automatic=automatic, visited=bool(taken))
            tail = self.card(card)
        self.aim(tail, target, automatic=automatic, visited=bool(taken))

    def branch_words(self, target: Target, among: Sequence[Target]) -> tuple[Words, ...]:
        texts = [self.wording.branch(target, among)]
        if target.resume is not None:
            texts.append(self.wording.say("where it was left"))
        return tuple(Words(text=text, style="guard") for text in texts if text)

    def whole(self, target: Target) -> str:
        return "" if target.when is None else target.when.words(self.wording.lang)

    def aim(self, tail: str, target: Target, *, automatic: bool, visited: bool) -> None:
        """Link to what a target names; a history that may be empty leads to two."""
        resume = target.resume
        goal = target.state if resume is None else resume.state
        if goal is not None:
            self.link(tail, _key(goal), arrow=True, automatic=automatic, visited=visited)
        if resume is not None and resume.otherwise is not None:
            first = Card(
                key=f"first {tail}",
                home=self.made.cards[tail].home,
                shape="branch",
                order=self.made.cards[tail].order + 0.2,
                words=(Words(text=self.wording.say("if it never was"), style="guard"),),
            )
            self.link(tail, self.card(first), arrow=False, automatic=automatic, visited=False)
            self.link(
                first.key, _key(resume.otherwise), arrow=True, automatic=automatic, visited=False
            )

    def inner_home(self, state: State, target: Target) -> str | None:
        """The region of ``state`` that a target lies in, if it does."""
        goal = target.state or (target.resume and target.resume.state) or state.id
        regions = chain(self.definition, self.definition.states[goal].region)
        return next(
            (one for one in regions if self.definition.regions[one].owner == state.id), None
        )


def _numbers(numbers: Sequence[int]) -> str:
    return "·".join(str(number) for number in numbers)


def _shape(state: State) -> str:
    """A state's kind; one that only decides, but may have to wait for that, is plain."""
    waits = state.kind is Kind.DECIDING and all(target.when is not None for target in state.next)
    return "plain" if waits else state.kind.value


def _visited(card: Card) -> Card:
    return replace(card, marks=card.marks | {"visited"})
