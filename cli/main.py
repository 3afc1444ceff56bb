"""``handrail``: the one Typer app, and the edge where every fault becomes a message.

On the path of a step this imports Typer and nothing else that is heavy.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import typer

from handrail.cli.common import global_options
from handrail.cli.group import LazyGroup
from handrail.cli.session import Session
from handrail.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

__all__ = ["app", "main", "run"]


class Root(LazyGroup):
    """The commands of ``handrail``, and the options that all of them have."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self.params.extend(global_options())

    package = "handrail.cli.commands"
    table: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "Getting started": {
            "demo": "See it work, in a temporary workspace.",
            "init": "Make a workspace.",
            "doctor": "Say what is wrong here, and the mend.",
        },
        "Operators": {
            "open": "Open an incident.",
            "next": "Say what to do now.",
            "walk": "Be guided, one screen a state.",
            "step": "Take a step.",
            "confirm": "Say yes, or no, as the second person.",
            "task": "Tick a task, or skip it.",
            "fact": "Record what is known.",
            "note": "Write a note.",
            "attach": "Attach a file.",
            "start": "Start a further protocol in an incident.",
            "deviate": "Leave the protocol, where it allows that.",
            "show": "Show an incident.",
            "list": "List incidents.",
        },
        "Administrators": {
            "protocol": "Write, show, check, rehearse and measure protocols.",
            "register": "Make documents known to the store.",
            "agreement": "Take documents through their agreement.",
            "agree": "Agree to documents, as management.",
            "acknowledge": "Say that you have read and understood.",
            "migrate": "Move incidents to the revision in force.",
        },
        "Auditors": {
            "audit": "Read and verify the log.",
        },
        "Operations": {
            "watch": "Stand by: deadlines, anchors, mirrors.",
        },
    }


app = typer.Typer(
    name="handrail",
    cls=Root,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def root() -> None:
    """Step incidents through agreed protocols, and prove afterwards what was done."""


def run(arguments: Sequence[str], *, began: datetime | None = None) -> int:
    """Run one command and return its exit code; no exception leaves it.

    :param began: when it was given, where that is not when the process began.
    """
    session = Session()
    session.began = began
    _expect_language(session, arguments)
    try:
        _check_text(arguments)
        code = typer.main.get_command(app).main(
            list(arguments), prog_name="handrail", standalone_mode=False, obj=session
        )
        sys.stdout.flush()
    except BaseException as fault:  # noqa: BLE001 - the edge: nothing passes it as a traceback
        from handrail.cli.edge import settle  # noqa: PLC0415 - only a fault pays for it

        return settle(fault, session, arguments)
    return code if isinstance(code, int) else 0


def _check_text(arguments: Sequence[str]) -> None:
    """Refuse words that are no text: nothing could be recorded of them.

    :raises UsageError: a word is not UTF-8.
    """
    for word in arguments:
        if not word.isascii() and "\\ud" in ascii(word):
            shown = os.fsencode(word).decode("utf-8", "backslashreplace")
            raise UsageError(
                "“{word}” is not UTF-8: set your terminal to UTF-8, and type it again", word=shown
            )


def _expect_language(session: Session, arguments: Sequence[str]) -> None:
    """Know ``--lang`` and ``--json`` before the arguments are read: help and faults use them."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    session.json = "--json" in before
    for at, word in enumerate(before):
        if word.startswith("--lang="):
            session.speak(word.removeprefix("--lang="))
        elif word == "--lang" and at + 1 < len(before):
            session.speak(before[at + 1])


def main() -> None:
    """Run what the process was called with, and end the process."""
    if hasattr(sys.stdin, "reconfigure"):  # what is no UTF-8 is found where it is used
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an ASCII terminal must not stop a guard
    if "_HANDRAIL_COMPLETE" in os.environ:
        from handrail.cli.complete import answer_shell  # noqa: PLC0415 - only a shell's Tab

        sys.exit(answer_shell(run))
    _leave(run(sys.argv[1:]))


def _leave(code: int) -> NoReturn:
    """End the process without taking the interpreter apart, which is a fifth of a step.

    What was acknowledged is durable and the store is closed; only the streams are left.
    """
    with suppress(OSError, ValueError):  # the reader has gone, and was told of already
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
