"""The screen of ``next``: what to do now, and the exact words to type.

It is read at three in the morning by somebody whose hands are full: what to do
comes first, what cannot be done comes last, and every line can be acted on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.cli.page import Block, Line, Span, line, span
from handrail.cli.present import manner
from handrail.cli.render.questions import example, question
from handrail.cli.when import clock_words, distance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from handrail.cli.session import Session

    View = Mapping[str, Any]
    Row = Mapping[str, Any]

__all__ = ["Screen", "header", "runs_of"]

MARKS = {"open": "[ ]", "done": "[x]", "skipped": "[-]"}
GAP = Line()


def runs_of(view: View) -> list[Row]:
    """Return what is under way, protocols first, the lifecycle after them."""
    runs = [run for run in view["runs"] if run["status"] == "active"]
    lifecycle = view.get("lifecycle")
    if lifecycle is None or lifecycle["status"] != "active":
        return runs
    return [*runs, lifecycle] if not runs or _asks(view, lifecycle["id"]) else runs


def _asks(view: View, run: str) -> bool:
    """Whether something can or must be done in the run now; if not, it is only in the way."""
    open_task = any(task["run"] == run and task["status"] == "open" for task in view["tasks"])
    late = any(row["run"] == run and row["overdue"] for row in view["deadlines"])
    return (
        open_task
        or late
        or any(
            step["run"] == run and (step["possible"] or step.get("pending"))
            for step in view["steps"]
        )
    )


def item_of(task: Row) -> list[Span]:
    """Which one of a list a task is for, as people call it."""
    return [span(f"  {task['item_title']}", "strong")] if task.get("item_title") else []


def header(view: View, session: Session, now: datetime) -> Iterator[Block]:
    """Say which incident this is, and whether it is only a drill."""
    parts: list[Span | str] = [span(view["id"], "title")]
    if view["drill"]:
        parts += ["  ", span(session.say("DRILL"), "drill")]
    if view.get("title"):
        parts += ["  ", span(view["title"])]
    yield line(*parts)
    opened = session.say("opened {time}", time=clock_words(view["opened"], now))
    state = session.say("closed") if view["status"] == "closed" else _phase(view)
    yield line(span(f"{state} · {opened}", "dim"))


def _phase(view: View) -> str:
    """The title of the lifecycle's phase; its id where the view has no more."""
    for state in (view.get("lifecycle") or {}).get("states", ()):
        if state["id"] == view["phase"]:
            return str(state["title"])
    return str(view["phase"] or view["status"])


def heading(run: Row, session: Session) -> Line:
    """Name what is carried out, and say where nobody but its author agreed or signed it."""
    how = ", ".join(manner(session, run["agreed"])) if run.get("agreed") else ""
    return line(
        span(f"{run.get('title') or run['protocol']}", "dim"),
        span(f"  {how}" if how else "", "dim"),
    )


