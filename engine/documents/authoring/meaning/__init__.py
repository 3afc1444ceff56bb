"""Two revisions of a machine compared by what they mean, not by how they are written."""

from __future__ import annotations

from handrail.engine.documents.authoring.meaning.change import Change
from handrail.engine.documents.authoring.meaning.compare import compare

__all__ = ["Change", "compare"]
