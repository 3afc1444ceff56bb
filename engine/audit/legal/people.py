"""Who did it: in the roles that they had then, identified as the site plan asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.audit.legal.heads import actor_of
from handrail.engine.clock import parse_instant, stamp
from handrail.engine.errors import HandrailError
from handrail.engine.machine.commands import ENGINE
from handrail.engine.people import LIBRARY, NOBODY, may_do

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from handrail.engine.machine.reasons import Reason
    from handrail.engine.machine.site import Person, Site

    Record = Mapping[str, Any]
    Standing = Callable[[tuple[str, ...]], tuple[str, ...]]

__all__ = ["Fault", "check_actor", "check_may", "is_plain", "said"]

_MINUTE: Final = timedelta(minutes=1)  # between who acts being found out, and the record

# What no protocol speaks of: the site plan's ``may``.
_MAY: Final = {
    "document-registered": "register",
    "redacted": "redact",
    "held": "redact",
    "hold-released": "redact",
    "exported": "export",
    "key-rotated": "rotate",
}


class Fault(NamedTuple):
    """What is not legal in a record: the finding's code and what fills its text."""

    code: str
    params: Mapping[str, object]


def check_actor(
    record: Record, site: Site, still: Callable[[], bool], stand: Standing | None = None
) -> Fault | None:
    """Hold who acted against the site plan in force then.

    :param still: tells whether time stood still in the log there (see ``Casebook``).
    :param stand: gives a person's roles with how they stand to a document; those may
        be recorded instead.
    """
    who = record["actor"]
    if who["how"] == ENGINE:
        ours = (who["id"], list(who["roles"])) == (LIBRARY, [])
        return None if ours else _nobody(who["id"])
    if who["how"] == NOBODY:
        return None if str(record["type"]).endswith("-refused") else _nobody(who["id"])
    person = site.people.get(who["id"])
    if person is None:
        return _nobody(who["id"])
    if not _is_how(site, person, who["how"]):
        return Fault("forged-identity", {"person": person.id, "how": who["how"]})
    roles = tuple(who["roles"])
    for held in _held(record, person, still):
        if roles == held or (stand is not None and roles == stand(held)):
            return None
    return Fault("forged-role", {"reason": _other(person.id, roles)})


def _other(person: str, roles: tuple[str, ...]) -> HandrailError:
    return HandrailError(
        "the site plan does not give {person} just these roles then: {roles}",
        person=person,
        roles=", ".join(roles) or "-",
    )


def _nobody(who: object) -> Fault:
    return Fault("forged-person", {"person": who})


def _is_how(site: Site, person: Person, how: str) -> bool:
    """Whether the site plan lets people be known in this way (``people.identify``)."""
    if site.identify == "key":
        return how == "key" and person.key is not None
    if how == "os-user":
        return person.account is not None
    return how == "claimed" and site.identify == "claimed"


def _held(record: Record, person: Person, still: Callable[[], bool]) -> Iterator[tuple[str, ...]]:
    """The roles held when it was recorded, or just before; by the clock where that was behind."""
    yield person.roles(record["recorded"])
    yield person.roles(stamp(parse_instant(record["recorded"]) - _MINUTE))
    if still():
        yield person.roles(record["occurred"])


def is_plain(record: Record, site: Site) -> bool:
    """Whether who acted had just these roles all that day, or needs none."""
    who = record["actor"]
    if who["how"] in {ENGINE, NOBODY}:
        return True
    person = site.people.get(who["id"])
    return person is not None and tuple(who["roles"]) == person.roles(record["recorded"])


def check_may(record: Record, site: Site) -> Fault | None:
    """Whether the site plan lets this person do what no protocol speaks of."""
    what = _MAY.get(record["type"])
    reason = None if what is None else may_do(site, actor_of(record), what)
    return None if reason is None else Fault("forged-role", {"reason": said(reason)})


def said(reason: Reason) -> HandrailError:
    """A reason to refuse, as part of a finding."""
    params = {name: _plain(value) for name, value in reason.params.items()}
    return HandrailError(reason.template, **params)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else "…"