class Screen:
    """What one person can do now in one incident."""

    def __init__(self, view: View, session: Session, now: datetime) -> None:
        self.view = view
        self.session = session
        self.say = session.say
        self.now = now
        self.typed = session.may_ask  # a short command is enough: the rest is asked
        names = [step["step"] for step in view["steps"]]
        self.twice = {name for name in names if names.count(name) > 1}

    def blocks(self) -> Iterator[Block]:
        """Yield the whole screen."""
        yield from header(self.view, self.session, self.now)
        if self.view["status"] == "closed":
            yield GAP
            yield line(self.say("This incident is closed."))
            return
        for run in runs_of(self.view):
            yield from self.run(run)
        yield from self.told()
        if self.typed:
            command = self.session.line("walk", self.view["id"])
            yield GAP
            yield line(span(self.say("or be guided: {command}", command=command), "dim"))

    def run(self, run: Row) -> Iterator[Block]:
        """Yield one run: each state with its clock, tasks and steps; then what cannot be.

        A state around others says its guide before them, and what it offers after them.
        """
        yield GAP
        yield heading(run, self.session)
        states = run.get("states", ())
        around = [state for state in states if state["id"] not in run["in"]]
        inner = [state for state in states if state["id"] in run["in"]]
        for state in around:
            yield from self.named_state(run, state)
        for state in inner:
            yield from self.named_state(run, state, apart=bool(around))
            yield from self.tasks(run, state)
            yield from self.steps(run, state)
        for state in reversed(around):
            yield from self.tasks(run, state)
            yield from self.steps(run, state)
        yield from self.not_now(
            [
                step
                for step in self.view["steps"]
                if step["run"] == run["id"] and not step["possible"] and not step.get("pending")
            ]
        )

    def states(self, run: Row) -> Iterator[Block]:
        """Yield the titles of the active states, with their guide texts and clocks."""
        yield heading(run, self.session)
        for state in run.get("states", ()):
            yield from self.named_state(run, state)

    def named_state(self, run: Row, state: Row, *, apart: bool = False) -> Iterator[Block]:
        """Yield one state's title, guide and clocks."""
        if apart:
            yield GAP
        yield line(span(state["title"] or state["id"], "state"))
        if state.get("guide"):
            yield line(span(state["guide"]), hang=0)
        for row in self.view["deadlines"]:
            if row["run"] == run["id"] and row["state"] == state["id"]:
                yield self.deadline(row)

    def steps(self, run: Row, state: Row) -> Iterator[Block]:
        """Yield the steps that this state offers and that are possible, or wait."""
        for step in self.view["steps"]:
            here = step["run"] == run["id"] and step["state"] == state["id"]
            if here and (step["possible"] or step.get("pending")):
                yield GAP
                yield from self.step(step)

    def deadline(self, row: Row) -> Line:
        """Say one clock: how long there is, or how late it is."""
        at, far = clock_words(row["due"], self.now), distance(row["due"], self.now)
        what = self.named(row)
        if row["overdue"]:
            text = self.say("{what}: late since {time} ({far})", time=at, far=far, what=what)
            return line(span(f"! {text}", "alarm"))
        text = self.say("{what}: before {time} (in {far})", time=at, far=far, what=what)
        return line(span(f"! {text}", "warn"))

    def named(self, deadline: Row) -> str:
        """Return the words of the task or the state that a clock belongs to."""
        for task in self.view["tasks"]:
            if deadline.get("task") and task["id"] == deadline["task"]:
                return str(task.get("do") or task["id"]).rstrip(".")
        for run in [*self.view["runs"], self.view.get("lifecycle") or {}]:
            for state in run.get("states", ()):
                if state["id"] == deadline["state"] and run["id"] == deadline["run"]:
                    return str(state["title"] or state["id"])
        return str(deadline.get("task") or deadline["state"])

    def tasks(self, run: Row, state: Row) -> Iterator[Block]:
        """Yield the checklist of a state, and how to tick its first open item."""
        tasks = [
            task
            for task in self.view["tasks"]
            if task["run"] == run["id"] and task["state"] == state["id"]
        ]
        if tasks:
            yield GAP
        for task in tasks:
            yield self.task(task)
        still = [task for task in tasks if task["status"] == "open"]
        for task in sorted(still, key=lambda task: bool(task.get("optional")))[:1]:
            yield self.command(*self.tick(task))

    def task(self, task: Row) -> Line:
        """Say one item of the checklist."""
        mark = MARKS[task["status"]]
        style = "" if task["status"] == "open" else "dim"
        name = task["id"] if not task.get("item") else f"{task['id']} {task['item']}"
        extra = f" ({self.say('optional')})" if task.get("optional") else ""
        extra += f" ({self.say('needs a file')})" if task.get("evidence") else ""
        words = span(f"{mark} {task.get('do') or task['id']}{extra}", style)
        return line(words, *item_of(task), "  ", span(name, "dim"), indent=2, hang=4)

    def tick(self, task: Row) -> list[str]:
        """Return the words that tick one task."""
        if task.get("evidence"):
            return ["attach", self.view["id"], "FILE", "--task", task["id"]]
        item = ["--item", task["item"]] if task.get("item") else []
        return ["task", self.view["id"], task["id"], *item]

    def step(self, step: Row) -> Iterator[Block]:
        """Yield one possible step: its name, what it asks, what to type."""
        pending = step.get("pending")
        yield line(
            span("> "), span(step.get("title") or step["step"], "strong"), *self.second(step)
        )
        if step.get("guide"):
            yield line(span(step["guide"]), indent=4, hang=0)
        if pending:
            yield from self.waiting(step, pending)
            return
        for row in step.get("questions", ()):
            yield from question(row, self.session)
        yield self.command(*self.words(step))

    def second(self, step: Row) -> list[Span | str]:
        """Say whether a second person must confirm."""
        if not step.get("second"):
            return []
        return ["  ", span(self.say("then a second person: {who}", who=_who(step)), "warn")]

    def waiting(self, step: Row, pending: Row) -> Iterator[Block]:
        """Say who began a step that others must confirm, and how they do."""
        yield line(
            span(
                self.say(
                    "begun by {who}; confirmed {have} of {need}",
                    who=pending["by"],
                    have=pending["have"],
                    need=pending["need"],
                ),
                "warn",
            ),
            indent=4,
        )
        words = ["confirm", self.view["id"], step["step"], *self.which(step)]
        if pending.get("mine"):
            yield line(
                span(self.say("somebody else has to confirm it; to take it back:")), indent=4
            )
            words.append("--no")
        yield self.command(*words)

    def words(self, step: Row) -> list[str]:
        """Return the words that take one step; questions are asked where they can be."""
        needed = [] if self.typed else [example(row) for row in step.get("questions", ())]
        return ["step", self.view["id"], step["step"], *needed, *self.which(step)]

    def which(self, step: Row) -> list[str]:
        """Name the run only where two runs offer the same step."""
        return ["--run", step["run"]] if step["step"] in self.twice else []

    def not_now(self, steps: Sequence[Row]) -> Iterator[Block]:
        """Yield what cannot be done now, and why."""
        if not steps:
            return
        yield GAP
        yield line(span(self.say("Not now:"), "dim"))
        for step in steps:
            why = "; ".join(reason["text"] for reason in step["why_not"])
            title = step.get("title") or step["step"]
            yield line(span(f"{title} ({step['step']}): {why}", "dim"), indent=2, hang=4)

    def told(self) -> Iterator[Block]:
        """Yield the last message that went out, so that nobody calls twice."""
        messages = self.view.get("messages") or []
        if messages:
            yield GAP
        for row in messages[-2:]:
            to = ", ".join(row["to"])
            at = clock_words(row["occurred"], self.now)
            yield line(
                span(
                    self.say("{time} told {who}: {text}", time=at, who=to, text=row["text"]), "dim"
                )
            )

    def command(self, *words: str) -> Line:
        """Say what to type."""
        return line(span(f"$ {self.session.line(*words)}", "command"), indent=4, hang=2)


def _who(step: Row) -> str:
    second = step["second"]
    if isinstance(second, str):
        return second
    role = second.get("title") or second.get("role", "")
    return f"{second['count']} x {role}" if second.get("count", 1) > 1 else str(role)
