"""Git anchors, with a bare repository as the remote."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from handrail.engine.anchors.git import GitAnchor, RewrittenError, without_password
from handrail.engine.errors import HandrailError
from handrail.engine.ledger.checkpoint import Checkpoint, LogKey

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")

KEY = LogKey.generate("a.example/log")
NOTES = [
    KEY.sign(Checkpoint(origin="a.example/log", size=size, root=bytes([size] * 32)))
    for size in (3, 7, 12, 20)
]


def git(folder: Path, *words: str) -> str:
    """What somebody at the remote does."""
    settings = ("-c", "user.name=x", "-c", "user.email=x@y", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *settings, "-C", str(folder), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    folder = tmp_path / "remote.git"
    folder.mkdir()
    git(folder, "init", "--bare", "--quiet")
    return folder


def anchor_at(base: Path, origin: str = "a.example/log", own: str = "own.git") -> GitAnchor:
    return GitAnchor(
        "remote.git", "log", origin, every=timedelta(days=1), folder=base / own, base=base
    )


@pytest.fixture
def anchor(remote: Path) -> GitAnchor:
    """Two checkpoints are there."""
    made = anchor_at(remote.parent)
    made.publish(NOTES[0], begun=False)
    made.publish(NOTES[1], begun=True)
    return made


def test_notes_come_back_in_their_order(anchor: GitAnchor, tmp_path: Path) -> None:
    assert anchor.evidence()[:2] == ("git:remote.git#log", tuple(NOTES[:2]))
    elsewhere = anchor_at(tmp_path, own="another.git").evidence()
    assert (elsewhere.notes, elsewhere.rewritten, elsewhere.problem) == (
        tuple(NOTES[:2]),
        False,
        None,
    )


def test_each_is_a_commit_that_adds_to_the_one_before(anchor: GitAnchor, remote: Path) -> None:
    assert anchor.lacks() is None
    assert git(remote, "log", "--format=%s %an", "log") == "7 records handrail\n3 records handrail"
    assert "\n-" not in git(remote, "log", "-p", "--format=%n", "log").replace("\n---", "")


def test_a_branch_that_is_not_there_holds_nothing(remote: Path) -> None:
    found = anchor_at(remote.parent).evidence()
    assert (found.notes, found.rewritten, found.problem) == ((), False, None)


def test_two_logs_share_a_branch(anchor: GitAnchor, tmp_path: Path) -> None:
    other = anchor_at(tmp_path, "b.example/log", "other.git")
    other.publish(NOTES[0].replace("a.example", "b.example"), begun=False)
    anchor.publish(NOTES[2], begun=True)
    assert anchor.evidence().notes == tuple(NOTES[:3])
    assert len(other.evidence().notes) == 1
    assert len(git(tmp_path / "remote.git", "ls-tree", "--name-only", "log").split()) == 2


def test_who_was_first_meanwhile_loses_nothing(
    anchor: GitAnchor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = anchor_at(tmp_path, "b.example/log", "other.git")
    push, theirs = GitAnchor._push, iter([True, False])

    def late(self: GitAnchor, commit: str) -> bool:
        if self is anchor and next(theirs):
            other.publish(NOTES[3].replace("a.example", "b.example"), begun=False)
        return push(self, commit)

    monkeypatch.setattr(GitAnchor, "_push", late)
    anchor.publish(NOTES[2], begun=True)
    assert anchor.evidence().notes == tuple(NOTES[:3])
    assert len(other.evidence().notes) == 1


def forget_the_last(remote: Path) -> None:
    git(remote, "update-ref", "refs/heads/log", "log~1")


def begin_anew(remote: Path) -> None:
    tree = git(remote, "rev-parse", "log^{tree}")
    git(remote, "update-ref", "refs/heads/log", git(remote, "commit-tree", tree, "-m", "7 records"))


def cut_the_file(remote: Path) -> None:
    """A commit on top, as honest as the others in form, that takes away."""
    tree = git(remote, "rev-parse", "log~1^{tree}")
    new = git(remote, "commit-tree", tree, "-p", "log", "-m", "12 records")
    git(remote, "update-ref", "refs/heads/log", new)


def remove_the_branch(remote: Path) -> None:
    git(remote, "update-ref", "-d", "refs/heads/log")


@pytest.mark.parametrize("attack", [forget_the_last, begin_anew, cut_the_file, remove_the_branch])
def test_a_history_that_was_rewritten_is_seen_and_never_overwritten(
    anchor: GitAnchor, remote: Path, attack: object
) -> None:
    attack(remote)  # type: ignore[operator]
    before = git(remote, "for-each-ref")
    with pytest.raises(RewrittenError, match="was rewritten"):
        anchor.publish(NOTES[2], begun=True)
    assert git(remote, "for-each-ref") == before
    found = anchor.evidence()
    assert (found.rewritten, found.notes) == (True, tuple(NOTES[:2]))
    assert anchor.evidence().rewritten  # as long as it is so


def test_a_remote_that_is_not_there(anchor: GitAnchor, remote: Path) -> None:
    remote.rename(remote.with_name("away"))
    with pytest.raises(HandrailError, match=r"git ls-remote: .*remote\.git"):
        anchor.publish(NOTES[2], begun=True)
    assert "remote.git" in str(anchor.evidence().problem)


def test_a_remote_that_refuses(anchor: GitAnchor, remote: Path) -> None:
    hook = remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not you >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(HandrailError, match="git push"):
        anchor.publish(NOTES[2], begun=True)
    hook.unlink()
    anchor.publish(NOTES[2], begun=True)
    assert anchor.evidence().notes == tuple(NOTES[:3])


def test_nothing_of_the_users_settings_or_surroundings_does_anything(
    remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "reference-transaction", "post-index-change"):
        # The remote's end has hooks of its own, which are none of our business.
        script = f"case $PWD in *remote.git) ;; *) touch {tmp_path}/ran-{name};; esac"
        (hooks / name).write_text(f"#!/bin/sh\n{script}\n")
        (hooks / name).chmod(0o755)
    (tmp_path / ".gitconfig").write_text(
        f"[core]\n hooksPath = {hooks}\n[commit]\n gpgSign = true\n[push]\n gpgSign = true\n"
        f"[init]\n templateDir = {hooks}\n[user]\n name = somebody\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "somebody else")
    anchor = anchor_at(tmp_path)
    anchor.publish(NOTES[0], begun=False)
    assert anchor.evidence().notes == (NOTES[0],)
    assert not list(tmp_path.glob("ran-*"))
    monkeypatch.delenv("GIT_DIR")
    assert git(remote, "log", "--format=%an", "log") == "handrail"


def test_without_git_it_says_so(
    remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    anchor = anchor_at(remote.parent)
    assert "git is not there" in str(anchor.lacks())
    assert "git is not there" in str(anchor.evidence().problem)


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ("https://me:secret@host/log.git", "https://me@host/log.git"),
        ("https://host/a:b@c.git", "https://host/a:b@c.git"),
        ("git@host:log.git", "git@host:log.git"),
    ],
)
def test_a_password_is_never_shown(remote: str, shown: str) -> None:
    assert without_password(remote) == shown


@pytest.mark.parametrize(
    ("remote", "away"),
    [("git@host:log.git", True), ("ssh://h/x.git", True), ("x.git", False), ("./a:b.git", False)],
)
def test_what_lies_on_another_machine(tmp_path: Path, remote: str, away: bool) -> None:  # noqa: FBT001 - a case
    every = timedelta(days=1)
    made = GitAnchor(remote, "log", "a", every=every, folder=tmp_path / "own", base=tmp_path)
    assert made.is_away() is away
