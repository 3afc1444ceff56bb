"""What holds for one run of the command line: who, where, in what language, how shown."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from handrail.engine.text import counted, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    import typer

    from handrail.engine.engine import Engine
    from handrail.engine.workspace import Workspace

__all__ = ["Session", "is_tag"]

_CODE = range(2, 4)  # letters of a language's code
_PART = range(1, 9)


class Session:
    """The global options, filled in while the arguments are read.

    Each can stand before the command or after it; the later one wins.
    """

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        """Begin with what the environment says."""
        self.workspace = env.get("HANDRAIL_WORKSPACE") or None  # a folder
        self.store = env.get("HANDRAIL_STORE") or None  # a URL
        self.key = env.get("HANDRAIL_KEY") or None  # a private SSH key's file
        self.person = env.get("HANDRAIL_AS") or None  # an id of the site plan
        self.lang = _language(env)  # a BCP 47 tag
        self.json = False  # one object on stdout, or JSON Lines
        self.no_input = False  # never ask
        self.yes = False  # questions that want a yes get it
        self.quiet = False  # say what was done, not what to do next
        self.began: datetime | None = None  # when the command was given; None: with the process
        self.typed: dict[str, str] = {}  # who and where, as given in options

    @classmethod
    def of(cls, ctx: typer.Context) -> Session:
        """Return the session that the context carries."""
        session = ctx.find_root().obj
        assert isinstance(session, cls)  # noqa: S101 - main put it there
        return session

    def say(self, template: str, /, **params: object) -> str:
        """Return one of the program's own messages in the session's language."""
        return say(self.lang, template, **params)

    def counted(self, one: str, many: str, count: int) -> str:
        """Return a message about one or several in the session's language."""
        return counted(self.lang, one, many, count)

    def open_workspace(self) -> Workspace:
        """Find the workspace.

        :raises NotFoundError: there is none here; the message says how to make one.
        """
        from handrail.engine.workspace import Workspace  # noqa: PLC0415 - help needs none

        return Workspace.find(self.workspace)

    @property
    def key_file(self) -> Path | None:
        """The private key to sign with; None: the one in ssh-agent, or in the own folder."""
        from pathlib import Path  # noqa: PLC0415 - few sign

        return None if self.key is None else Path(self.key).expanduser()

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Open the engine on the workspace; say afterwards what it warns of."""
        from handrail.engine.clock import process_began  # noqa: PLC0415 - help needs none
        from handrail.engine.engine import Engine  # noqa: PLC0415 - the same

        with Engine.at(
            self.open_workspace(),
            person=self.person,
            lang=self.lang,
            store_url=self.store,
            began=self.began or process_began(),
        ) as engine:
            engine.key = self.key_file
            engine.quiet = self.quiet and not self.json
            yield engine
            warnings = engine.warnings
        for warning in warnings:
            from handrail.cli import edge, out  # noqa: PLC0415 - seldom

            out.message(f"handrail: {edge.words(warning, self)}", "warn")

    def speak(self, tag: str) -> None:
        """Take a language: a BCP 47 tag, or a locale's name (``nl_NL.UTF-8``)."""
        self.lang = _tag(tag) or self.lang

    @property
    def may_ask(self) -> bool:
        """Whether a person sits at both ends and did not forbid questions."""
        return not self.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    def line(self, *words: str, other: bool = False) -> str:
        """Return a command as this person would type it here, ready to copy.

        :param other: somebody else is to type it.
        """
        from handrail.cli.shell import quote  # noqa: PLC0415 - only shown commands need it

        typed = {name: value for name, value in self.typed.items() if not other or name != "--as"}
        given = [word for option in typed.items() for word in option]
        return " ".join(["handrail", *(quote(word) for word in [*words, *given])])


def _language(env: Mapping[str, str]) -> str:
    """The tag of ``HANDRAIL_LANG``, else of the locale; English where neither says."""
    names = ("HANDRAIL_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    return next((tag for name in names if (tag := _tag(env.get(name, "")))), "en")


def _tag(name: str) -> str:
    tag = name.partition(".")[0].partition("@")[0].replace("_", "-")
    return tag if not tag or is_tag(tag) else "en"


def is_tag(tag: str) -> bool:
    """Whether it has the form of a BCP 47 tag that begins with a language of ISO 639."""
    language, *more = tag.split("-")
    parts = [language.isalpha() and len(language) in _CODE, *(len(one) in _PART for one in more)]
    return tag.isascii() and tag.replace("-", "").isalnum() and all(parts)
