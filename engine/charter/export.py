"""An agreement as a folder that anybody can verify with ``ssh-keygen`` and ``sha256sum``."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.agreed import agreed_of, case_of
from handrail.engine.charter.follow import draft_of
from handrail.engine.charter.table import Table
from handrail.engine.documents.authoring.yamlish import written
from handrail.engine.errors import HandrailError, UsageError
from handrail.engine.ledger.ssh import ssh_time
from handrail.engine.machine.agreement import namespace, signers
from handrail.engine.machine.reasons import Reason
from handrail.engine.people import may_do
from handrail.engine.plans import sealed_of
from handrail.engine.refused import RefusedError
from handrail.engine.sealing import Gone, Unsealed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from handrail.engine.engine import Engine
    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.site import Site
    from handrail.engine.store.base import DocumentRow

    Record = Mapping[str, Any]

__all__ = ["export"]


def export(engine: Engine, document: str, folder: Path) -> dict[str, Any]:
    """Write the agreement in force, with what verifies it, into a new folder.

    :returns: ``folder``, ``files``, ``signed``, and the revision.
    :raises NotFoundError: no such document is registered.
    :raises RefusedError: the person may not export, or nothing is in force; recorded.
    :raises UsageError: the folder is there already.
    """
    if folder.exists():
        raise UsageError("{folder} is there already; name a new folder", folder=str(folder))
    with engine.writing() as writer:
        table = Table(engine, writer, document)
        row, now = table.latest, table.in_force
        actor = engine.actor_in(table.world())
        reason = may_do(table.site, actor, "export") or (None if now else _nothing(document))
        if reason is not None:
            table.tell(draft_of("export-refused", row, actor, table.at, refused=reason.record()))
        elif now is not None:
            row = table.rows[now.sha256]
            files = _files(table, row, table.dossier.agreements[row.sha256])
            table.tell(_exported(actor, table))
    if reason is not None:
        raise RefusedError([reason])
    _write(folder, files)
    record = table.dossier.agreements[row.sha256]
    return {
        "id": row.id,
        "revision": row.revision,
        "folder": str(folder),
        "files": sorted(files),
        "signed": agreed_of(record).signed,
    }


def _exported(actor: Actor, table: Table) -> dict[str, Any]:
    return {
        "type": "exported",
        "case": table.case.id,
        "drill": False,
        "occurred": table.at,
        "actor": actor.record(),
        "format": "agreement",
        "cases": [table.case.id],
        "clear": True,
    }


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise HandrailError(
            "{folder} cannot be written: {reason}",
            folder=str(folder),
            reason=error.strerror or str(error),
        ) from error


def _files(table: Table, row: DocumentRow, record: Record) -> dict[str, bytes]:
    plan = table.engine.shelf.plan(record["plan"]["sha256"])
    files = _document(table, row)
    unsealed = Unsealed(table.reader, {case_of(row.id): record})
    commands, lines = [], ""
    for one in record.get("approvals", ()):
        name = f"statement-{one['person']}.json"
        files[name] = one["statement"].encode()
        signature = unsealed.show(one.get("signature"))
        person = plan.people[one["person"]]
        if isinstance(signature, str) and not _is_gone(signature, person.key):
            files[f"{name}.sig"] = signature.encode()
            lines += signers(plan, person, namespace(plan), plan.management)
            commands.append(_command(plan, one["person"], name, record["recorded"]))
    if lines:
        files["allowed_signers"] = lines.encode()
    files["SHA256SUMS"] = "".join(
        f"{_digest(data)}  {name}\n" for name, data in sorted(files.items())
    ).encode()
    files["VERIFY.txt"] = _readme(row, record, commands, sealed=_SEALS in files).encode()
    return files


def _is_gone(*values: object) -> bool:
    return any(isinstance(value, Gone) for value in values)


def _document(table: Table, row: DocumentRow) -> dict[str, bytes]:
    """The revision as it was agreed, and to read; of a site plan, what its digests stand for."""
    files = {"document.yaml": row.source, "document.json": row.data}
    if row.kind == "site" and not row.source:
        seals = table.reader.disclosures(sealed_of(json.loads(row.data)).values(), table.case.id)
        files["document.yaml"] = written(table.data(row)).encode()
        files[_SEALS] = "".join(f"{one}\n" for one in sorted(seals.values())).encode()
    return files


def _command(site: Site, person: str, name: str, recorded: str) -> str:
    at = ssh_time(recorded)
    return (
        f"TZ=UTC ssh-keygen -Y verify -f allowed_signers -I {person} "
        f"-n {namespace(site)} -s {name}.sig -O verify-time={at} < {name}"
    )


_README: Final = """\
The agreement to {id}, revision {revision}
{line}

In force since {since}. Agreed by: {people}.

1. The files are whole:

    sha256sum -c SHA256SUMS

2. The document is the one that was agreed: this digest stands in each statement.

    sha256sum document.json
    {sha256}

   {yaml}

3. {signatures}
{commands}
   allowed_signers comes from the site plan of that time. Compare the key in it with
   one that you have from the person: who made this folder could have put it there.
"""
_UNSIGNED: Final = """\
The agreement to {id}, revision {revision}
{line}

In force since {since}. Agreed by: {people}.

{signatures} What shows who agreed is the site's log alone.

1. The files are whole:

    sha256sum -c SHA256SUMS

2. The document is the one that was agreed: this digest stands in each statement.

    sha256sum document.json
    {sha256}

   {yaml}
"""
_SIGNED: Final = "Each statement is signed, and was when it was recorded (OpenSSH 8.9 or later):"
_NO_KEYS: Final = "UNSIGNED: this site does not use keys."
_REDACTED: Final = "REDACTED: it was signed; the signatures or their keys were removed since."
_WRITTEN: Final = "document.yaml is the same document as it was written."
_SEALED: Final = """\
In it a digest stands for each person's name, account and key: {"sd": DIGEST}.
   What they stand for is in document.yaml. disclosures.txt proves it, line by line; a
   line is [salt, member, value] in base64url, and this gives its digest:

    while read -r line; do
      printf %s "$line" | openssl dgst -sha256 -binary | basenc --base64url | tr -d =
    done < disclosures.txt"""
_SEALS: Final = "disclosures.txt"


def _readme(row: DocumentRow, record: Record, commands: list[str], *, sealed: bool) -> str:
    how = agreed_of(record)
    text = _README if commands else _UNSIGNED
    title = f"The agreement to {row.id}, revision {row.revision}"
    return text.format(
        id=row.id,
        revision=row.revision,
        line="=" * len(title),
        since=how.since,
        people=", ".join(how.by) + (" (self-agreed)" if how.self_agreed else ""),
        sha256=row.sha256,
        yaml=_SEALED if sealed else _WRITTEN,
        signatures=_SIGNED if commands else _REDACTED if how.signed else _NO_KEYS,
        commands="\n" + "\n".join(f"    {command}\n" for command in commands),
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _nothing(document: str) -> Reason:
    return Reason(
        "not-in-force",
        "no revision of {document} is in force: there is no agreement to export",
        {"document": document},
        (document,),
    )
