"""Who is spoken of, and how: by role and number, or by name where that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.text import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handrail.engine.machine.site import Site

__all__ = ["Cast"]

NOBODY = "engine"  # how of what no person did


class Cast:
    """Gives each person of a case one label, numbered as they appear.

    :param names: say names and ids in the place of numbers.
    """

    def __init__(self, site: Site, lang: str, *, names: bool) -> None:
        self._site = site
        self._lang = lang
        self._names = names
        self._labels: dict[str, str] = {}

    def person(self, name: str) -> str:
        """Return the label of a person of the site plan."""
        if self._names:
            person = self._site.people.get(name)
            return name if person is None else person.name
        label = say(self._lang, "person {number}", number=len(self._labels) + 1)
        return self._labels.setdefault(name, label)

    def actor(self, actor: Mapping[str, Any]) -> str:
        """Return the label of who acted."""
        if actor["how"] == NOBODY:
            return say(self._lang, "Handrail")
        return self.person(actor["id"])

    def roles(self, roles: Iterable[str]) -> list[str]:
        """Return the titles of roles (or of contacts: a message goes to either)."""
        registers = (self._site.registers["roles"], self._site.registers["contacts"])
        return [
            next((pick(one[role], self._lang) for one in registers if role in one), role)
            for role in roles
        ]

    def approver(self, name: str, at: str) -> str:
        """Say who agreed: by the roles that the person had then, unless names are asked for."""
        person = self._site.people.get(name)
        if self._names or person is None:
            return self.person(name)
        return ", ".join(self.roles(person.roles(at))) or self.person(name)

    def known_by(self, how: str) -> str:
        """Say how we know that it was this person."""
        return say(self._lang, _HOW_WORDS.get(how, how))


_HOW_WORDS = {
    "os-user": "account",
    "claimed": "claimed",
    "key": "key",
    "engine": "the program itself",
    "unknown": "not known",
}
