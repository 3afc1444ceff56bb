"""What is in force: documents registered by their authors, agreed by management.

What counts is what was registered and agreed, never the file on disk
(docs/architecture.md). An agreement is a run in the case ``DOC-<id>`` of its document.
"""

from __future__ import annotations

from handrail.engine.charter.room import Charter

__all__ = ["Charter"]
