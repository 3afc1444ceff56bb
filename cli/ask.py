"""Questions to the person at the terminal: on stderr, answered on stdin."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from handrail.cli import out
from handrail.cli.edge import words
from handrail.cli.page import line, span
from handrail.cli.params import readable
from handrail.cli.render.questions import MANY_WORDS, answers, question
from handrail.engine.clock import SystemClock
from handrail.engine.errors import HandrailError, UsageError
from handrail.engine.machine.facts import BadValueError, read_value
from handrail.engine.machine.parts import Fact, FactType
from handrail.engine.machine.site import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from handrail.cli.session import Session

    Row = Mapping[str, Any]

T = TypeVar("T")

MOST_SHOWN = 12  # choices: more push the question itself off a small screen
ALL = "?"  # typed to see them all
MOST_DIGITS = 15  # the question does not say how many; the step itself checks that

__all__ = ["agreed", "answered", "ask", "questions_of", "read"]


def read(prompt: str) -> str:
    """Ask for one line.

    :raises typer.Abort: the input ended.
    :raises UsageError: it is not UTF-8.
    """
    sys.stdout.flush()
    sys.stderr.write(prompt)
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        raise typer.Abort
    return readable(answer).strip()


def agreed(session: Session, text: str) -> bool:
    """Ask for a yes; ``--yes`` gives it, and where nobody can be asked it is given."""
    if session.yes or not session.may_ask:
        return True
    answer = read(f"{text} [{session.say('yes')}/{session.say('no')}] ").lower()
    if answer in {"y", "yes", "j", "ja", session.say("yes")}:
        return True
    out.message(session.say("nothing was done"))
    return False


def answered(
    session: Session, rows: Sequence[Row], given: dict[str, str], act: Callable[[dict[str, str]], T]
) -> T:
    """Ask what was not given, act, and ask again for a value that was not understood.

    :raises HandrailError: the act was refused for anything else.
    """
    by_fact = {row["fact"]: row for row in rows}
    for fact, row in by_fact.items():
        if fact not in given and (answer := ask(session, row)):
            given[fact] = answer
    while True:
        try:
            return act(given)
        except HandrailError as wrong:
            fact = str(wrong.params.get("fact", ""))
            if wrong.exit_code != UsageError.exit_code or fact not in by_fact:
                raise
            out.message(f"  {words(wrong, session)}", "warn")
            given[fact] = ask(session, by_fact[fact])


def questions_of(view: Row, step: str, run: str | None) -> Sequence[Row]:
    """Return what a step that is possible now asks."""
    for row in view["steps"]:
        if row["step"] == step and row["possible"] and run in (None, row["run"]):
            return list(row.get("questions", ()))
    return ()


def ask(session: Session, row: Row) -> str:
    """Ask one question until there is a right answer; none is needed where it is optional."""
    choose = list(answers(row)) if row["type"] != "yes-no" else []
    if choose:
        out.page(_numbered(session, row, choose[:MOST_SHOWN]), stream=sys.stderr)
    else:
        out.page(question(row, session, indent=0), stream=sys.stderr)
    if more := len(choose[MOST_SHOWN:]):
        out.message("  " + session.say("and {count} more; ? shows all", count=more))
    while True:
        typed = read("  > ")
        if more and typed == ALL:
            out.page(_numbered(session, row, choose), stream=sys.stderr)
            continue
        answer = _by_number(typed, choose, many=bool(row.get("many")))
        if not answer and row.get("required", True):
            out.message("  " + session.say("an answer is needed here; Ctrl-C leaves"), "warn")
        elif answer and (wrong := _wrong(row, answer)):
            out.message(f"  {words(wrong, session)}", "warn")
        else:
            return answer


def _wrong(row: Row, answer: str) -> BadValueError | None:
    """Say what is wrong with an answer, as far as the question shows it."""
    kind = FactType(row["type"])
    known = row.get("of") or {}
    if kind in REGISTERS:  # the choices are the register's entries
        kind = FactType.CHOICE if known else FactType.TEXT
    fact = Fact(
        id=row["fact"],
        type=kind,
        many=bool(row.get("many")),
        of=known,
        digits=MOST_DIGITS,
    )
    try:
        read_value(fact, answer, site=None, now=SystemClock().now())
    except BadValueError as wrong:
        return wrong
    return None


def _numbered(session: Session, row: Row, choose: Sequence[str]) -> list[Any]:
    texts = answers(row)
    many = f"  {session.say(MANY_WORDS)}" if row.get("many") else ""
    ask = row.get("ask") or row["fact"]
    title = line(span(f"{row['fact']}: ", "strong"), span(ask), span(many, "dim"))
    wide = len(str(len(choose)))
    return [
        title,
        *(
            line(
                span(f"{at:>{wide}}  ", "command"), span(texts[one] or one), indent=2, hang=wide + 2
            )
            for at, one in enumerate(choose, start=1)
        ),
    ]


def _by_number(answer: str, choose: Sequence[str], *, many: bool) -> str:
    """Put the choices in place of their numbers; anything else stays as it was typed."""
    if not choose:
        return answer
    parts = answer.split(",") if many else [answer]
    return ",".join(_one(part.strip(), choose) for part in parts)


def _one(part: str, choose: Sequence[str]) -> str:
    if part.isdecimal() and 1 <= int(part) <= len(choose):
        return choose[int(part) - 1]
    return part
