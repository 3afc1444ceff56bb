"""The crash file: what a developer needs to mend a fault, without what a user typed."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["record", "state_folder"]


def record(fault: BaseException, arguments: Sequence[str]) -> str:
    """Write the crash file, readable by its owner alone, and return its path.

    Values on the command line may be personal data: only the command's name and
    the names of the options are kept.
    """
    text = "\n".join([*_circumstances(arguments), "", *traceback.format_exception(fault)])
    name = f"crash-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.txt"
    for folder in (state_folder(), Path(tempfile.gettempdir())):
        try:
            return _write(folder, name, text)
        except OSError:
            continue
    sys.stderr.write(text)
    return "-"


def state_folder() -> Path:
    """Return the user's state folder for handrail (XDG base directories)."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "handrail"


def _circumstances(arguments: Sequence[str]) -> list[str]:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow

    try:
        own = version("handrail")
    except PackageNotFoundError:
        own = "unknown"
    options = [word.partition("=")[0] for word in arguments if word.startswith("-")]
    command = next((word for word in arguments if not word.startswith("-")), "")
    return [
        f"handrail {own}, Python {platform.python_version()}, {platform.platform()}",
        f"command: {' '.join([command, *options])}",
    ]


def _write(folder: Path, name: str, text: str) -> str:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return str(path)
