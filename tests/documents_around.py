"""What the examples in tests/documents are checked against, and what is found in each."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handrail.engine.documents.check import Checked, check_all
from handrail.engine.documents.scenario import play
from handrail.engine.machine.build import build
from handrail.engine.machine.site import build_site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handrail.engine.documents.finding import Finding

FOLDER = Path(__file__).parent / "documents"

Data = dict[str, Any]


@cache
def around() -> tuple[Data, dict[str, Data]]:
    """The site plan, and the documents that may be referred to, by id."""
    files = sorted((FOLDER / "around").glob("*.yaml"))
    checked = check_all((file.name, file.read_bytes()) for file in files)
    assert all(one.ok for one in checked), [one.findings for one in checked]
    others = {one.data["id"]: one.data for one in checked if one.data}
    return others["around"], others


def wrong() -> list[Path]:
    """The wrong examples: a document, a folder of them, or a script that writes one."""
    return sorted(path for path in (FOLDER / "wrong").iterdir() if path.suffix != ".txt")


def documents(example: Path) -> list[tuple[str, bytes]]:
    """The documents of an example, each with the name that findings give it."""
    if example.suffix == ".sh":
        made = subprocess.run(["sh", example], check=True, capture_output=True).stdout
        return [(example.with_suffix(".yaml").name, made)]
    files = sorted(example.iterdir()) if example.is_dir() else [example]
    return [(str(file.relative_to(example.parent)), file.read_bytes()) for file in files]


@cache
def findings(example: Path) -> Sequence[Finding]:
    """What the checker finds; of a scenario that checks, what goes otherwise in its play."""
    site, others = around()
    given = documents(example)
    own = any(b"\nkind: site" in data for _, data in given) and len(given) > 1
    checked = check_all(given, site=None if own else site, others=others)
    return [*(found for one in checked for found in one.findings), *_played(example, checked)]


def _played(example: Path, checked: Sequence[Checked]) -> Sequence[Finding]:
    site, others = around()
    one = checked[0]
    if not example.stem.startswith("HR401") or one.data is None or one.source is None:
        return ()
    definition = build(others[one.data["protocol"]], "")
    return play(one.source, one.data, definition, build_site(site)).findings
