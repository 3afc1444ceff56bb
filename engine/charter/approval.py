"""An approver's yes: what they agree to, and the signature under it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.ledger.record import canonical
from handrail.engine.ledger.ssh import SignatureError, sign, verify
from handrail.engine.machine.agreement import conditions, namespace, settings_of, signers, statement
from handrail.engine.machine.reasons import Reason
from handrail.engine.machine.turn import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Final

    from handrail.engine.errors import HandrailError
    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site
    from handrail.engine.sealing import Sealer

__all__ = ["Brought", "Matter", "approve", "bring", "refusal_of"]

_PARTS: Final = (
    "log",
    "site",
    "kind",
    "document",
    "settings",
    "conditions",
    "person",
    "time",
)


class Brought(NamedTuple):
    """What an approver brings: the statement that they signed, and the signature."""

    statement: bytes
    signature: str  # armored
    fault: HandrailError | None = None  # why there is no signature


class Matter(NamedTuple):
    """What is to be agreed."""

    log: str
    site: Site  # the plan in force
    data: Mapping[str, Any]  # the document
    document: Mapping[str, Any]  # id, revision, sha256
    definition: Definition | None  # None: it is no machine
    since: str  # when its agreement began, RFC 3339

    def statement(self, person: str, time: str) -> dict[str, Any]:
        """What a person agrees to at a time."""
        return statement(
            log=self.log,
            site=self.site,
            kind=self.data["kind"],
            document=self.document,
            settings=settings_of(self.definition, self.site),
            met=conditions(self.data, self.site, time).met,
            person=person,
            time=time,
        )


def approve(
    matter: Matter, actor: Actor, brought: Brought | None, sealer: Sealer, at: str
) -> dict[str, Any]:
    """Return the ``approval`` of a record.

    The signature is sealed: it holds a public key, which is personal.

    :param at: when they say yes, RFC 3339 UTC.
    :raises RefusedError: the person has a key, and this is not signed with it.
    """
    approval = {"person": actor.id, "how": actor.how}
    person = matter.site.people[actor.id]
    if person.key is None:
        if brought is not None:
            raise RefusedError(_no_key(actor.id))
        text = canonical(matter.statement(actor.id, at))
        return {**approval, "statement": text.decode()}
    if brought is None:
        raise RefusedError(_unsigned(actor.id))
    if brought.fault is not None:
        raise RefusedError(refusal_of(brought.fault))
    _check_statement(matter, actor.id, brought.statement, at)
    _check_signature(matter, actor.id, brought, at)
    return {
        **approval,
        "statement": brought.statement.decode(),
        "signature": sealer.seal("signature", brought.signature),
    }


def bring(matter: Matter, actor: Actor, at: str, key: Path | None) -> Brought | None:
    """Sign what is to be agreed, where the person has a key; a fault is brought as well.

    :param key: the private key's file; ``None``: ssh-agent, or the user's own folder.
    """
    person = matter.site.people[actor.id]
    if person.key is None and key is None:
        return None
    text = canonical(matter.statement(actor.id, at))
    try:
        signature = sign(text, namespace(matter.site), key=key, public=person.key)
    except SignatureError as fault:
        return Brought(text, "", fault)
    return Brought(text, signature)


def refusal_of(fault: HandrailError) -> Reason:
    """An error as a reason to refuse."""
    params = {key: str(value) for key, value in fault.params.items()}
    return Reason("signature", fault.template, params, ("signature",))


def _check_statement(matter: Matter, person: str, text: bytes, at: str) -> None:
    signed = _read(text)
    time = str(signed.get("time"))
    expected = matter.statement(person, time)
    differs = [name for name in _PARTS if signed.get(name) != expected[name]]
    if differs or signed != expected:
        raise RefusedError(_other_statement(differs or ["handrail"]))
    if not matter.since <= time <= at:
        raise RefusedError(_other_time(time, matter.since))


def _read(text: bytes) -> dict[str, Any]:
    try:
        signed = json.loads(text)
        same = canonical(signed) == text
    except (ValueError, RecursionError):
        same = False
    if not same or not isinstance(signed, dict):
        raise RefusedError(_no_statement())
    return signed


def _check_signature(matter: Matter, person: str, brought: Brought, at: str) -> None:
    name = namespace(matter.site)
    lines = signers(matter.site, matter.site.people[person], name, matter.site.management)
    try:
        verify(
            brought.statement,
            brought.signature,
            namespace=name,
            person=person,
            signers=lines,
            at=at,
        )
    except SignatureError as fault:
        raise RefusedError(refusal_of(fault)) from fault


def _no_key(person: str) -> Reason:
    return Reason(
        "signature",
        "the site plan holds no key of {person} to check this signature with",
        {"person": person},
        ("key",),
    )


def _unsigned(person: str) -> Reason:
    return Reason(
        "signature",
        "the site plan holds a key of {person}: this yes has to be signed with it",
        {"person": person},
        ("signature",),
    )


def _no_statement() -> Reason:
    return Reason(
        "statement",
        "what was signed is no statement as handrail agreement statement writes it",
        {},
        ("statement",),
    )


def _other_statement(differs: list[str]) -> Reason:
    return Reason(
        "statement",
        "what was signed is another statement than this agreement's: it differs in {parts}",
        {"parts": ", ".join(differs)},
        ("statement",),
    )


def _other_time(time: str, since: str) -> Reason:
    return Reason(
        "statement",
        "it was signed at {time}; it must be after {since}, when this agreement began, "
        "and not in the future",
        {"time": time, "since": since},
        ("statement",),
    )
