"""The options of the whole program: each may stand before the command or after it.

They are built here rather than read from a function's signature, which costs a
twentieth of the time of a step.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import typer
from typer.core import TyperOption

from handrail.cli.session import Session, is_tag
from handrail.engine.errors import UsageError
from handrail.engine.text import spoken

__all__ = ["global_options"]

_VALUES: Final = (
    (
        ["--workspace"],
        "DIR",
        (
            "The workspace's folder (HANDRAIL_WORKSPACE; else the nearest upward, "
            "else the one in your data folder)."
        ),
    ),
    (["--store"], "URL", "The store (HANDRAIL_STORE; else the one in the workspace)."),
    (
        ["--as", "person"],
        "PERSON",
        "Who acts, where the site plan lets people say so (HANDRAIL_AS).",
    ),
    (
        ["--key"],
        "FILE",
        (
            "The SSH key to sign with (HANDRAIL_KEY; else the one in ssh-agent or ~/.ssh "
            "that the site plan names)."
        ),
    ),
    (
        ["--lang"],
        "TAG",
        "The language, such as en or nl (HANDRAIL_LANG; else the locale's).",
    ),
)
_FLAGS: Final = (
    (["--json"], "Print JSON on stdout."),
    (["--quiet", "-q"], "Say what was done, not what to do next."),
    (["--no-input"], "Never ask anything."),
    (["--yes", "-y"], "Answer yes where asked."),
)


def global_options() -> list[TyperOption]:
    """Build them anew for one run."""
    values = [
        TyperOption(
            param_decls=names, type=str, metavar=metavar, help=text,
            expose_value=False, callback=_keep,
            autocompletion=_people if "person" in names else None,
        )
        for names, metavar, text in _VALUES
    ]  # fmt: skip
    flags = [
        TyperOption(
            param_decls=names, is_flag=True, default=False, help=text,
            expose_value=False, callback=_keep,
        )
        for names, text in _FLAGS
    ]  # fmt: skip
    return [*values, *flags, _version_option()]


def _version_option() -> TyperOption:
    return TyperOption(
        param_decls=["--version"], is_flag=True, default=False, is_eager=True,
        expose_value=False, callback=_version, help="Print the version and end.",
    )  # fmt: skip


def _keep(ctx: Any, param: Any, value: object) -> object:
    """Put an option into the session, wherever on the line it stood."""
    if value and param.name:
        session = Session.of(ctx)
        if param.name == "lang":
            _speak(session, str(value))
        else:
            setattr(session, param.name, value)
        if param.name in {"workspace", "store", "person"}:
            session.typed[param.opts[0]] = str(value)
    return value


def _speak(session: Session, tag: str) -> None:
    """Take the language that was asked for; say it where it is not what will be read.

    :raises UsageError: it is no language at all.
    """
    short = tag.partition(".")[0].replace("_", "-")
    if short not in {"C", "POSIX"} and not is_tag(short):
        raise UsageError(
            "“{tag}” is no language: give a tag, such as {known}",
            tag=tag,
            known=", ".join(spoken()),
        )
    session.speak(tag)
    if session.lang.partition("-")[0] not in spoken():
        from handrail.cli import out  # noqa: PLC0415 - seldom

        text = session.say(
            "the program speaks {known}; only documents are shown in “{tag}”, where they have it",
            known=", ".join(spoken()),
            tag=session.lang,
        )
        out.message(f"handrail: {text}", "warn")


def _version(ctx: Any, _: Any, value: object) -> object:
    """Print the version and end."""
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version  # noqa: PLC0415 - 20 ms that a step need not pay

        sys.stdout.write(f"handrail {version('handrail')}\n")
        raise typer.Exit
    return value


def _people(ctx: Any, _: list[str], __: str) -> list[tuple[str, str] | str]:
    from handrail.cli.complete import people  # noqa: PLC0415 - only a shell's Tab needs it

    return list(people(ctx))
