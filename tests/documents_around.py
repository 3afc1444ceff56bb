"""What the examples in tests/documents are checked against."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from handrail.engine.documents.check import check_all

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
