"""The site plan as the machine reads it: people, roles, registers, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.part import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.text import Text

__all__ = ["REGISTERS", "Person", "Site", "Tenure", "build_site"]

# A fact's type -> the register that its values come from.
REGISTERS: Final = {
    "asset": "assets",
    "adversary": "adversaries",
    "method": "methods",
    "indicator": "indicators",
    "role": "roles",
    "person": "people",
}


class Tenure(Part):
    """A role that a person has, from one day to another (RFC 3339 full-date, UTC, inclusive)."""

    role: str
    start: str | None = None
    end: str | None = None

    def holds(self, day: str) -> bool:
        """Whether it holds on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


class Person(Part):
    """Somebody of the site."""

    id: str
    name: str
    account: str | None
    tenures: tuple[Tenure, ...]
    key: str | None  # an OpenSSH public key line

    def roles(self, at: str) -> tuple[str, ...]:
        """The roles that the person has at an RFC 3339 UTC time, or on a day."""
        day = at[:10]
        return tuple([tenure.role for tenure in self.tenures if tenure.holds(day)])


class Site(Part):
    """A site plan. ``registers`` holds each register's items: id to its title."""

    id: str
    title: Text
    one_person: bool
    identify: str  # os-user | claimed | key
    people: Mapping[str, Person]
    management: frozenset[str]  # roles
    registers: Mapping[str, Mapping[str, Text]]
    settings: Mapping[str, Mapping[str, Any]]  # protocol -> setting -> value
    contacts: Mapping[str, Mapping[str, Any]]
    lifecycle: str | None  # the lifecycle that incidents follow; None: the only one there is
    data: Mapping[str, Any]

    def special(self, name: str) -> object:
        """Return a scalar member of the plan, for ``site.NAME`` in a guard."""
        value = self.data.get(name)
        return value if isinstance(value, str | bool | int) else None

    def with_role(self, role: str, at: str) -> list[str]:
        """The ids of the people who have a role at a time."""
        return [person.id for person in self.people.values() if role in person.roles(at)]


def build_site(data: Mapping[str, Any]) -> Site:
    """Compile a checked site plan."""
    roles: Mapping[str, Any] = data.get("roles", {})
    return Site(
        id=data["id"],
        title=data["title"],
        one_person=data.get("one-person", False),
        identify=data.get("identify", "os-user"),
        people={key: _person(key, value) for key, value in data.get("people", {}).items()},
        management=frozenset(key for key, role in roles.items() if role.get("management")),
        registers=_registers(data),
        settings=data.get("settings", {}),
        contacts=data.get("contacts", {}),
        lifecycle=data.get("lifecycle"),
        data=data,
    )


def _person(key: str, data: Mapping[str, Any]) -> Person:
    return Person(
        id=key,
        name=data.get("name", key),
        account=data.get("account"),
        tenures=tuple(_tenure(item) for item in data.get("roles", [])),
        key=data.get("key"),
    )


def _tenure(item: str | Mapping[str, Any]) -> Tenure:
    if isinstance(item, str):
        return Tenure(role=item)
    return Tenure(role=item["role"], start=item.get("from"), end=item.get("to"))


def _registers(data: Mapping[str, Any]) -> dict[str, dict[str, Text]]:
    names = ("roles", "people", "contacts", "assets", "adversaries", "methods", "zones")
    registers: dict[str, dict[str, Text]] = {
        name: {key: _title(key, item) for key, item in data.get(name, {}).items()} for name in names
    }
    registers["indicators"] = {
        key: _title(key, item)
        for method in data.get("methods", {}).values()
        for key, item in method.get("indicators", {}).items()
    }
    registers["planning-cycle"] = {stage: stage for stage in data.get("planning-cycle", [])}
    return registers


def _title(key: str, item: object) -> Text:
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        title: Text = item.get("title") or item.get("name") or key
        return title
    return key
