"""``Charter``: the use cases around agreement, for one person at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import agreed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from handrail.engine.charter.approval import Brought
    from handrail.engine.documents.source import Source
    from handrail.engine.engine import Engine

__all__ = ["Charter"]

Row = dict[str, Any]


class Charter:
    """What the engine offers to administrators and management."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(self, sources: Sequence[Source]) -> list[Row]:
        """Make revisions known to the store, after they check; their agreements begin."""
        from handrail.engine.charter.register import register  # noqa: PLC0415 - jsonschema

        return register(self._engine, sources)

    def agree(
        self,
        wanted: Sequence[str] | str | None,
        *,
        key: Path | None = None,
        signed: Brought | None = None,
    ) -> list[Row]:
        """Agree to registered documents, as management."""
        from handrail.engine.charter.agree import agree  # noqa: PLC0415 - each its own

        return agree(self._engine, wanted, key=key, signed=signed)

    def documents(self) -> list[Row]:
        """Every registered document: its highest revision, and which one is in force."""
        from handrail.engine.charter.register import row_of  # noqa: PLC0415 - each its own

        with self._engine.reading() as reader:
            in_force = {row.id: row for row in reader.all_in_force()}
            rows = {row.id: row for row in reader.documents()}
            found = []
            for name, row in rows.items():
                now = in_force.get(name)
                how = None if now is None else agreed(reader, name, now.sha256)
                found.append(row_of(row) | {"in_force": None if how is None else how.row()})
        return found
