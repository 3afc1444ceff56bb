"""Roles, contacts and registers: what a machine names must stand in the site plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.documents.rules.names import effects
from handrail.engine.documents.rules.subject import NO_ROLE_WORDS
from handrail.engine.machine.agreement import STANDINGS
from handrail.engine.machine.definition import Notify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Path

__all__ = ["roles_named", "rules"]


def rules(subject: Subject) -> Iterator[Finding]:
    """HR250 to HR252; without a site plan there is nothing to hold them against."""
    site = subject.site
    if site is None:
        return
    standings = STANDINGS if subject.definition.kind == "agreement" else ()
    known = [*site.registers["roles"], *standings]
    for path, role in roles_named(subject):
        if role not in known:
            yield subject.missing("HR250", path, NO_ROLE_WORDS, role, known)
    yield from _told(subject, [*known, *site.registers["contacts"]])
    for register, ids in subject.definition.addresses.items():
        for index, name in enumerate(ids):
            if name not in site.registers.get(register, {}):
                path = ("addresses", register, index)
                there = site.registers.get(register, {})
                template = "the site plan has no “{name}” among its {register}"
                yield subject.missing("HR252", path, template, name, there, register=register)


def _told(subject: Subject, known: list[str]) -> Iterator[Finding]:
    for effect in effects(subject):
        for index, name in enumerate(effect.to if isinstance(effect, Notify) else ()):
            if name not in known:
                template = "the site plan has no role or contact “{name}”"
                yield subject.missing("HR251", (*effect.path, "to", index), template, name, known)


def roles_named(subject: Subject) -> Iterator[tuple[Path, str]]:
    """Every role that the document names, and where."""
    data = subject.data
    if "owner" in data:
        yield ("owner",), data["owner"]
    yield from _list(data, (), ("by", "consult"))
    yield from _list(data.get("deviate", {}), ("deviate",), ("by",))
    for region in subject.definition.regions.values():
        if region.track is not None:
            yield from _list(_at(data, region.path), region.path, ("by",))
    for state in subject.definition.states.values():
        yield from _list(_at(data, state.path), state.path, ("by",))
        for step in state.steps.values():
            yield from _list(_at(data, step.path), step.path, ("by",))
            if step.second is not None:
                at = (*step.path, "second")
                whole = isinstance(_at(data, at), str)
                yield (at if whole else (*at, "role")), step.second.role
        for task in state.tasks.values():
            yield from _list(_at(data, task.path), task.path, ("by", "skip-by"))


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _list(data: Any, path: Path, keys: Iterable[str]) -> Iterator[tuple[Path, str]]:
    for key in keys:
        for index, role in enumerate(data.get(key, ())):
            yield (*path, key, index), role
