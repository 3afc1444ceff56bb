"""Who acts, and how we know: the site plan's ``identify`` decides."""

from __future__ import annotations

import os
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from handrail.engine.errors import NotFoundError, NotPermittedError
from handrail.engine.machine.commands import Actor
from handrail.engine.machine.reasons import Reason, not_yours

if TYPE_CHECKING:
    from typing import Any

    from handrail.engine.errors import HandrailError
    from handrail.engine.machine.site import Person, Site

    Draft = dict[str, Any]

__all__ = [
    "LIBRARY",
    "account",
    "host",
    "identify",
    "library_actor",
    "may_do",
    "may_migrate",
    "turned_away",
]

_NAMED = hasattr(os, "uname")  # not on every system

NOBODY = "unknown"  # who was not let in
LIBRARY = "handrail"  # the author of the documents that the library ships


@cache
def account() -> str:
    """The name of the operating system's account: of the user id, not of the environment."""
    try:
        import pwd  # noqa: PLC0415 - not on every system
    except ImportError:
        import getpass  # noqa: PLC0415 - the fallback elsewhere

        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


@cache
def host() -> str:
    """The name of this computer, as it was when it was first asked for."""
    if _NAMED:
        return os.uname().nodename  # without the 4 ms that importing socket costs
    import socket  # noqa: PLC0415 - where there is no uname

    return socket.gethostname()


def identify(site: Site, claim: str | None, at: str) -> Actor:
    """Return who acts, with the roles of that time.

    Where the site plan says ``identify: key`` this is still to be proved: by the
    signature under what the person does.

    :param claim: what ``--as`` says, or ``None``.
    :param at: RFC 3339 UTC; roles are those held then.
    :raises NotPermittedError: nobody has this account, or ``claim`` is not allowed here.
    :raises NotFoundError: ``claim`` names nobody of the site.
    """
    return _identified(site, claim, account(), at[:10], host())


@lru_cache(maxsize=64)  # a plan never changes, and roles only by the day; each step asks
def _identified(site: Site, claim: str | None, name: str, day: str, computer: str) -> Actor:
    mine = _by_account(site, name)
    if claim is not None and claim not in site.people:
        raise NotFoundError("person", claim, site.people)
    person = mine if claim is None else site.people[claim]
    if person is None:
        raise NotPermittedError(_NOBODY[site.identify], account=name)
    return Actor(person.id, person.roles(day), _how(site, person, mine), computer)


def _how(site: Site, person: Person, mine: Person | None) -> str:
    """How we know that it is this person."""
    if site.identify == "key":
        if person.key is None:
            raise NotPermittedError(
                "the site plan holds no key of {person}, and this site goes by keys",
                person=person.id,
            )
        return "key"
    if person is mine:
        return "os-user"
    if site.identify != "claimed":
        raise NotPermittedError(
            "you are not {claim}: this site goes by the account ({account}); "
            "only where the site plan says “identify: claimed” may --as name somebody else",
            claim=person.id,
            account=account(),
        )
    return "claimed"


_SAY_WHO = "say who you are with --as PERSON; nobody in the site plan has the account “{account}”"
_NOBODY = {
    "os-user": "nobody in the site plan has the account “{account}”; an administrator can add it",
    "claimed": _SAY_WHO,
    "key": _SAY_WHO,
}


def _by_account(site: Site, name: str) -> Person | None:
    return next((person for person in site.people.values() if person.account == name), None)


def library_actor() -> Actor:
    """The library, as the author of what it ships."""
    return Actor(LIBRARY, (), "engine", host())


def may_do(site: Site, actor: Actor, what: str) -> Reason | None:
    """Why somebody may not do something that no protocol speaks of; ``None``: they may.

    The site plan's ``may:`` names the roles. What it does not name, anybody with a role
    may do; only to ``redact`` and to ``rotate`` the key is management's.

    :param what: ``register``, ``redact``, ``export``, ``migrate`` or ``rotate``.
    """
    named = site.data.get("may", {}).get(what)
    if named is None:
        of_management = what in {"redact", "rotate"}
        named = sorted(site.management if of_management else site.registers["roles"])
    return None if set(named).intersection(actor.roles) else not_yours(named)


def may_migrate(site: Site, actor: Actor, owner: str | None) -> Reason | None:
    """Why somebody may not take runs to another revision; ``None``: they may.

    Where the site plan's ``may:`` names nobody, it is for the protocol's owner, a role, and
    for management.
    """
    if site.data.get("may", {}).get("migrate") is not None:
        return may_do(site, actor, "migrate")
    wanted = sorted({*site.management, *([owner] if owner else [])})
    return None if set(wanted).intersection(actor.roles) else not_yours(wanted)


def turned_away(site: Site | None, case: str, claim: str | None, fault: HandrailError) -> Draft:
    """The record of an attempt by somebody who is not who they say, or not known here.

    The account's name is personal, so it stays out; the claim is an id of the site plan.
    """
    how = "os-user" if site is None else site.identify
    draft: Draft = {
        "type": "identify-refused",
        "case": case,
        "drill": False,
        "actor": Actor(NOBODY, (), "unknown", host()).record(),
        "identify": how,
        "refused": {"code": fault.code, "template": _TURNED_AWAY_WORDS, "params": {}, "needs": []},
    }
    if claim is not None and site is not None and claim in site.people:
        draft["claimed"] = claim
    return draft


_TURNED_AWAY_WORDS = "somebody is not who they say, or is not known here"
