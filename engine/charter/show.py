"""A document's agreement as one page for a manager: the shape of ``agreement show --json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import agreed_of
from handrail.engine.charter.changes import changes
from handrail.engine.charter.glance import Glance
from handrail.engine.charter.lessons import lesson
from handrail.engine.charter.seat import Seat
from handrail.engine.machine.agreement import QUESTIONS, conditions, settings_of
from handrail.engine.text import pick
from handrail.engine.view import view_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.engine import Engine
    from handrail.engine.machine.definition import Definition
    from handrail.engine.store.base import DocumentRow

    Data = Mapping[str, Any]
    View = dict[str, Any]

__all__ = ["list_agreements", "show"]


def show(engine: Engine, document: str, *, verify: bool = False) -> View:
    """Everything that management looks at before it agrees, and what came of it.

    :param verify: check the signatures as well.
    :raises NotFoundError: no such document is registered.
    """
    with engine.reading() as reader:
        table = Seat(engine, reader, document)
        row = table.latest
        page = _Page(table, row, engine.lang)
        return page.view() | ({"verified": _verified(table, row)} if verify else {})


def list_agreements(engine: Engine) -> list[View]:
    """Every registered document: where its agreement is, what it waits for, what is in force."""
    with engine.reading() as reader:
        names = dict.fromkeys(row.id for row in reader.documents())
        tables = [Seat(engine, reader, name) for name in names]
        return [Glance(table, table.latest, engine.lang).row() for table in tables]


class _Page(Glance):
    """The whole page."""

    def view(self) -> View:
        site, data = self.table.site, self.data
        unmet = conditions(data, site, self.table.at).unmet
        return {
            **self.row(),
            "purpose": self.say(data.get("purpose")),
            "level": data.get("level"),
            "carries_out": data.get("carries-out"),
            "owner": self.owner(),
            "impact": self.impact(),
            "addresses": {name: self.titles(name) for name in QUESTIONS},
            "review": (data.get("review") or {}).get("every"),
            "settings": settings_of(self.definition(), site),
            "unmet": list(unmet),
            "answers": list(data.get("answers", ())),
            "lessons": self.lessons(),
            "who": self.who(),
            "heard": self.heard(),
            "said": self.said(),
            "approvals": self.approvals(),
            "changes": self.changed(),
            "case": self.case(),
            "acknowledged": self.acknowledged(),
            "running": self.running(),
        }

    def definition(self) -> Definition | None:
        is_site = self.row_.kind == "site"
        return None if is_site else self.table.engine.shelf.definition(self.row_.sha256)

    def owner(self) -> View | None:
        role = self.data.get("owner")
        if role is None:
            return None
        return {"role": role, "title": self.role(role), "people": self.people(role)}

    def impact(self) -> View | None:
        impact = self.data.get("impact")
        return None if not impact else {"level": impact["level"], "text": self.say(impact["text"])}

    def titles(self, question: str) -> list[View]:
        known = self.table.site.registers[question]
        named = (self.data.get("addresses") or {}).get(question) or ()
        return [{"id": name, "title": self.say(known.get(name, name))} for name in named]

    def lessons(self) -> list[View]:
        """The lessons that it answers; no text: the log has none, or it is not written down."""
        table, names = self.table, self.data.get("answers", ())
        none = {"incident": None, "text": None}
        return [
            {"id": name, **(lesson(table.engine, table.reader, name) or none)} for name in names
        ]

    def who(self) -> list[View]:
        """Who does what, a role each: its steps, tasks and confirmations by their titles."""
        definition = self.definition()
        does: dict[str, dict[str, None]] = {}
        for role, what in _duties(definition, self.lang) if definition else ():
            does.setdefault(role, {})[what] = None
        return [
            {
                "role": role,
                "title": self.role(role) if role else "",
                "people": self.people(role) if role else [],
                "does": list(what),
            }
            for role, what in does.items()
        ]

    def said(self) -> list[View]:
        """Every step that somebody took in this run, with what they gave with it."""
        records = [] if self.run is None else self.table.dossier.of_run(self.run.id)
        steps = [record for record in records if record["type"] in _SAID]
        unsealed = self.unsealed(steps)
        return [
            {
                "what": record.get("step") or record.get("task"),
                "item": record.get("item"),
                "type": record["type"],
                "by": record["actor"]["id"],
                "at": record["occurred"],
                "facts": {k: unsealed.show(v) for k, v in record.get("facts", {}).items()},
                "note": unsealed.show(record.get("note")),
            }
            for record in steps
        ]

    def approvals(self) -> list[View]:
        record = self.table.dossier.agreements.get(self.row_.sha256)
        if record is None:
            return []
        how = agreed_of(record)
        return [
            {
                "person": one["person"],
                "how": one["how"],
                "signed": "signature" in one,
                "self_agreed": how.self_agreed,
                "since": how.since,
            }
            for one in record.get("approvals", ())
        ]

    def changed(self) -> list[View] | None:
        """What is different from the revision in force; of that one, from the one before."""
        table, now = self.table, self.table.in_force
        before = now.sha256 if now is not None and now.sha256 != self.row_.sha256 else None
        if before is None:
            older = [sha for sha in table.dossier.agreements if sha != self.row_.sha256]
            before = older[-1] if older else None
        if before is None:
            return None
        return changes(table.data(table.rows[before]), self.data, self.lang)

    def case(self) -> View:
        """What can be done now, as ``show --json`` has it of an incident."""
        table = self.table
        assert table.loaded is not None  # noqa: S101 - it is registered
        actor = self.actor if self.run is None else table.stand(self.actor, self.run)
        view = view_of(
            table.reader,
            table.world(),
            table.loaded,
            head=table.reader.head(),
            actor=actor,
            at=table.at,
            lang=self.lang,
        )
        return {
            key: view[key] for key in ("runs", "steps", "tasks", "deadlines", "version", "head")
        }

    def acknowledged(self) -> View:
        from handrail.engine.charter.acknowledge import coverage_of  # noqa: PLC0415 - a ring

        return coverage_of(self.table, self.row_)

    def running(self) -> list[View]:
        """Incidents that run on another revision, and whether they could follow."""
        from handrail.engine.charter.migrate import who_follows  # noqa: PLC0415 - only here

        definition = self.definition()
        if definition is None or definition.kind == "agreement":
            return []
        return list(who_follows(self.table.engine, self.table.reader, definition))


_SAID = frozenset({"step-taken", "step-pending", "step-confirmed", "step-declined", "task-done"})


def _duties(definition: Definition, lang: str) -> list[tuple[str, str]]:
    """Each role with what it does, in document order; the empty role is anybody."""
    found: list[tuple[str, str]] = []
    for state in definition.states.values():
        for step in state.steps.values():
            title = pick(step.title, lang) or step.id
            found += [(role, title) for role in step.by or ("",)]
            if step.second is not None:
                found.append((step.second.role, f"✓ {title}"))
        for task in state.tasks.values():
            do = pick(task.do, lang).rstrip(".")
            found += [(role, do) for role in task.by or ("",)]
    return found


def _verified(table: Seat, row: DocumentRow) -> list[View]:
    """Each approval's signature, held against the site plan of its time."""
    from handrail.engine.audit.approvals import check_approvals  # noqa: PLC0415 - on request

    record = table.dossier.agreements.get(row.sha256)
    if record is None:
        return []
    return check_approvals(record, table.reader, table.engine.shelf.plan, table.engine.lang)
