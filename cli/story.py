"""The story that ``handrail demo`` plays: one incident, from open to closed and proven."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["Scene", "scenes"]


class Scene(NamedTuple):
    """One command of the story."""

    why: str  # what it is about, in the reader's language
    words: list[str]  # the command as a person types it, after ``handrail``
    expected: int = 0  # its exit code


def scenes(workspace: Path, checkpoint: Path, say: Callable[..., str]) -> Iterator[Scene]:
    """Yield the scenes in order. The incident is the first of the workspace: 1."""
    yield from _before(workspace, say)
    yield from _briefing(say)
    yield from _during(say)
    yield from _after(say)
    yield from _proof(checkpoint, say)
    yield Scene(
        say("The report for those who review it: one page, with the path that was taken drawn."),
        [
            "audit",
            "report",
            "1",
            "--clear",
            "--out",
            str(workspace / "report.html"),
            "--as",
            "greta",
        ],
    )


def _before(workspace: Path, say: Callable[..., str]) -> Iterator[Scene]:
    yield Scene(
        say("A workspace for a museum, with people to act as (it does not exist, nor do they)."),
        ["init", str(workspace), "--pack", "north-museum", "-q"],
    )
    yield Scene(
        say("The director agrees to the protocols: only what is agreed is used for real."),
        ["agree", "--all", "--as", "helena"],
    )


def _briefing(say: Callable[..., str]) -> Iterator[Scene]:
    why = say("Those who will use it say that they have read it, and understood.")
    for document, person in (
        ("suspicious-person", "anna"),
        ("suspicious-person", "esra"),
        ("lesson", "anna"),
    ):
        yield Scene(why, ["acknowledge", document, "--as", person])
        why = ""


def _during(say: Callable[..., str]) -> Iterator[Scene]:
    yield Scene(
        say("Anna, a guard, sees a man at the dock. She is told what to do now."),
        ["open", "suspicious-person", "--title", say("Man at the loading dock"), "--as", "anna"],
    )
    yield Scene(
        say("She answers the three questions, and takes the step."),
        ["step", "1", "assess", f"deviation={say('Films the dock door, not the art')}",
         "linked=yes", "indicators=films-dock", "--as", "anna", "-q"],
    )  # fmt: skip
    yield Scene(
        say("She wants to conclude at once. The protocol says no, and why; that is recorded too."),
        ["step", "1", "conclude", "explanation=implausible", "--as", "anna"],
        expected=5,
    )
    yield Scene(
        say("She does what was missing, and concludes."),
        ["task", "1", "tell-control-room", "--as", "anna", "-q"],
    )
    yield Scene("", ["step", "1", "conclude", "explanation=implausible", "--as", "anna", "-q"])
    yield Scene(
        say("He turns out to be from the press. Standing down takes a second person."),
        ["step", "1", "stand-down", f"deviation={say('Has a letter from our press office')}",
         "--as", "esra", "-q"],
    )  # fmt: skip
    yield Scene("", ["confirm", "1", "stand-down", "--as", "carla", "-q"])


def _after(say: Callable[..., str]) -> Iterator[Scene]:
    yield Scene(
        say("It is over, but not done: an incident closes when it is evaluated."),
        ["next", "1", "--as", "carla"],
    )
    yield Scene(
        "",
        ["step", "1", "evaluate", f"went-well={say('Calm and friendly; two people decided')}",
         f"could-be-better={say('Nobody knew that the press would come')}",
         "adversary-gave-up=no-adversary", "lessons=some", "--as", "anna", "-q"],
    )  # fmt: skip
    yield Scene(
        say("The lesson gets an owner and a date."),
        ["step", "1", "lesson", "--as", "anna", "-q"],
    )
    lesson = say("Tell the guards before the press comes")
    yield Scene("", ["step", "1", "record", f"lesson={lesson}", "--as", "anna", "-q"])
    due = (SystemClock().now() + timedelta(days=30)).strftime("%Y-%m-%dT12:00")
    yield Scene(
        "",
        ["step", "1", "assign", "owner=head-of-security", f"due={due}", "--as", "carla", "-q"],
    )
    yield Scene(
        say("Those who were involved are offered support; then it can be closed."),
        ["task", "1", "offer-support", "--as", "carla", "-q"],
    )
    yield Scene("", ["step", "1", "close", "--as", "carla", "-q"])


def _proof(checkpoint: Path, say: Callable[..., str]) -> Iterator[Scene]:
    yield Scene(
        say("The head of the log is signed, and kept where the store cannot reach it."),
        ["audit", "checkpoint", "--out", str(checkpoint)],
    )
    yield Scene(say("An auditor reads what happened …"), ["audit", "log", "--case", "1"])
    yield Scene(
        say("… and proves that nothing of it was changed."),
        ["audit", "verify", "--against", str(checkpoint)],
    )
