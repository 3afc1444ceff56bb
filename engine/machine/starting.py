"""A run to be: its number, its definition's pin and its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.machine.facts import BadValueError, read_fixed
from handrail.engine.machine.reasons import Reason

if TYPE_CHECKING:
    from handrail.engine.machine.definition import Definition, Setting
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import Case, World

__all__ = ["new_run"]


def new_run(world: World, case: Case, protocol: str) -> dict[str, Any] | Reason:
    """The members of a ``run-started`` record, or why the protocol cannot start."""
    definition = world.resolve(protocol)
    if definition is None:
        return _not_in_force(protocol)
    settings = {}
    for setting in definition.settings.values():
        value = _value(definition, setting, world.site)
        if value is None:
            return _not_set(definition, setting)
        settings[setting.id] = value
    number = 1 + sum(run.protocol == protocol for run in case.runs.values())
    return {
        "run": f"{protocol}-{number}",
        "protocol": _pin(definition),
        "settings": settings or None,
    }


def _value(definition: Definition, setting: Setting, site: Site) -> object:
    """What the site sets, else the default, in canonical form; ``None``: neither will do."""
    chosen = site.settings.get(definition.id, {}).get(setting.id, setting.default)
    try:
        return read_fixed(setting.fact, chosen)
    except BadValueError:
        return None


def _pin(definition: Definition) -> dict[str, Any]:
    return {"id": definition.id, "revision": definition.revision, "sha256": definition.sha256}


def _not_in_force(protocol: str) -> Reason:
    return Reason(
        "not-in-force",
        "the protocol {protocol} is not in force; management has to agree to it first",
        {"protocol": protocol},
        (protocol,),
    )


def _not_set(definition: Definition, setting: Setting) -> Reason:
    return Reason(
        "setting",
        "{protocol} cannot start before the site plan sets a value for {setting}",
        {"protocol": definition.id, "setting": setting.id},
        (setting.id,),
    )
