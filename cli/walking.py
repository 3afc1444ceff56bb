"""The guided dialogue of ``walk``: one screen a state, one question at a time."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from handrail.cli import out
from handrail.cli.ask import answered, read
from handrail.cli.edge import words
from handrail.cli.evidence import evidence
from handrail.cli.page import Line, line, span
from handrail.cli.render.now import Screen, header, runs_of
from handrail.engine.clock import SystemClock
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from handrail.cli.page import Block
    from handrail.cli.session import Session
    from handrail.engine.engine import Engine

    Row = Mapping[str, Any]

__all__ = ["Walk"]

CLEAR = "\x1b[2J\x1b[H"  # ECMA-48: erase the page, cursor home


class Choice(NamedTuple):
    """One line of the menu: what it says, and what it does."""

    line: Line
    act: Callable[[], object]


class Walk:
    """One person going through one incident. It can be left and taken up at any time."""

    def __init__(self, session: Session, engine: Engine, incident: str) -> None:
        self.session = session
        self.engine = engine
        self.incident = incident
        self.said = ""  # what the last action came to, shown above the next screen

    def go(self) -> None:
        """Show, ask, act, until the incident is closed or the person leaves."""
        while True:
            view = self.engine.view(self.incident)
            choices = list(self.choices(view))
            self.show(view, choices)
            if view["status"] == "closed":
                return
            try:
                answer = read(f"\n{self.session.say('number, n note, r refresh, q leave')} > ")
            except typer.Abort:  # the input ended: that is leaving too
                answer = "q"
            if answer.lower() == "q":
                self.leave()
                return
            self.take(answer.lower(), choices)

    def leave(self) -> None:
        """Say how to take it up again."""
        command = self.session.line("walk", self.incident)
        out.message(self.session.say("go on later with: {command}", command=command))

    def take(self, answer: str, choices: list[Choice]) -> None:
        """Do what was chosen; a refusal is said and changes nothing."""
        self.said = ""
        actions: dict[str, Callable[[], object]] = {
            str(at): choice.act for at, choice in enumerate(choices, start=1)
        }
        actions |= {"n": self.note, "r": lambda: None, "": lambda: None}
        act = actions.get(answer)
        if act is None:
            self.said = self.session.say("there is no choice “{answer}”", answer=answer)
            return
        try:
            act()
        except typer.Abort:
            self.said = self.session.say("left without an answer; nothing was done")
        except HandrailError as refused:
            self.said = words(refused, self.session)

    def show(self, view: Row, choices: list[Choice]) -> None:
        """Show one screen."""
        if sys.stdout.isatty():
            out.data(CLEAR)
        if self.said:
            out.page([line(span(f"! {self.said}", "alarm")), Line()])
        out.page(self.blocks(view, choices))

    def blocks(self, view: Row, choices: list[Choice]) -> Iterator[Block]:
        """Yield where it stands, then what can be chosen."""
        screen = Screen(view, self.session, SystemClock().now())
        yield from header(view, self.session, screen.now)
        if view["status"] == "closed":
            yield Line()
            yield line(self.session.say("This incident is closed."))
            return
        for run in runs_of(view):
            yield Line()
            yield from screen.states(run)
        yield from screen.told()
        yield Line()
        yield from (
            line(span(f"{at:>2} ", "command"), *choice.line.spans, hang=4)
            for at, choice in enumerate(choices, start=1)
        )
        yield from screen.not_now(
            [step for step in view["steps"] if not step["possible"] and not step.get("pending")]
        )

    def choices(self, view: Row) -> Iterator[Choice]:
        """Yield the open tasks, then the steps that are possible or wait for a second person."""
        screen = Screen(view, self.session, SystemClock().now())
        active = {run["id"] for run in runs_of(view)}
        for task in view["tasks"]:
            if task["status"] == "open" and task["run"] in active:
                yield Choice(screen.task(task), partial(self.task, task))
        for step in view["steps"]:
            title = span(step.get("title") or step["step"], "strong")
            if step.get("pending"):
                begun = self.session.say("begun by {who}", who=step["pending"]["by"])
                row = line("> ", title, span(f"  {begun}", "warn"))
                yield Choice(row, partial(self.confirm, step))
            elif step["possible"]:
                row = line("> ", title, *screen.second(step))
                yield Choice(row, partial(self.step, step))

    def task(self, task: Row) -> None:
        """Tick a task, attach the file that it wants, or skip it."""
        item = task.get("item")
        if task.get("evidence"):
            self.attach(task)
        reason = self.why_skip() if task.get("optional") else ""
        self.engine.task(self.incident, task["id"], item=item, skip=reason or None, run=task["run"])

    def why_skip(self) -> str:
        """Ask why it is not done; nothing where it is. A number is a choice typed too early."""
        question = self.session.say("done? Enter is yes; a reason in words skips it")
        while (reason := read(f"  {question} > ")).isdecimal():
            pass
        return reason

    def attach(self, task: Row) -> None:
        """Attach the file that a task wants as evidence."""
        from pathlib import Path  # noqa: PLC0415 - few tasks want a file

        path = Path(read(f"  {self.session.say('file')} > ")).expanduser()
        try:
            data = evidence(str(path))
        except OSError as fault:
            raise HandrailError(
                "{file} cannot be read: {reason}", file=path, reason=fault.strerror
            ) from fault
        self.engine.attach(self.incident, path.name, data, task=task["id"], run=task["run"])

    def step(self, step: Row) -> None:
        """Ask what the step wants to know, and take it."""
        if step.get("guide"):
            out.page([line(span(step["guide"], "quote"), indent=2, hang=0)], stream=sys.stderr)
        answered(
            self.session,
            step.get("questions", ()),
            {},
            lambda given: self.engine.step(self.incident, step["step"], given, run=step["run"]),
        )

    def confirm(self, step: Row) -> None:
        """Say yes or no as the second person."""
        say = self.session.say
        answer = read(f"  {say('confirm?')} [{say('yes')}/{say('no')}] > ").lower()
        if answer:
            yes = answer in {"y", "yes", "j", "ja"}
            self.engine.confirm(self.incident, step["step"], run=step["run"], yes=yes)

    def note(self) -> None:
        """Write a note."""
        text = read(f"  {self.session.say('note')} > ")
        if text:
            self.engine.note(self.incident, text)
