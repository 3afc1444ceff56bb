"""What the agreement of a document rests on, whatever the agreement's own document says.

An agreement is a run of a ``kind: agreement`` document in the case ``DOC-<id>``. Three
things in such a document have a meaning beyond their name:

* ``by: [owner]``, ``[consulted]``, ``[management]`` are standings: how a person stands
  to the document that is agreed. They are added to the person's roles.
* Facts named ``consulted``, ``first-revision``, ``impact`` and ``subject`` are supplied
  by the engine when the run starts, where the document declares them.
* Entering the state ``in-force`` puts the revision in force; a run that ends with
  ``retired`` takes it out.

Pure: the same answers when it is decided, and when an auditor decides it again.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.machine.facts import BadValueError, read_fixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Person, Site, Tenure

    Data = Mapping[str, Any]

__all__ = [
    "CONSULTED",
    "FIRST",
    "IN_FORCE",
    "QUESTIONS",
    "RETIRED",
    "STANDINGS",
    "SUPPLIED",
    "Conditions",
    "conditions",
    "consulted",
    "for_document",
    "namespace",
    "settings_of",
    "signers",
    "standing",
    "statement",
    "supplied",
    "told",
]

OWNER: Final = "owner"
CONSULTED: Final = "consulted"
MANAGEMENT: Final = "management"
STANDINGS: Final = (OWNER, CONSULTED, MANAGEMENT)
FIRST: Final = "first-revision"
SUPPLIED: Final = (CONSULTED, FIRST, "impact", "subject")
IN_FORCE: Final = "in-force"  # the state whose entry puts a revision in force
RETIRED: Final = "retired"  # the outcome that takes it out
REVIEW: Final = "review-after"  # the setting that a document's ``review: every`` gives
DEFAULT_CONSULTED: Final = "health-and-safety-rep"
QUESTIONS: Final = ("assets", "adversaries", "methods")


class Conditions(NamedTuple):
    """What a document must meet before it can be agreed (LANGUAGE, section 3)."""

    met: dict[str, Any]  # as it is recorded and signed
    unmet: tuple[str, ...]  # owner | addresses.QUESTION | impact


def conditions(data: Data, site: Site, at: str) -> Conditions:
    """Hold a document against the three conditions of proactive security.

    Protocols must meet all three; a lifecycle or an agreement has no adversary to
    answer for; a site plan is what the others are held against.

    :param at: RFC 3339 UTC; the owner's role must be filled then.
    """
    met: dict[str, Any] = {}
    unmet = [name for name, value in _conditions(data, site, at) if not _keep(met, name, value)]
    return Conditions(met, tuple(unmet))


def _keep(met: dict[str, Any], name: str, value: object) -> bool:
    if value:
        met[name.rpartition(".")[2]] = value
    return bool(value)


def _conditions(data: Data, site: Site, at: str) -> Iterable[tuple[str, object]]:
    if data["kind"] == "site":
        return
    owner = data.get("owner")
    yield "owner", owner if owner and site.with_role(owner, at) else None
    if data["kind"] == "protocol":
        for question in QUESTIONS:
            yield f"addresses.{question}", _answer(data, site, question)
    impact = data.get("impact") or {}
    yield "impact", impact.get("level") if impact.get("text") else None


def _answer(data: Data, site: Site, question: str) -> list[str] | None:
    """The ids that answer a question; ``None`` where one of them is not in the site plan."""
    named = list((data.get("addresses") or {}).get(question) or ())
    known = site.registers[question]
    return named if all(name in known for name in named) else None


# -- who ---------------------------------------------------------------------------


def consulted(data: Data, site: Site, at: str) -> list[str]:
    """The roles that are heard: those that the document names, else the safety rep.

    At a site of one person, those that the person has.

    :param at: RFC 3339 UTC.
    """
    named = data.get("consult")
    if named is None:
        is_site = data["kind"] == "site"
        named = [] if is_site else {DEFAULT_CONSULTED} & site.registers["roles"].keys()
    return [role for role in named if not site.one_person or site.with_role(role, at)]


def standing(
    roles: tuple[str, ...], data: Data, site: Site, heard: Iterable[str], *, author: bool
) -> tuple[str, ...]:
    """A person's roles, and how the person stands to a document.

    :param heard: the roles that are consulted in this agreement.
    :param author: whether the person registered it; a document without an owner is
        its author's.
    """
    owner = data.get("owner")
    held = {
        OWNER: author if owner is None else owner in roles,
        CONSULTED: not set(heard).isdisjoint(roles),
        MANAGEMENT: not site.management.isdisjoint(roles),
    }
    own = [role for role in roles if role not in STANDINGS]
    return (*own, *(name for name, holds in held.items() if holds))


def told(to: Iterable[str], data: Data, site: Site, heard: Iterable[str]) -> list[str]:
    """The roles and contacts that are meant, standings put into roles."""
    owner = data.get("owner")
    meant = {
        OWNER: [] if owner is None else [owner],
        CONSULTED: list(heard),
        MANAGEMENT: sorted(site.management),
    }
    return list(dict.fromkeys(role for name in to for role in meant.get(name, [name])))


# -- the run -----------------------------------------------------------------------


def supplied(
    definition: Definition, data: Data, heard: list[str], *, first: bool
) -> dict[str, object]:
    """The facts that the engine gives an agreement as it starts.

    :param definition: the agreement.
    :param data: the document that is to be agreed.
    :param heard: the roles that are consulted.
    :param first: whether no revision of it has been in force.
    """
    known: dict[str, object] = {
        CONSULTED: heard,
        FIRST: first,
        "impact": (data.get("impact") or {}).get("level", "none"),
        "subject": data["kind"],
    }
    return {name: value for name, value in known.items() if name in definition.facts}


def for_document(site: Site, agreement: str, data: Data) -> Site:
    """The site with the agreement's setting ``review-after`` as the document wants it."""
    every = (data.get("review") or {}).get("every")
    if every is None:
        return site
    chosen = {**site.settings.get(agreement, {}), REVIEW: every}
    return site.but(settings={**site.settings, agreement: chosen})


