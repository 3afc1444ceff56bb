"""Who acts, and how we know: the site plan's ``identify`` decides."""

from __future__ import annotations

import os
import socket
from functools import cache
from typing import TYPE_CHECKING

from handrail.engine.errors import NotFoundError, NotPermittedError
from handrail.engine.machine.commands import Actor

if TYPE_CHECKING:
    from handrail.engine.machine.site import Person, Site

__all__ = ["LIBRARY", "account", "identify", "library_actor"]

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


def identify(site: Site, claim: str | None, at: str) -> Actor:
    """Return who acts, with the roles of that time.

    :param claim: what ``--as`` says, or ``None``.
    :param at: RFC 3339 UTC; roles are those held then.
    :raises NotPermittedError: nobody has this account, or ``claim`` is not allowed here.
    :raises NotFoundError: ``claim`` names nobody of the site.
    """
    mine = _by_account(site, account())
    if claim is not None and claim not in site.people:
        raise NotFoundError("person", claim, site.people)
    person = mine if claim is None else site.people[claim]
    if person is None:
        raise NotPermittedError(_NOBODY[site.identify == "claimed"], account=account())
    if site.identify != "claimed" and person is not mine:
        raise NotPermittedError(
            "you are not {claim}: this site goes by the account ({account}); "
            "only where the site plan says “identify: claimed” may --as name somebody else",
            claim=claim,
            account=account(),
        )
    how = "claimed" if person is not mine else "os-user"
    return Actor(person.id, person.roles(at), how, socket.gethostname())


_NOBODY = {
    False: "nobody in the site plan has the account “{account}”; an administrator can add it",
    True: "say who you are with --as PERSON; nobody in the site plan has the account “{account}”",
}


def _by_account(site: Site, name: str) -> Person | None:
    return next((person for person in site.people.values() if person.account == name), None)


def library_actor() -> Actor:
    """The library, as the author of what it ships."""
    return Actor(LIBRARY, (), "engine", socket.gethostname())
