"""Personal values go into records as commitments; what they disclose is kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.errors import NotFoundError
from handrail.engine.ledger.disclosure import reveal, seal
from handrail.engine.machine.facts import read_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site
    from handrail.engine.store.base import Reader

__all__ = ["REDACTED", "Gone", "Sealer", "Unsealed", "digests"]


class Gone(str):
    """Stands for a value that was removed: no text that anybody wrote is one."""

    __slots__ = ()


REDACTED: Final = Gone("[redacted]")


class Sealer(dict[str, str]):
    """Seals the personal values of one command.

    It holds the disclosures by digest, which go to the store with the command.
    """

    def seal(self, name: str, value: object) -> dict[str, str]:
        """Return what stands in the record for a personal value."""
        digest, disclosure = seal(name, value)
        self[digest] = disclosure
        return {"sd": digest}

    def text(self, name: str, value: str | None) -> dict[str, str] | None:
        """Seal a text, if there is one."""
        return None if value is None or not value.strip() else self.seal(name, value.strip())

    def facts(
        self, definition: Definition, given: Mapping[str, Any], site: Site, now: datetime
    ) -> dict[str, object]:
        """Read what was typed for facts; seal what is personal.

        :raises NotFoundError: the protocol has no such fact.
        :raises BadValueError: a value is not of its fact's type.
        """
        values: dict[str, object] = {}
        for name, raw in given.items():
            fact = definition.facts.get(name)
            if fact is None:
                raise NotFoundError("fact", name, definition.facts)
            value = read_value(fact, raw, site=site, now=now)
            values[name] = self.seal(name, value) if fact.personal else value
        return values


class Unsealed:
    """Shows sealed values in clear where their disclosure is still there."""

    def __init__(self, reader: Reader, parts: Mapping[str, object]) -> None:
        """:param parts: what may hold sealed values, by case."""
        self._texts: dict[str, str] = {}
        for case, part in parts.items():
            self._texts |= reader.disclosures(digests(part), case)

    def show(self, value: object) -> object:
        """Return the value, what it discloses, or ``[redacted]``."""
        if not (isinstance(value, dict) and set(value) == {"sd"}):
            return value
        disclosure = self._texts.get(value["sd"])
        return REDACTED if disclosure is None else reveal(value["sd"], disclosure)[1]


def digests(part: object) -> Iterator[str]:
    """Every digest of a sealed value in a record or a part of one."""
    if isinstance(part, dict):
        if set(part) == {"sd"}:
            yield part["sd"]
            return
        part = list(part.values())
    if isinstance(part, list | tuple):
        for item in part:
            yield from digests(item)
