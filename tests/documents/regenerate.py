"""Write what the checker says now beside each wrong document, for review.

.venv/bin/python tests/documents/regenerate.py && git diff tests/documents
"""

from __future__ import annotations

import sys
from pathlib import Path

from handrail.engine.documents.check import check_bytes
from handrail.engine.documents.render import full

HERE = Path(__file__).parent


def main() -> None:
    """Write the expected outputs."""
    sys.path.insert(0, str(HERE.parent))
    from documents_around import around  # noqa: PLC0415 - a module of the tests

    site, others = around()
    for file in sorted((HERE / "wrong").glob("*.yaml")):
        found = check_bytes(file.read_bytes(), file.name, site=site, others=others)
        file.with_suffix(".txt").write_text(full(found.findings) + "\n", "utf-8")


if __name__ == "__main__":
    main()
