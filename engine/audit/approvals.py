"""The signatures under an agreement, held against the site plan of its time.

``verify_signature`` is what ``audit verify`` and ``agreement show --verify`` ask.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.errors import HandrailError
from handrail.engine.ledger.disclosure import reveal
from handrail.engine.ledger.ssh import SignatureError, verify
from handrail.engine.machine.agreement import namespace, signers
from handrail.engine.sealing import Gone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handrail.engine.machine.site import Site
    from handrail.engine.store.base import Reader

    Record = Mapping[str, Any]

__all__ = ["ApprovalError", "check_approvals", "read_signature", "verify_signature"]

# A member of the record, and the one of the statement that must be the same.
_SAME: Final = {
    "document": "protocol",
    "kind": "kind",
    "settings": "settings",
    "conditions": "conditions",
    "log": "log",
}


class ApprovalError(HandrailError):
    """An approval does not show what its record says."""

    code = "approval"


def verify_signature(
    record: Record, approval: Mapping[str, Any], signature: str | None, site: Site
) -> bool:
    """Check one approval of a ``document-agreed`` record.

    :param signature: the armored signature; ``None``: it was redacted, or never made.
    :param site: the site plan in force when it was recorded.
    :returns: False: there was a signature, and it or its key was redacted.
    :raises ApprovalError: the statement is about something else, or the person could
        not agree then.
    :raises SignatureError: it is not signed by that person's key as of that time.
    """
    person = site.people.get(str(approval.get("person")))
    if person is None or site.management.isdisjoint(person.roles(record["recorded"])):
        raise ApprovalError(
            "{person} did not belong to management then", person=str(approval.get("person"))
        )
    text = approval["statement"].encode()
    _compare(record, approval, _read(text), site)
    if "signature" not in approval:
        if person.key is not None:
            raise ApprovalError("{person} has a key and did not sign", person=person.id)
        return True
    if signature is None or isinstance(person.key, Gone):
        return False
    name = namespace(site)
    lines = signers(site, person, name, site.management)
    at = record["recorded"]
    verify(text, signature, namespace=name, person=person.id, signers=lines, at=at)
    return True


def _read(text: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ApprovalError("the statement cannot be read")
    return found


def _compare(record: Record, approval: Mapping[str, Any], signed: Record, site: Site) -> None:
    differs = [name for name, member in _SAME.items() if signed.get(name) != record.get(member)]
    if signed.get("person") != approval["person"]:
        differs.append("person")
    if signed.get("site") != site.id:
        differs.append("site")
    if str(signed.get("time")) > record["recorded"]:
        differs.append("time")
    if differs:
        raise ApprovalError("the statement is about another {parts}", parts=", ".join(differs))


def check_approvals(
    record: Record, reader: Reader, plan: Callable[[str], Site], lang: str = "en"
) -> list[dict[str, Any]]:
    """Check every approval of an agreement; one row each.

    ``verified`` is true (signed and right), false (wrong; ``text`` says how) or
    ``None`` (not signed, or the signature or its key was redacted).

    :param plan: gives the site plan with a digest.
    """
    if record.get("founding"):
        return []
    site = plan(record["plan"]["sha256"])
    return [_row(record, approval, reader, site, lang) for approval in record["approvals"]]


def _row(
    record: Record, approval: Mapping[str, Any], reader: Reader, site: Site, lang: str
) -> dict[str, Any]:
    person = approval["person"]
    try:
        signature = read_signature(record, approval, reader)
        checked = verify_signature(record, approval, signature, site)
    except (ApprovalError, SignatureError) as fault:
        return {"person": person, "verified": False, "code": fault.code, "text": fault.words(lang)}
    if "signature" not in approval:
        return {"person": person, "verified": None, "code": "unsigned", "text": ""}
    code = "signed" if checked else "redacted"
    return {"person": person, "verified": checked or None, "code": code, "text": ""}


def read_signature(record: Record, approval: Mapping[str, Any], reader: Reader) -> str | None:
    """Return the armored signature of an approval, or of a record itself.

    :returns: ``None``: there is none, or it was redacted.
    :raises ApprovalError: it is not the one that was sealed.
    """
    if "signature" not in approval:
        return None
    digest = approval["signature"]["sd"]
    disclosure = reader.disclosures([digest], record["case"]).get(digest)
    if disclosure is None:
        return None
    try:
        return str(reveal(digest, disclosure)[1])
    except ValueError:
        raise ApprovalError("the signature is not the one that was sealed") from None
