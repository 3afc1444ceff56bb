"""The aspects of a whole document, and of a state apart from its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.documents.authoring.meaning.change import Aspect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.documents.authoring.meaning.words import Teller
    from handrail.engine.machine.definition import State

__all__ = ["of_document", "of_state"]


def of_state(teller: Teller, state: State) -> Iterator[Aspect]:
    """All of a state but its roles, its parts and where it leads."""
    yield teller.text("title", state.title)
    yield teller.text("guide", state.guide)
    yield teller.deadline("deadline", state.within)
    yield teller.overdue("overdue", state.overdue)
    yield teller.effects("enter", state.enter)
    yield teller.effects("leave", state.leave)
    yield teller.value("outcome", state.outcome)
    yield teller.value("runs", state.run)
    every = teller.say("all") if len(state.tracks) == state.join else state.join
    yield teller.value("join", every if state.tracks else None)


def of_document(teller: Teller) -> Iterator[Aspect]:
    """What a document says about itself."""
    data: Any = teller.definition.data
    yield teller.text("title", teller.definition.title)
    yield teller.text("purpose", teller.definition.purpose)
    for key in ("owner", "level", "carries-out"):
        yield teller.value(key, data.get(key))
    for key in ("languages", "consult", "answers"):
        yield teller.ids(key, data.get(key) or ())
    for register in ("assets", "adversaries", "methods"):
        yield teller.ids(register, teller.definition.addresses.get(register, ()))
    impact = data.get("impact") or {}
    yield teller.value("impact", impact.get("level"))
    yield teller.text("impact", impact.get("text"))
    yield teller.value("review", (data.get("review") or {}).get("every"))
    yield teller.value("budget", _pairs(data.get("budget")))
    deviate = teller.definition.deviate_by
    yield Aspect(
        "deviate", None if deviate is None else frozenset(deviate), ", ".join(deviate or ())
    )


def _pairs(data: Mapping[str, Any] | None) -> str | None:
    return ", ".join(f"{key} {value}" for key, value in sorted(data.items())) if data else None
