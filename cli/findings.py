"""docs/findings.md, written from the pages of the codes: ``python -m handrail.cli.findings``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from handrail.engine.documents.codes import CODES
from handrail.engine.documents.explain import explain

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["findings"]

INTRODUCTION = """\
# What the checker finds

<!-- Written by `python -m handrail.cli.findings > docs/findings.md`; do not edit it here.
     The pages are in engine/documents/pages. -->

Each finding of `handrail protocol check` has a code. Its page, which
`handrail protocol explain CODE` shows as well, says what it means, why it is one, and has
an example wrong and right. The examples leave out what does not matter in them; tests
check each of them. An error keeps a document from being registered, a warning or a note
does not.

HR0 is found while the file is read, HR1 by the schema, HR2 where names are looked up, HR3
by what is proven about the whole machine, HR4 when scenarios are played.
"""


def findings() -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, *_table(), *_pages()])


def _table() -> Iterator[str]:
    yield "| code | |\n| --- | --- |"
    for code, title in CODES.items():
        anchor = f"{code}-{title}".lower().replace(" ", "-").replace(",", "")
        yield f"| [{code}](#{anchor}) | {title} |"
    yield ""


def _pages() -> Iterator[str]:
    for code in CODES:
        yield explain(code).markdown.replace("\n## ", "\n### ").replace("# HR", "## HR", 1)


if __name__ == "__main__":
    sys.stdout.write(findings())
