"""Write what the checker says now beside each wrong document, for review.

.venv/bin/python tests/documents/regenerate.py && git diff tests/documents
"""

from __future__ import annotations

import sys
from pathlib import Path

from handrail.engine.documents.render import full


def main() -> None:
    """Write the expected outputs."""
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from documents_around import findings, wrong  # noqa: PLC0415 - a module of the tests

    for example in wrong():
        example.with_suffix(".txt").write_text(full(findings(example)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
