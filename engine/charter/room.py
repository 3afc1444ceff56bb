"""``Charter``: the use cases around agreement, for one person at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import agreed, case_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from handrail.engine.charter.approval import Brought
    from handrail.engine.documents.source import Source
    from handrail.engine.engine import Engine
    from handrail.engine.errors import HandrailError
    from handrail.engine.machine.definition import Definition

    _List = list  # ``Charter.list`` hides the name in its class

__all__ = ["Charter"]

Row = dict[str, Any]


class Charter:
    """What the engine offers to administrators and management."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -- making known --------------------------------------------------------------

    def register(self, sources: Sequence[Source]) -> list[Row]:
        """Make revisions known to the store, after they check; their agreements begin."""
        from handrail.engine.charter.register import register  # noqa: PLC0415 - jsonschema

        with self._engine.knowing("LOG"):
            return register(self._engine, sources)

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

    # -- agreeing --------------------------------------------------------------------

    def agree(
        self,
        wanted: Sequence[str] | str | None,
        *,
        key: Path | None = None,
        signed: Brought | None = None,
    ) -> list[Row]:
        """Agree to registered documents, as management, the short way."""
        from handrail.engine.charter.agree import agree  # noqa: PLC0415 - each its own

        names = [wanted] if isinstance(wanted, str) else wanted or [""]
        with self._engine.knowing(case_of(names[0])):
            return agree(self._engine, wanted, key=key, signed=signed)

    def start(self, document: str) -> Row:
        """Put a registered document on its way; return its page."""
        from handrail.engine.charter.steps import start  # noqa: PLC0415 - each its own

        with self._engine.knowing(case_of(document)):
            start(self._engine, document)
        return self.show(document)

    def step(  # noqa: PLR0913 - the options of the command
        self,
        document: str,
        step: str,
        given: Mapping[str, Any] | None = None,
        *,
        run: str | None = None,
        note: str | None = None,
        key: Path | None = None,
        signed: Brought | None = None,
    ) -> Row:
        """Take a step of a document's agreement, or say yes where one is heard."""
        from handrail.engine.charter.steps import step as take  # noqa: PLC0415 - each its own

        engine, facts = self._engine, given or {}
        with engine.knowing(case_of(document)):
            take(engine, document, step, facts, run=run, note=note, key=key, signed=signed)
        return self.show(document)

    def confirm(  # noqa: PLR0913 - the options of the command
        self,
        document: str,
        step: str,
        *,
        yes: bool = True,
        run: str | None = None,
        key: Path | None = None,
        signed: Brought | None = None,
    ) -> Row:
        """Say yes (or no) to a step of an agreement as its second person."""
        from handrail.engine.charter.steps import confirm  # noqa: PLC0415 - each its own

        with self._engine.knowing(case_of(document)):
            confirm(self._engine, document, step, yes=yes, run=run, key=key, signed=signed)
        return self.show(document)

    def tick(self, document: str) -> list[HandrailError]:
        """Let the deadlines of a document's agreement pass; what was refused is given."""
        from handrail.engine.charter.table import Table  # noqa: PLC0415 - each its own
        from handrail.engine.refused import RefusedError  # noqa: PLC0415 - the same

        with self._engine.writing() as writer:
            refusal = Table(self._engine, writer, document).tick()
        return [RefusedError(refusal)] if refusal else []

    def statement(self, document: str) -> bytes:
        """What this person would sign to agree to a document, now."""
        from handrail.engine.charter.statement import statement  # noqa: PLC0415 - each its own

        return statement(self._engine, document)

    def namespace(self) -> str:
        """The namespace of this site's agreement signatures."""
        from handrail.engine.machine.agreement import namespace  # noqa: PLC0415 - each its own

        with self._engine.reading():
            return namespace(self._engine.shelf.site())

    # -- looking ----------------------------------------------------------------------

    def show(self, document: str, *, verify: bool = False) -> Row:
        """A document's agreement as one page for a manager."""
        from handrail.engine.charter.show import show  # noqa: PLC0415 - each its own

        return show(self._engine, document, verify=verify)

    def drawing(self, document: str) -> str:
        """The highest revision of a machine as SVG; empty for a site plan."""
        from handrail.engine.charter.seat import Seat  # noqa: PLC0415 - each its own
        from handrail.engine.documents.drawing.svg import svg  # noqa: PLC0415 - the same

        with self._engine.reading() as reader:
            row = Seat(self._engine, reader, document).latest
            if row.kind == "site":
                return ""
            definition = self._engine.shelf.definition(row.sha256)
        return svg(definition, lang=self._engine.lang, framed=False)

    def list(self) -> list[Row]:
        """Every registered document: where its agreement is, and what it waits for."""
        from handrail.engine.charter.show import list_agreements  # noqa: PLC0415 - each its own

        return list_agreements(self._engine)

    def unanswered(self) -> _List[Row]:
        """The lessons that no revision in force answers, the newest."""
        from handrail.engine.charter.lessons import unanswered  # noqa: PLC0415 - each its own

        with self._engine.reading() as reader:
            return unanswered(self._engine, reader)

    def export(self, document: str, folder: Path) -> Row:
        """Write an agreement as a folder that ssh-keygen alone can verify."""
        from handrail.engine.charter.export import export  # noqa: PLC0415 - each its own

        with self._engine.knowing(case_of(document)):
            return export(self._engine, document, folder)

    # -- briefing ---------------------------------------------------------------------

    def acknowledge(self, document: str) -> Row:
        """Record “read and understood” of the revision in force."""
        from handrail.engine.charter.acknowledge import acknowledge  # noqa: PLC0415 - the same

        with self._engine.knowing(case_of(document)):
            return acknowledge(self._engine, document)

    def coverage(self, document: str | None = None) -> _List[Row]:
        """Who has acknowledged what is in force, and who has not."""
        from handrail.engine.charter.acknowledge import coverage  # noqa: PLC0415 - the same

        return coverage(self._engine, document)

    def who_follows(self, target: Definition) -> _List[Row]:
        """The runs that go on under another revision than ``target``; which could follow it."""
        from handrail.engine.charter.migrate import who_follows  # noqa: PLC0415 - each its own

        with self._engine.reading() as reader:
            return list(who_follows(self._engine, reader, target))

    def migrate(self, incidents: Sequence[str]) -> _List[Row]:
        """Move running incidents to the revisions in force, where each can follow."""
        from handrail.engine.charter.migrate import migrate  # noqa: PLC0415 - each its own

        rows: list[Row] = []
        for incident in dict.fromkeys(incidents):
            with self._engine.knowing(incident):
                rows += migrate(self._engine, incident)
        return rows
