"""Git anchors: a file of signed checkpoints on a branch of a remote, which only grows.

The git program does the work, in a bare repository of our own beside the other anchors.
It remembers what was last seen at the remote, so a history that was rewritten there is
seen; nothing is ever pushed by force.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handrail.engine.anchors import Evidence
from handrail.engine.anchors.file import file_name, on_other_mount
from handrail.engine.anchors.notes import notes_in
from handrail.engine.anchors.repository import GitError, Repository
from handrail.engine.errors import HandrailError
from handrail.engine.ledger.checkpoint import alleged

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["GitAnchor"]

_TRIES: Final = 5  # against others who push to the same branch, for logs of their own
_FILE_MODE: Final = "100644"


class RewrittenError(HandrailError):
    """What was put there earlier is not all there any more."""

    code = "anchor-rewritten"


class GitAnchor:
    """A branch at a remote that holds a file for each log."""

    def __init__(  # noqa: PLR0913 - where, what, and where from
        self,
        remote: str,
        branch: str,
        origin: str,
        *,
        every: timedelta,
        folder: Path,
        base: Path,
    ) -> None:
        """Name the branch; nothing is read yet.

        :param remote: as git takes it; a relative path begins at ``base``.
        :param origin: the log's name, which gives the file its own.
        :param folder: where the bare repository is, or will be.
        """
        self.every = every
        self.place = f"git:{without_password(remote)}#{branch}"
        self._remote = remote
        self._ref = f"refs/heads/{branch}"
        self._file = f"{file_name(origin)}.checkpoints"
        self._base = base
        self._room = Repository(folder, base, hide=(remote, without_password(remote)))

    def is_away(self) -> bool:
        """Tell whether the remote is a URL, or a folder on another mount."""
        path = _as_path(self._remote)
        return path is None or on_other_mount(self._base / path, self._base)

    def lacks(self) -> HandrailError | None:
        """Say that there is no git program."""
        return self._room.lacks()

    def publish(self, note: str, *, begun: bool) -> None:
        """Commit the note to the end of the log's file, and push that.

        :raises RewrittenError: the remote's history was rewritten; nothing is pushed.
        :raises HandrailError: the remote cannot be reached, or refuses.
        """
        for _ in range(_TRIES):
            theirs = self._fetch()
            if (begun and theirs is None) or not self._is_grown(theirs):
                raise RewrittenError(
                    "the history of {anchor} was rewritten: what was put there is not all there "
                    "any more. Nothing was pushed; find out who did it",
                    anchor=self.place,
                )
            commit = self._commit(theirs, note)
            if self._push(commit):
                self._room.keep("ours", commit)
                return
        raise HandrailError("others kept pushing to {anchor}; try again", anchor=self.place)

    def evidence(self) -> Evidence:
        """Read the log's file; of a history that was rewritten, also what it was before."""
        try:
            theirs = self._fetch()
            grown = self._is_grown(theirs)
            texts = [self._text(theirs)] if grown else [self._text("ours"), self._text(theirs)]
        except HandrailError as problem:
            return Evidence(self.place, problem=problem)
        if grown and theirs is not None:
            self._room.keep("ours", theirs)
        notes = dict.fromkeys(note for text in texts for note in notes_in(text))
        return Evidence(self.place, tuple(notes), rewritten=not grown)

    def _fetch(self) -> str | None:
        """Return the commit at the branch's tip, now in our room; None: there is no branch."""
        self._room.make()
        listed = self._room.ask("ls-remote", "--", self._remote, self._ref)
        if self._ref not in listed.split():
            return None
        fetched = f"+{self._ref}:refs/anchor/theirs"
        self._room.ask("fetch", "--quiet", "--no-tags", "--", self._remote, fetched)
        return self._room.commit("theirs")

    def _is_grown(self, theirs: str | None) -> bool:
        """Tell whether the branch holds all that we saw there, and only more."""
        ours = self._room.commit("ours")
        if ours is None:
            return True
        return (
            theirs is not None
            and self._room.is_before(ours, theirs)
            and self._text(theirs).startswith(self._text(ours))
        )

    def _text(self, commit: str | None) -> str:
        name = None if commit is None else self._room.commit(commit)
        if name is None or self._file not in self._room.files(name):
            return ""
        return self._room.ask("cat-file", "blob", f"{name}:{self._file}")

    def _commit(self, parent: str | None, note: str) -> str:
        """Make a commit in which the note stands behind the others; return its name."""
        text = self._text(parent)
        text += "" if not text or text.endswith("\n\n") else "\n\n"
        blob = self._room.ask("hash-object", "-w", "--stdin", given=f"{text}{note}\n").strip()
        files = {} if parent is None else self._room.files(parent)
        files[self._file] = f"{_FILE_MODE} blob {blob}"
        listing = "".join(f"{entry}\t{name}\0" for name, entry in files.items())
        tree = self._room.ask("mktree", "-z", given=listing).strip()
        parents = [] if parent is None else ["-p", parent]
        told = f"{alleged(note).size} records"
        return self._room.ask("commit-tree", tree, *parents, "-m", told).strip()

    def _push(self, commit: str) -> bool:
        """Push; False: somebody was first.

        :raises HandrailError: the remote refuses.
        """
        try:
            self._room.ask("push", "--porcelain", "--", self._remote, f"{commit}:{self._ref}")
        except GitError as error:
            if "[rejected]" in error.said or "cannot lock ref" in error.said:
                return False
            raise
        return True


def without_password(remote: str) -> str:
    """Return a remote as it may be shown and recorded."""
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1@", remote)


def _as_path(remote: str) -> Path | None:
    """Return the folder that a remote names; None: it is a URL, or HOST:PATH as ssh has it."""
    if remote.startswith("file://"):
        return Path(remote.removeprefix("file://"))
    head = remote.partition("/")[0]
    return None if "://" in remote or ":" in head else Path(remote)
