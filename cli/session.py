"""What holds for one run of the command line: who, where, in what language, how shown."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer

    from handrail.engine.engine import Engine
    from handrail.engine.workspace import Workspace

__all__ = ["Session"]


@dataclass(slots=True, kw_only=True)
class Session:
    """The global options, filled in while the arguments are read.

    Each can stand before the command or after it; the later one wins.
    """

    workspace: str | None = None  # --workspace, HANDRAIL_WORKSPACE: a folder
    store: str | None = None  # --store, HANDRAIL_STORE: a URL
    person: str | None = None  # --as, HANDRAIL_AS: an id of the site plan
    lang: str = "en"  # --lang, HANDRAIL_LANG, the locale: a BCP 47 tag
    json: bool = False  # --json: one object on stdout, or JSON Lines
    no_input: bool = False  # --no-input: never ask
    yes: bool = False  # --yes: questions that want a yes get it
    quiet: bool = False  # --quiet: say what was done, not what to do next
    typed: dict[str, str] = field(default_factory=dict)  # who and where, given as options

    @classmethod
    def start(cls, env: Mapping[str, str] = os.environ) -> Session:
        """Begin with what the environment says."""
        return cls(
            workspace=env.get("HANDRAIL_WORKSPACE") or None,
            store=env.get("HANDRAIL_STORE") or None,
            person=env.get("HANDRAIL_AS") or None,
            lang=_language(env),
        )

    @classmethod
    def of(cls, ctx: typer.Context) -> Session:
        """Return the session that the context carries."""
        session = ctx.find_root().obj
        assert isinstance(session, cls)  # noqa: S101 - main put it there
        return session

    def say(self, template: str, /, **params: object) -> str:
        """Return one of the program's own messages in the session's language."""
        return say(self.lang, template, **params)

    def open_workspace(self) -> Workspace:
        """Find the workspace.

        :raises NotFoundError: there is none here; the message says how to make one.
        """
        from handrail.engine.workspace import Workspace  # noqa: PLC0415 - help needs none

        return Workspace.find(self.workspace)

    def engine(self) -> Engine:
        """Open the engine on the workspace, for use in a ``with`` statement."""
        from handrail.engine.engine import Engine  # noqa: PLC0415 - help needs none

        return Engine.at(
            self.open_workspace(), person=self.person, lang=self.lang, store_url=self.store
        )

    @property
    def may_ask(self) -> bool:
        """Whether a person sits at both ends and did not forbid questions."""
        return not self.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    def line(self, *words: str) -> str:
        """Return a command as this person would type it here, ready to copy."""
        from handrail.cli.shell import quote  # noqa: PLC0415 - only shown commands need it

        options = [word for pair in self.typed.items() for word in pair]
        return " ".join(["handrail", *(quote(word) for word in [*words, *options])])


def _language(env: Mapping[str, str]) -> str:
    """The tag of ``HANDRAIL_LANG``, else of the locale; English where neither says."""
    for name in ("HANDRAIL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        tag = env.get(name, "").partition(".")[0].partition("@")[0].replace("_", "-")
        if tag:
            return "en" if tag in {"C", "POSIX"} else tag
    return "en"
