"""``protocol new``: what is asked, what follows from the site plan, and what is written."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from handrail.cli.ask import ask
from handrail.cli.bench import UnsoundError, site_of
from handrail.cli.desk import Desk
from handrail.engine.documents.authoring.beginning import KINDS, Plan, protocol_text
from handrail.engine.documents.authoring.crew import ideal_crew
from handrail.engine.documents.authoring.rehearsed import scenario_text
from handrail.engine.documents.authoring.shortest import shortest
from handrail.engine.documents.check import check_bytes
from handrail.engine.errors import NotFoundError, UsageError
from handrail.engine.text import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.cli.session import Session
    from handrail.engine.machine.site import Site

    Given = dict[str, Any]

__all__ = ["begin"]

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_REGISTERS = ("assets", "adversaries", "methods")
_OWNER = "head-of-security"  # who mostly is, where there is such a role
_ABOVE = "security-policy"  # what protocols mostly carry out


class _Place:
    """Where it is written, and what is around it."""

    def __init__(self, session: Session, folder: Path | None) -> None:
        self.desk = Desk(session)
        room = self.desk.workspace
        checked = self.desk.surroundings()
        self.site = site_of(checked)
        self.others = {one.data["id"]: one.data for one in checked if one.data and "id" in one.data}
        here = room is not None and folder is None
        self.protocols = room.protocols if room and here else folder or Path()
        self.scenarios = room.scenarios if room and here else folder or Path()
        self.schemas = "../schemas" if here else _shipped()


def _shipped() -> str:
    """The schemas of this installation, for an editor of a file anywhere."""
    return Path(str(files("handrail.schemas"))).as_uri()


def begin(session: Session, given: Given, folder: Path | None) -> dict[str, Any]:
    """Write a protocol and its scenarios.

    :param given: what was said on the command line, by the names of ``Plan``.
    :returns: ``id``, ``file`` and ``scenarios``.
    :raises UsageError: something is missing and cannot be asked, or the file is there.
    :raises NotFoundError: the site plan has no such role or entry.
    """
    place = _Place(session, folder)
    plan = _planned(session, place, _asked(session, place.site, given))
    file = place.protocols / f"{plan.id}.yaml"
    if plan.id in place.others:
        raise UsageError("there is a document “{name}” already; choose another id", name=plan.id)
    schema = f"{place.schemas}/protocol.schema.json"
    texts = {file: protocol_text(plan, schema)}
    texts |= _scenarios(session, place, plan, texts[file])
    there = next((path for path in texts if path.exists()), None)
    if there is not None:
        raise UsageError("{file} is there already: move it away, or choose another id", file=there)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return {"id": plan.id, "file": str(file), "scenarios": [str(path) for path in [*texts][1:]]}


def _scenarios(session: Session, place: _Place, plan: Plan, text: str) -> dict[Path, str]:
    """A scenario for each outcome: the shortest way to it.

    :raises UnsoundError: the protocol does not check at this site.
    """
    data = place.site.data
    checked = check_bytes(text.encode(), f"{plan.id}.yaml", site=data, others=place.others)
    if checked.definition is None:
        raise UnsoundError([checked])
    definition = checked.definition
    found = shortest(definition, place.site, place.others)
    people = ideal_crew(definition).people
    return {
        place.scenarios / f"{plan.id}-{way.outcome}.yaml": scenario_text(
            definition,
            way,
            people,
            title=f"{plan.title}: {way.outcome}",
            schema=f"{place.schemas}/scenario.schema.json",
            lang=session.lang,
        )
        for way in found.ways.values()
    }


# -- what is said, asked and supposed ---------------------------------------------------------


def _asked(session: Session, site: Site, given: Given) -> Given:
    """Ask at a terminal what was not said, one question at a time."""
    if not session.may_ask:
        return given
    for row in _questions(session, site):
        name = row["fact"]
        if name in given or (name == "title" and "id" in given):
            continue
        if answer := ask(session, row):
            given[name] = answer.split(",") if row.get("many") else answer
    return given


def _questions(session: Session, site: Site) -> list[dict[str, Any]]:
    say = session.say
    roles = {role: pick(title, session.lang) for role, title in site.registers["roles"].items()}
    rows = [
        {"fact": "title", "type": "text", "ask": say("What is it called?"), "required": True},
        _choice("kind", say("What kind of protocol is it?"), dict.fromkeys(KINDS, "")),
        _choice("owner", say("Whose protocol is it?"), roles),
        _choice("by", say("Who carries it out?"), roles, many=True),
    ]
    for name in _REGISTERS:
        entries = {key: pick(text, session.lang) for key, text in site.registers[name].items()}
        if entries:
            rows.append(_choice(name, say(REGISTER_WORDS[name]), entries, many=True))
    levels = dict.fromkeys(("none", "low", "medium", "high"), "")
    rows.append(_choice("impact", say("What does it cost the primary process?"), levels))
    costs = {"fact": "costs", "type": "text", "ask": say("What does that process notice of it?")}
    return [*rows, costs | {"required": False}]


def _choice(
    name: str, text: str, options: Mapping[str, str], *, many: bool = False
) -> dict[str, Any]:
    return {
        "fact": name, "type": "choice", "ask": text, "of": options, "many": many, "required": False
    }  # fmt: skip


def _planned(session: Session, place: _Place, given: Given) -> Plan:
    """All that a beginning needs; what was not said follows from the site plan."""
    site = place.site
    if "title" not in given and "id" not in given:
        raise UsageError("say what it is called: --title TEXT, or an id")
    title = str(given.get("title") or str(given["id"]).replace("-", " ").capitalize())
    name = str(given.get("id") or _slug(title))
    if not name:
        raise UsageError("an id cannot be made of “{title}”: say one before --title", title=title)
    if not _ID.fullmatch(name):
        raise UsageError("“{id}” is no id: lower-case words with hyphens between", id=name)
    staffed = [role for role in site.registers["roles"] if _people(site, role)]
    owner = _known(site, "roles", [str(given.get("owner") or _owner(site, staffed))])[0]
    by = _known(site, "roles", given.get("by") or _workers(site, staffed, owner))
    above = given.get("carries_out") or (_ABOVE if _ABOVE in place.others else None)
    if above is not None and above not in place.others:
        raise NotFoundError("protocol", above, place.others)
    return Plan(
        id=name,
        title=title,
        kind=str(given.get("kind") or KINDS[0]),
        owner=owner,
        by=by,
        decide=tuple(role for role in staffed if role in site.management) or (owner,),
        impact=str(given.get("impact") or "low"),
        costs=str(given.get("costs") or ""),
        carries_out=None if name == above else above,
        second=_second(site, by) if site.data.get("two-person") else None,
        lang=session.lang,
        **{key: _known(site, key, given.get(key) or ()) for key in _REGISTERS},
    )


def _slug(title: str) -> str:
    """An id of a title: its letters without their accents."""
    bare = normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


def _known(site: Site, register: str, names: Any) -> tuple[str, ...]:
    """The names, each of which the site plan has."""
    for name in names:
        if name not in site.registers[register]:
            raise NotFoundError(KIND_WORDS[register], name, site.registers[register])
    return tuple(dict.fromkeys(names))


def _people(site: Site, role: str) -> list[str]:
    roles = {one.id: {tenure.role for tenure in one.tenures} for one in site.people.values()}
    return [person for person, has in roles.items() if role in has]


def _owner(site: Site, staffed: list[str]) -> str:
    if _OWNER in staffed or not staffed:
        return _OWNER if _OWNER in site.registers["roles"] else next(iter(site.registers["roles"]))
    return staffed[-1]


def _workers(site: Site, staffed: list[str], owner: str) -> list[str]:
    """The first two roles that somebody has and that only carry out."""
    found = [role for role in staffed if role not in site.management and role != owner]
    return found[:2] or [owner]


def _second(site: Site, by: tuple[str, ...]) -> str | None:
    """A role of which there is always somebody beside whoever takes the step."""
    takers = {person for role in by for person in _people(site, role)}
    for role in site.registers["roles"]:
        others = set(_people(site, role))
        if any(others - {taker} for taker in takers):
            return role
    return None


KIND_WORDS = {
    "roles": "role",
    "assets": "asset",
    "adversaries": "adversary",
    "methods": "method",
}
REGISTER_WORDS = {
    "assets": "What is worth protecting?",
    "adversaries": "Who is interested in it?",
    "methods": "How do they go to work?",
}
