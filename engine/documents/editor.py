"""Settings for an editor, so that it completes, explains and checks documents while typing."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["schemas", "vscode"]

# The files of a workspace that a schema is for, where they do not say it themselves.
_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "document": ("protocols/**/*.yaml",),
    "scenario": ("scenarios/**/*.yaml",),
    "site": ("site.yaml",),
    "workspace": ("handrail.yaml",),
}
_EXTENSION: Final = "redhat.vscode-yaml"  # it brings yaml-language-server


def schemas() -> dict[str, Path]:
    """Where the schemas of this installation lie, by name."""
    folder = Path(str(files("handrail.schemas")))
    return {file.name.partition(".")[0]: file for file in sorted(folder.glob("*.schema.json"))}


def vscode(folder: Path) -> list[Path]:
    """Write ``.vscode/settings.json`` and ``extensions.json``; other settings are kept.

    The workspace's own copies of the schemas are used where it has them.

    :returns: the files that were written.
    :raises UsageError: a file that is there cannot be read as JSON.
    """
    own = folder / "schemas"
    used = {_address(own, name): list(globs) for name, globs in _FILES.items()}
    settings = {
        "yaml.schemas": used,
        "yaml.yamlVersion": "1.2",
        "yaml.validate": True,
        "yaml.hover": True,
        "yaml.completion": True,
        "yaml.format.enable": False,  # handrail protocol fmt is the style
        "[yaml]": {"editor.insertSpaces": True, "editor.tabSize": 2},
    }
    place = folder / ".vscode"
    place.mkdir(parents=True, exist_ok=True)
    return [
        _merge(place / "settings.json", settings),
        _merge(place / "extensions.json", {"recommendations": [_EXTENSION]}),
    ]


def _address(own: Path, name: str) -> str:
    file = own / f"{name}.schema.json"
    return f"./schemas/{file.name}" if file.exists() else schemas()[name].as_uri()


def _merge(file: Path, more: Mapping[str, Any]) -> Path:
    """Put members into a JSON file; maps are joined, lists get what they lack."""
    data = _read(file) if file.exists() else {}
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(data.get(key), dict):
            data[key] |= value
        elif isinstance(value, list) and isinstance(data.get(key), list):
            data[key] += [item for item in value if item not in data[key]]
        else:
            data[key] = value
    file.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def _read(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise UsageError(
            "{file} holds comments, or is no JSON: move it away, and put its settings back later",
            file=file,
        )
    return data
