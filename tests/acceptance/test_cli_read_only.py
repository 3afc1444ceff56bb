"""A workspace on a disk that takes nothing: all of it can be read, nothing is half written."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cli_play import COMMAND, Hand

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Try = Callable[..., subprocess.CompletedProcess[str]]

# A file system of its own, which nobody else sees and which ends with the process.
OWN = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-e", "-c"]
READ_ONLY = "mount -o remount,ro none disk"
FULL = "dd if=/dev/zero of=disk/filling bs=4k 2>/dev/null || true"
DISK = f"""
mount -t tmpfs -o size=2m none disk
cp -R museum/. disk
%s
shift
exec "{COMMAND}" "$@"
"""

READING = [
    ["list"],
    ["show", "1"],
    ["next", "1"],
    ["step", "1", "danger", "--dry-run", "--as", "anna"],
    ["protocol", "list"],
    ["protocol", "show", "suspicious-person"],
    ["protocol", "check", "suspicious-person"],
    ["agreement", "list"],
    ["agreement", "show", "suspicious-person"],
    ["acknowledge", "--coverage"],
    ["audit", "log"],
    ["audit", "show", "1"],
    ["audit", "verify"],
    ["audit", "verify", "--depth", "legal"],
    ["audit", "stats"],
    ["audit", "retention"],
    ["doctor"],
]
WRITING = [
    ["note", "1", "hello", "--as", "anna"],
    ["step", "1", "danger", "--as", "anna"],
    ["step", "1", "conclude", "--as", "anna"],  # a refusal is recorded too
    ["open", "suspicious-person", "--as", "anna"],
    ["agree", "suspicious-person", "--as", "helena"],
    ["audit", "checkpoint"],
    ["audit", "report", "1", "--out", "-", "--as", "greta"],  # recorded, like every export
]


def _can_mount(tmp_path: Path) -> bool:
    (tmp_path / "disk").mkdir()
    try:
        tried = subprocess.run(
            [*OWN, "mount -t tmpfs none disk && mount -o remount,ro none disk"],
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
            check=False,
        )
    except FileNotFoundError:
        return False
    return tried.returncode == 0


@pytest.fixture
def on_disk(contact: Hand, tmp_path: Path) -> Try:
    """Run a command in a workspace on a disk in a state of its own."""
    if not _can_mount(tmp_path):
        pytest.skip("this system lets nobody mount a file system of their own")

    def run(state: str, *words: str, before: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*OWN, DISK % f"{before}\n{state}", "sh", "-", *words],
            cwd=tmp_path,
            env=contact.env | {"HANDRAIL_WORKSPACE": str(tmp_path / "disk")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.parametrize("state", [READ_ONLY, FULL], ids=["read-only", "full"])
def test_what_only_reads_works_on_a_disk_that_takes_nothing(on_disk: Try, state: str) -> None:
    for words in READING:
        said = on_disk(state, *words)
        assert said.returncode == 0, (words, said)
        assert "nothing of this" not in said.stdout + said.stderr


@pytest.mark.parametrize(
    ("state", "what", "mend"),
    [(READ_ONLY, "cannot be written", "permission"), (FULL, "is full", "make room")],
    ids=["read-only", "full"],
)
def test_what_writes_says_which_disk_it_is_and_the_mend(
    on_disk: Try,
    tmp_path: Path,
    state: str,
    what: str,
    mend: str,
) -> None:
    for words in WRITING:
        said = on_disk(state, *words)
        assert said.returncode == 1, (words, said)
        assert said.stderr.startswith("handrail: ")
        assert f"{tmp_path / 'disk' / 'store.db'}" in said.stderr
        assert f"{what}, nothing of this was saved" in said.stderr
        assert mend in said.stderr
        assert len(said.stderr.splitlines()) == 1, said
    assert what in on_disk(state, "doctor").stdout


def test_what_lies_in_a_log_that_cannot_be_read_is_not_overlooked(
    on_disk: Try,
) -> None:
    said = on_disk(READ_ONLY, "list", before="echo something > disk/store.db-wal")
    assert said.returncode == 1
    assert "store.db-wal" in said.stderr
    assert "copy" in said.stderr


def test_init_on_a_full_disk_says_which_folder_it_is(on_disk: Try, tmp_path: Path) -> None:
    new = tmp_path / "disk" / "new"
    said = on_disk(FULL, "init", str(new))
    assert said.returncode == 1
    assert str(new) in said.stderr
    assert "is full" in said.stderr
    assert len(said.stderr.splitlines()) == 1
