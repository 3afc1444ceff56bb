"""What is in force: documents registered by their authors, agreed by management.

What counts is what was registered and agreed, never the file on disk (docs/architecture.md).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.clock import stamp
from handrail.engine.documents.check import Checked, check_all
from handrail.engine.errors import CheckFoundError, NotFoundError, UsageError
from handrail.engine.machine.judge import Reason
from handrail.engine.refused import RefusedError
from handrail.engine.store.rows import DocumentRow, InForce

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from handrail.engine.documents.source import Source
    from handrail.engine.engine import Engine
    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.site import Site
    from handrail.engine.store.base import Reader, Writer

__all__ = [
    "ALL",
    "NotSoundError",
    "agree",
    "documents",
    "put_in_force",
    "register",
    "register_checked",
]

ALL: Final = "all"
_KINDS: Final = ("site", "lifecycle", "agreement", "protocol")  # the order of agreeing to all
_QUESTIONS: Final = ("assets", "adversaries", "methods")


class NotSoundError(CheckFoundError):
    """Documents have errors; nothing was registered. ``findings`` say where."""

    def __init__(self, checked: Sequence[Checked]) -> None:
        self.findings = [finding for one in checked for finding in one.findings]
        names = ", ".join(one.name for one in checked)
        super().__init__("nothing was registered: there are errors in {names}", names=names)


def register(engine: Engine, sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Check documents and make their revisions known to the store.

    :raises NotSoundError: one of them does not check.
    :raises UsageError: its kind is not registered, or its revision is taken.
    """
    with engine.writing() as writer:
        site = engine.shelf.site()
        actor = engine.actor_in(engine.shelf.world(site, drill=False))
        checked = check_all(
            [(source.name, source.text.encode()) for source in sources],
            site=None if _has_site(sources) else site.data,
            others=_latest(writer),
        )
        failed = [one for one in checked if not one.ok]
        if failed:
            raise NotSoundError(failed)
        return [_register(engine, writer, one, actor) for one in checked]


def _has_site(sources: Iterable[Source]) -> bool:
    return any(isinstance(one.data, dict) and one.data.get("kind") == "site" for one in sources)


def _latest(reader: Reader) -> dict[str, Mapping[str, Any]]:
    """The data of each registered document's highest revision."""
    return {row.id: json.loads(row.data) for row in reader.documents()}


def _register(engine: Engine, writer: Writer, one: Checked, actor: Actor) -> dict[str, Any]:
    data = one.data or {}
    if data["kind"] not in _KINDS:
        raise UsageError(
            "{name}: a {kind} is not registered; it stays a file", name=one.name, kind=data["kind"]
        )
    known = writer.documents(data["id"])
    if not any(row.sha256 == one.sha256 for row in known):
        _check_revision(one, known)
        register_checked(engine, writer, one, actor)
    row = writer.document(one.sha256)
    assert row is not None  # noqa: S101 - it was put there
    return _row(row)


def _check_revision(one: Checked, known: Sequence[DocumentRow]) -> None:
    data = one.data or {}
    highest = max((row.revision for row in known), default=0)
    if data.get("revision", 1) <= highest:
        raise UsageError(
            "{name}: it differs from revision {highest}, which is registered; "
            "raise its revision to {next} or more",
            name=one.name,
            highest=highest,
            next=highest + 1,
        )


def register_checked(engine: Engine, writer: Writer, one: Checked, actor: Actor) -> DocumentRow:
    """Put a document that checks into the store, with the record of it."""
    data = one.data or {}
    now = stamp(engine.clock.now())
    row = DocumentRow(
        sha256=one.sha256,
        id=data["id"],
        kind=data["kind"],
        revision=data.get("revision", 1),
        data=one.canonical,
        source=one.source.text.encode() if one.source else b"",
        registered=now,
        author=actor.id,
    )
    writer.put_document(row)
    _tell(engine, writer, "document-registered", row, actor)
    return row


def _tell(
    engine: Engine, writer: Writer, kind: str, row: DocumentRow, actor: Actor, **members: object
) -> Mapping[str, Any]:
    draft = {
        "type": kind,
        "case": f"DOC-{row.id}",
        "drill": False,
        "occurred": stamp(engine.clock.now()),
        "actor": actor.record(),
        "kind": row.kind,
        "protocol": {"id": row.id, "revision": row.revision, "sha256": row.sha256},
        **members,
    }
    return next(iter(engine.casebook.write(writer, [draft])))


