"""Documents in one style: indentation, spacing and blank lines; every comment kept.

Where lines break is the author's choice, as in gofmt: a map or list in braces that
stands on one line stays there, however long it is; one that was broken over lines is
written as a block. Texts stay as they are written. No key changes its place, so the
document's canonical form, and its digest, stay the same; that is checked each time.
"""

from __future__ import annotations

from handrail.engine.documents.authoring.layout.style import FormatError, formatted

__all__ = ["FormatError", "formatted"]
