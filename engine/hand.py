"""A person's own signature under each record, at a site that says ``identify: key``.

What is signed is the record as it stands in the log, without its signature: who, what,
when, and after which record of the case. So nobody can sign for another, or move a
signature to another place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.ledger.disclosure import seal
from handrail.engine.ledger.record import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from handrail.engine.machine.site import Person, Site

__all__ = ["Hand", "check_hand", "hand_namespace", "is_signed_by"]


def hand_namespace(site: Site) -> str:
    """The namespace of signatures under records: they count for this site alone."""
    return f"handrail-record@{site.id}"


def is_signed_by(record: Mapping[str, Any], person: str) -> bool:
    """Whether this person's own signature belongs under a record.

    A step that others confirmed was asked for before, and signed then.
    """
    actor = record["actor"]
    return actor["id"] == person and actor["how"] == "key" and "confirmed" not in record


class Hand:
    """Signs what one person does, with their own key, and checks that it is theirs."""

    def __init__(self, site: Site, person: Person, key: Path | None) -> None:
        """Take a person's key.

        :param key: the private key's file; ``None``: ssh-agent, or their own folder.
        """
        self.site = site
        self.person = person
        self.key = key

    def sign(self, record: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the ``signature`` of a record, sealed, and its disclosure by digest.

        Nothing is asked here, for the store is locked meanwhile: the key is in ssh-agent,
        or in a file without a passphrase.

        :raises SignatureError: the key is not at hand, or is not this person's.
        """
        from handrail.engine.ledger.ssh import sign  # noqa: PLC0415 - only sites with keys

        text, name = canonical(record), hand_namespace(self.site)
        signature = sign(text, name, key=self.key, public=self.person.key, ask=False)
        check_hand({**record, "signature": {}}, signature, self.site)
        digest, disclosure = seal("signature", signature)
        return {"sd": digest}, {digest: disclosure}


def check_hand(record: Mapping[str, Any], signature: str, site: Site) -> None:
    """Check the signature under a record.

    :param site: the site plan in force when it was recorded.
    :raises SignatureError: it is not that of the record's actor, as of its time.
    """
    from handrail.engine.ledger.ssh import SignatureError, verify  # noqa: PLC0415 - as above
    from handrail.engine.machine.agreement import signers  # noqa: PLC0415 - as above

    name, who = hand_namespace(site), record["actor"]["id"]
    person = site.people.get(who)
    if person is None:
        raise SignatureError("it is no signature of {person}: {reason}", person=who, reason="-")
    text = canonical({key: value for key, value in record.items() if key != "signature"})
    lines = signers(site, person, name)
    verify(text, signature, namespace=name, person=who, signers=lines, at=record["recorded"])