def settings_of(definition: Definition | None, site: Site) -> dict[str, object]:
    """The values of a document's settings at the site, canonical; without those not set."""
    values: dict[str, object] = {}
    for setting in definition.settings.values() if definition else ():
        chosen = site.settings.get(definition.id if definition else "", {})
        try:
            values[setting.id] = read_fixed(setting.fact, chosen.get(setting.id, setting.default))
        except BadValueError:
            continue
    return {name: value for name, value in values.items() if value is not None}


# -- what is signed -----------------------------------------------------------------


def namespace(site: Site) -> str:
    """The namespace of an agreement's signatures: they count for this site alone."""
    return f"handrail-agreement@{site.id}"


def statement(  # noqa: PLR0913 - what an agreement is about
    *,
    log: str,
    site: Site,
    kind: str,
    document: Mapping[str, Any],
    settings: Mapping[str, object],
    met: Mapping[str, Any],
    person: str,
    time: str,
) -> dict[str, Any]:
    """What an approver agrees to; its canonical JSON is what is signed.

    :param document: ``id``, ``revision`` and ``sha256``.
    :param time: when it was signed, RFC 3339 UTC.
    """
    return {
        "handrail": "agreement",
        "v": 1,
        "log": log,
        "site": site.id,
        "kind": kind,
        "document": dict(document),
        "settings": dict(settings),
        "conditions": dict(met),
        "person": person,
        "time": time,
    }


def signers(site: Site, person: Person, name: str, roles: Iterable[str] | None = None) -> str:
    """The person's lines of ALLOWED SIGNERS: the key, for as long as the roles last.

    :param name: the namespace.
    :param roles: those that count; ``None``: any of the site's.
    """
    if person.key is None:
        return ""
    wanted = set(site.registers["roles"]) if roles is None else set(roles)
    lines = (_line(person, tenure, name) for tenure in person.tenures if tenure.role in wanted)
    return "".join(dict.fromkeys(lines))


def _line(person: Person, tenure: Tenure, name: str) -> str:
    """A key and from when to when it counts; the comment, often a name, is left out."""
    options = [f'namespaces="{name}"']
    if tenure.start is not None:
        options.append(f'valid-after="{tenure.start.replace("-", "")}"')
    if tenure.end is not None:
        options.append(f'valid-before="{_day_after(tenure.end)}"')
    key = " ".join((person.key or "").split()[:2])
    return f"{person.id} {','.join(options)} {key}\n"


def _day_after(day: str) -> str:
    return f"{date.fromisoformat(day) + timedelta(days=1):%Y%m%d}"
