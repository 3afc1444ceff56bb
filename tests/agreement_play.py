"""Documents revised, keys made and site plans changed, for the tests of agreement."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from cli_play import Desk, Said

__all__ = ["key_of", "plan_with", "put_plan_in_force", "records", "revised"]


def revised(
    desk: Desk, document: str, revision: int, *changes: tuple[str, str], name: str = "museum"
) -> Path:
    """A higher revision of a protocol of the workspace, with parts of its text replaced."""
    source = desk.home / name / "protocols" / f"{document}.yaml"
    text = re.sub(r"(?m)^revision: \d+$", f"revision: {revision}", source.read_text("utf-8"))
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = desk.home / f"{document}-{revision}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def key_of(home: Path, person: str) -> Path:
    """An SSH key of a person, made on first asking; the public half lies beside it."""
    path = home / f"key-{person}"
    if not path.exists():
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)]
        subprocess.run(command, check=True)
    return path


def plan_with(
    desk: Desk, revision: int, *changes: tuple[str, str], keys: tuple[str, ...] = ()
) -> Path:
    """The workspace's site plan, changed; ``keys`` are people who get one."""
    text = (desk.home / "museum" / "site.yaml").read_text("utf-8")
    text = text.replace("\nid: north-museum\n", f"\nid: north-museum\nrevision: {revision}\n")
    for person in keys:
        public = key_of(desk.home, person).with_suffix(".pub").read_text("ascii").strip()
        text, count = re.subn(
            rf"(?m)^(  {person}: \{{name: [^,]*, account: {person}, )",
            rf'\g<1>key: "{public}", ',
            text,
        )
        assert count == 1, person
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = desk.home / f"site-{revision}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def put_plan_in_force(
    desk: Desk, revision: int, *changes: tuple[str, str], keys: tuple[str, ...] = ()
) -> None:
    """Register a changed site plan, and have it agreed."""
    path = plan_with(desk, revision, *changes, keys=keys)
    does(desk, "register", path, "--as", "greta")
    does(desk, "agree", "north-museum", "--as", "helena")


def does(desk: Desk, *words: str | Path) -> Said:
    """Type a command that must succeed."""
    said = desk(*words)
    assert said.code == 0, (words, said)
    return said


def records(desk: Desk, case: str, kind: str) -> list[dict[str, object]]:
    """The records of one type in a case."""
    said = desk("audit", "log", "--case", case, "--type", kind, "--json")
    return said.lines
