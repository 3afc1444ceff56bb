"""A bare git repository, worked by the git program, whatever this user's settings are."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["GitError", "Repository"]

_SECONDS: Final = 30  # for one command; a remote that is slower than this is not there
# What a user may have set that must not change what happens here. How a remote is
# reached (credentials, proxies, ssh) is left as it is set.
_FIXED: Final = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=",
    "commit.gpgSign=false",
    "push.gpgSign=false",
    "push.followTags=false",
    "push.recurseSubmodules=no",
    "fetch.recurseSubmodules=no",
    "fetch.prune=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "init.defaultObjectFormat=sha1",
    "init.templateDir=",
    "advice.pushFetchFirst=false",
    "protocol.ext.allow=never",
)
_WHO: Final = {"NAME": "handrail", "EMAIL": "handrail@localhost"}


class GitError(HandrailError):
    """Git did not do it; ``said`` is all that it said."""

    code = "git"
    said: str = ""


class Repository:
    """The repository, and the refs in it that remember: ``refs/anchor/NAME``."""

    def __init__(self, folder: Path, base: Path, *, hide: tuple[str, str]) -> None:
        """Name the folder; nothing is made yet.

        :param base: where relative remotes begin.
        :param hide: a text that may hold a password, and what is shown in its place.
        """
        self._folder = folder
        self._base = base
        self._hide = hide

    def lacks(self) -> HandrailError | None:
        """Say that there is no git program."""
        if shutil.which("git"):
            return None
        return HandrailError("git is not there: install it (its package is named git)")

    def make(self) -> None:
        """Have the repository.

        :raises HandrailError: it cannot be made, or there is no git.
        """
        missing = self.lacks()
        if missing is not None:
            raise missing
        if (self._folder / "HEAD").exists():
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise HandrailError(
                "the folder {folder} cannot be made: {reason}",
                folder=str(self._folder),
                reason=error.strerror or "",
            ) from error
        self.ask("init", "--bare", "--quiet")

    def ask(self, *words: str, given: str = "") -> str:
        """Run a git command; return what it said.

        :param given: its input.
        :raises GitError: it failed.
        """
        done = self._run(words, given)
        if done.returncode:
            error = GitError("git {command}: {reason}", command=words[0], reason=self._why(done))
            error.said = done.stdout + done.stderr
            raise error
        return done.stdout

    def commit(self, name: str) -> str | None:
        """Return the commit of a name, ``ours`` or ``theirs`` too; None: there is none."""
        if not (self._folder / "HEAD").exists():
            return None
        ref = f"refs/anchor/{name}" if name in {"ours", "theirs"} else name
        done = self._run(("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"))
        return done.stdout.strip() or None

    def keep(self, name: str, commit: str) -> None:
        """Remember a commit under a name."""
        self.ask("update-ref", f"refs/anchor/{name}", commit)

    def is_before(self, older: str, newer: str) -> bool:
        """Tell whether one commit is in the history of another, or is it."""
        return self._run(("merge-base", "--is-ancestor", older, newer)).returncode == 0

    def files(self, commit: str) -> dict[str, str]:
        """Return the entries at the top of a commit's tree: name -> mode, type and hash."""
        listed = self.ask("ls-tree", "-z", commit).split("\0")
        return {name: entry for entry, _, name in (row.partition("\t") for row in listed) if name}

    def _run(self, words: tuple[str, ...], given: str = "") -> subprocess.CompletedProcess[str]:
        settings = [word for setting in _FIXED for word in ("-c", setting)]
        try:
            return subprocess.run(  # noqa: S603 - git, without a shell; remotes stand behind --
                ["git", *settings, f"--git-dir={self._folder}", *words],  # noqa: S607 - by PATH
                input=given,
                capture_output=True,
                encoding="utf-8",
                errors="surrogateescape",
                cwd=self._base,
                env=dict(_environment()),
                timeout=_SECONDS,
                start_new_session=True,  # no terminal: ssh asks nobody for a password
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise HandrailError(
                "git {command}: no answer within {seconds} seconds",
                command=words[0],
                seconds=_SECONDS,
            ) from error

    def _why(self, done: subprocess.CompletedProcess[str]) -> str:
        lines = [*done.stderr.splitlines(), *done.stdout.splitlines()]
        telling = [line for line in lines if line.startswith(("fatal:", "error:", "!"))] or lines
        return telling[0].strip().replace(*self._hide)[:300] if telling else str(done.returncode)


def _environment() -> Iterator[tuple[str, str]]:
    """What git is told of ours: not the repository that we may have been called from."""
    for name, value in os.environ.items():
        if not name.startswith("GIT_") or name.startswith(("GIT_SSH", "GIT_SSL", "GIT_PROXY")):
            yield name, value
    for name, value in _WHO.items():
        yield f"GIT_AUTHOR_{name}", value
        yield f"GIT_COMMITTER_{name}", value
    yield from {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
    }.items()
    yield "LC_ALL", "C"
