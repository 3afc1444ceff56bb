"""A document's agreement as one page for a manager: the shape of ``agreement show --json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import agreed, agreed_of, case_of
from handrail.engine.charter.changes import changes
from handrail.engine.charter.hearing import hearing
from handrail.engine.charter.table import Table
from handrail.engine.errors import NotPermittedError
from handrail.engine.machine.agreement import QUESTIONS, conditions, settings_of
from handrail.engine.machine.commands import Actor
from handrail.engine.machine.regions import chart_of
from handrail.engine.sealing import Unsealed
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
        table = Table(engine, reader, document)
        row = table.latest
        page = _Page(table, row, engine.lang)
        return page.view() | ({"verified": _verified(table, row)} if verify else {})


def list_agreements(engine: Engine) -> list[View]:
    """Every registered document: where its agreement is, what it waits for, what is in force."""
    with engine.reading() as reader:
        names = dict.fromkeys(row.id for row in reader.documents())
        tables = [Table(engine, reader, name) for name in names]
        return [_Page(table, table.latest, engine.lang).row() for table in tables]


class _Page:
    """One revision, and the run about it."""

    def __init__(self, table: Table, row: DocumentRow, lang: str) -> None:
        self.table = table
        self.row_ = row
        self.lang = lang
        self.data = table.data(row)
        self.run = table.run(row)
        self.actor = _viewer(table)

    def say(self, text: Any) -> str:
        return pick(text, self.lang)

    def unsealed(self, parts: object) -> Unsealed:
        return Unsealed(self.table.reader, {case_of(self.row_.id): parts})

    # -- what a list shows ---------------------------------------------------------

    def row(self) -> View:
        table, row = self.table, self.row_
        now = table.in_force
        how = None if now is None else agreed(table.reader, row.id, now.sha256)
        dues = [one.due for one in table.reader.deadlines(table.case.id) if not one.passed]
        return {
            "id": row.id,
            "kind": row.kind,
            "title": self.say(self.data.get("title", row.id)),
            "revision": row.revision,
            "sha256": row.sha256,
            "author": row.author,
            "registered": row.registered,
            "run": None if self.run is None else self.run.id,
            "states": self.states(),
            "status": self.status(),
            "in_force": None if how is None else how.row(),
            "waits_for": self.waits_for(),
            "due": min(dues, default=None),
        }

    def status(self) -> str:
        """Where the highest revision is, by its outermost state; without a run, by the records."""
        if self.run is None:
            return "in-force" if self.table.is_in_force(self.row_) else "registered"
        if self.run.status != "active":
            return self.run.outcome or "cancelled"
        return self.path()[0]

    def path(self) -> list[str]:
        if self.run is None or self.run.status != "active":
            return []
        return list(chart_of(self.agreement()).path(self.run.active))

    def agreement(self) -> Definition:
        assert self.run is not None  # noqa: S101 - who asks has seen that there is one
        return self.table.engine.shelf.definition(self.run.sha256)

    def states(self) -> list[View]:
        names = self.path()
        states = self.agreement().states if names else {}
        return [
            {
                "id": name,
                "title": self.say(states[name].title) or name,
                "guide": self.say(states[name].guide),
            }
            for name in names
        ]

    def waits_for(self) -> list[str]:
        """The roles that can move it now: those to be heard, else who may take a step."""
        if self.table.is_in_force(self.row_):
            return []
        unheard = [one["role"] for one in self.heard() if one["says"] == "open"]
        path = self.path()
        if not path or (unheard and self.hearing_now()):
            return unheard if path else []
        by = self.agreement().states[path[-1]].by
        return self.roles_of(by)

    def hearing_now(self) -> bool:
        states = self.agreement().states
        return any(states[name].tasks for name in self.path())

    def roles_of(self, by: tuple[str, ...]) -> list[str]:
        from handrail.engine.machine.agreement import told  # noqa: PLC0415 - here alone

        return told(by, self.data, self.table.site, self.table.heard(self.run, self.row_))

    # -- the page --------------------------------------------------------------------

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

    def role(self, role: str) -> str:
        return self.say(self.table.site.registers["roles"].get(role, role))

    def people(self, role: str) -> list[str]:
        return self.table.site.with_role(role, self.table.at)

    def impact(self) -> View | None:
        impact = self.data.get("impact")
        return None if not impact else {"level": impact["level"], "text": self.say(impact["text"])}

    def titles(self, question: str) -> list[View]:
        known = self.table.site.registers[question]
        named = (self.data.get("addresses") or {}).get(question) or ()
        return [{"id": name, "title": self.say(known.get(name, name))} for name in named]

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

    def heard(self) -> list[View]:
        if self.run is None:
            return []
        found = hearing(self.table, self.run)
        unsealed = self.unsealed([one["facts"] for one in found])
        for one in found:
            one["title"] = self.role(one["role"])
            one["people"] = self.people(one["role"])
            one["facts"] = {key: unsealed.show(value) for key, value in one["facts"].items()}
        return found

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
        return changes(table.data(table.rows[before]), self.data)

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


def _viewer(table: Table) -> Actor:
    """Who looks; one who is not known has no roles."""
    try:
        return table.engine.actor_in(table.world())
    except NotPermittedError:
        return Actor("", (), "unknown", "")


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
            found += [(role, pick(task.do, lang)) for role in task.by or ("",)]
    return found


def _verified(table: Table, row: DocumentRow) -> list[View]:
    """Each approval's signature, held against the site plan of its time."""
    from handrail.engine.audit.approvals import check_approvals  # noqa: PLC0415 - on request

    record = table.dossier.agreements.get(row.sha256)
    if record is None:
        return []
    return check_approvals(record, table.reader, table.engine.shelf.plan, table.engine.lang)
