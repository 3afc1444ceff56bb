"""What a notification says, with the facts of its incident filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.machine.definition import FactType
from handrail.engine.machine.site import REGISTERS
from handrail.engine.text import fill, pick, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handrail.engine.machine.definition import Definition, Fact
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import Case
    from handrail.engine.sealing import Unsealed

__all__ = ["say_message", "say_value"]


def say_message(  # noqa: PLR0913 - a text needs its language, its facts and their meaning
    text: str | Mapping[str, str],
    case: Case,
    run: str,
    definition: Definition,
    *,
    unsealed: Unsealed,
    site: Site,
    lang: str,
    own: Callable[..., str] = say,
) -> str:
    """Fill the ``{names}`` of facts of the run, and of the incident.

    :param own: says what neither the document nor a record says but the program itself.
    """

    def value(name: str) -> str | None:
        if name == "incident":
            return case.id
        if name == "site":
            return pick(site.title, lang)
        fact, known = definition.facts.get(name), case.runs[run].facts.get(name)
        if fact is None:
            return None
        if known is None:  # what went wrong may be told before all of it is known
            template = "[{name}: not yet known]"
            return own(lang, template, name=name)
        return say_value(fact, unsealed.show(known), site, lang, own)

    return fill(pick(text, lang), value)


def say_value(fact: Fact, value: Any, site: Site, lang: str, own: Callable[..., str] = say) -> str:
    """A fact's value in words: a choice's text, the title of what a reference names."""
    if isinstance(value, list | tuple):
        return ", ".join(say_value(fact, item, site, lang, own) for item in value)
    if value is True or value is False:
        return own(lang, "yes" if value else "no")
    if fact.type is FactType.CHOICE:
        return pick(fact.of.get(value, str(value)), lang)
    register = REGISTERS.get(fact.type)
    if register is not None:
        return pick(site.registers.get(register, {}).get(value, str(value)), lang)
    return str(value)
