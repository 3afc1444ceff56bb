"""The facts that a person gave: declared by the protocol, and of their type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.audit.legal.people import Fault
from handrail.engine.machine.facts import BadValueError, read_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.audit.legal.then import Moment
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site

__all__ = ["check_values"]


def check_values(record: Mapping[str, Any], moment: Moment) -> Fault | None:
    """Whether these facts can have been given.

    A personal one is sealed; any other is as ``read_value`` leaves it. What the engine
    sets by itself comes out of the protocol, and is decided with it.
    """
    definition, site = moment.definition(record["protocol"]["sha256"]), moment.site()
    for name, value in record["facts"].items():
        if not _is_value(definition, name, value, site):
            return Fault("forged-fact", {"fact": name})
    return None


def _is_value(definition: Definition, name: str, value: object, site: Site) -> bool:
    fact = definition.facts.get(name)
    if fact is None:
        return False
    if fact.personal:
        return isinstance(value, dict) and set(value) == {"sd"}
    try:
        return read_value(fact, value, site=site, now=None) == value
    except BadValueError:
        return False