def put_in_force(
    engine: Engine, writer: Writer, row: DocumentRow, actor: Actor, **members: object
) -> None:
    """Put a revision in force, with the record of its agreement."""
    record = _tell(engine, writer, "document-agreed", row, actor, **members)
    writer.put_in_force(
        InForce(
            id=row.id,
            kind=row.kind,
            sha256=row.sha256,
            revision=row.revision,
            since=record["recorded"],
            cseq=record["cseq"],
        )
    )


def agree(engine: Engine, wanted: Sequence[str] | str | None) -> list[dict[str, Any]]:
    """Agree to documents, as management: all that are named, or none of them.

    :param wanted: ids, or ``"all"`` for every registered document not in force.
    :raises NotFoundError: no such document is registered.
    :raises RefusedError: the person or the document does not meet the conditions;
        that is recorded.
    """
    with engine.writing() as writer:
        site = engine.shelf.site()
        actor = engine.actor_in(engine.shelf.world(site, drill=False))
        rows = _wanted(writer, wanted)
        refused = [(row, reason) for row in rows if (reason := _against(row, actor, site))]
        for row, reason in refused:
            _tell(engine, writer, "agree-refused", row, actor, refused=reason.record())
        if not refused:
            for row in rows:
                _agree(engine, writer, row, actor, site)
    if refused:
        raise RefusedError([reason for _, reason in refused])
    return [_row(row) | {"self_agreed": row.author == actor.id} for row in rows]


def _agree(engine: Engine, writer: Writer, row: DocumentRow, actor: Actor, site: Site) -> None:
    members: dict[str, object] = {"self-agreed": row.author == actor.id}
    if settings := site.settings.get(row.id):
        members["settings"] = dict(settings)
    if row.kind == "site":
        for other in writer.all_in_force(kind="site"):
            writer.drop_in_force(other.id)
    put_in_force(engine, writer, row, actor, **members)


def _wanted(reader: Reader, wanted: Sequence[str] | str | None) -> list[DocumentRow]:
    """The highest registered revision of each document that is meant, in order of kind."""
    rows = {row.id: row for row in reader.documents()}
    in_force = {row.id: row.sha256 for row in reader.all_in_force()}
    if wanted == ALL:
        chosen = [row for row in rows.values() if in_force.get(row.id) != row.sha256]
    else:
        for name in wanted or ():
            if name not in rows:
                raise NotFoundError("registered document", name, rows)
        chosen = [rows[name] for name in dict.fromkeys(wanted or ())]
    return sorted(chosen, key=lambda row: (_KINDS.index(row.kind), row.id))


def _against(row: DocumentRow, actor: Actor, site: Site) -> Reason | None:
    """Why this person cannot agree to this document, or ``None``."""
    if site.management.isdisjoint(actor.roles):
        roles = ", ".join(sorted(site.management))
        return Reason(
            "role", "this is for {roles}", {"roles": roles}, tuple(sorted(site.management))
        )
    if row.author == actor.id and not site.one_person:
        return Reason(
            "author",
            "you wrote revision {revision} of {document}; somebody else has to agree to it",
            {"revision": str(row.revision), "document": row.id},
        )
    if row.kind != "protocol":
        return None
    unmet = list(_unmet(json.loads(row.data), site))
    if not unmet:
        return None
    return Reason(
        "conditions",
        "{document} cannot be agreed: it lacks {conditions}",
        {"document": row.id, "conditions": ", ".join(unmet)},
        tuple(unmet),
    )


def _unmet(data: Mapping[str, Any], site: Site) -> Iterable[str]:
    """The conditions of proactive security that the protocol does not meet (LANGUAGE, 3)."""
    owner = data.get("owner")
    if owner is None or not any(
        owner in (tenure.role for tenure in person.tenures) for person in site.people.values()
    ):
        yield "owner"
    addresses = data.get("addresses", {})
    for question in _QUESTIONS:
        named = addresses.get(question) or ()
        if not named or any(name not in site.registers[question] for name in named):
            yield f"addresses.{question}"
    if not (data.get("impact") or {}).get("text"):
        yield "impact"


def _row(row: DocumentRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "revision": row.revision,
        "sha256": row.sha256,
        "author": row.author,
        "registered": row.registered,
    }


def documents(engine: Engine) -> list[dict[str, Any]]:
    """Every registered document: its highest revision, and which one is in force."""
    with engine.reading() as reader:
        in_force = {row.id: row for row in reader.all_in_force()}
        rows = {row.id: row for row in reader.documents()}
    return [_row(row) | {"in_force": _since(in_force.get(name))} for name, row in rows.items()]


def _since(row: InForce | None) -> dict[str, Any] | None:
    return None if row is None else {"revision": row.revision, "since": row.since}
