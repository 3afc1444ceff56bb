"""What a protocol is played with: the protocols around it, and how each of them can end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from handrail.engine.documents.authoring.answers import Answers
from handrail.engine.documents.authoring.walk import Walk
from handrail.engine.documents.rehearsal import Stage, started
from handrail.engine.documents.rules.cells import tests_in
from handrail.engine.errors import HandrailError
from handrail.engine.machine.agreement import SUPPLIED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.authoring.crew import Crew
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site

__all__ = ["CannotBeginError", "Ends", "begin", "ends_of"]

Ends = Mapping[str, Sequence[str]]  # protocol -> the outcomes that it can have

_FOLLOWED = "a-protocol"  # what a lifecycle follows, when no protocol of its own is named


def ends_of(definition: Definition, others: Mapping[str, Mapping[str, Any]] | None) -> Ends:
    """The protocols that a document starts or waits for, and how they end.

    :param others: the documents at hand; of one that is not, the outcomes that guards name.
    """
    found: dict[str, list[str]] = {}
    if definition.kind == "lifecycle":
        found[_FOLLOWED] = ["ended"]
    for name in dict.fromkeys(started(definition)):
        data = (others or {}).get(name)
        found[name] = list(_outcomes(data) if data else _named(definition, name)) or ["ended"]
    found.pop(definition.id, None)
    return found


def _outcomes(data: Mapping[str, Any]) -> dict[str, None]:
    states = (data.get("states") or {}).values()
    return dict.fromkeys(state["final"] for state in states if state and "final" in state)


def _named(definition: Definition, protocol: str) -> dict[str, None]:
    """The outcomes of a protocol that guards compare with."""
    return dict.fromkeys(_compared(definition, protocol))


def _compared(definition: Definition, protocol: str) -> Iterator[str]:
    for state in definition.states.values():
        targets = [*state.next, *state.done]
        targets += [target for step in state.steps.values() for target in step.to]
        for target in targets:
            for test in tests_in(target.when) if target.when is not None else ():
                own = test.name == "outcome" and state.run == protocol
                if own or test.name == f"runs.{protocol}":
                    values = test.expected if isinstance(test.expected, list) else [test.expected]
                    yield from (value for value in values if isinstance(value, str))


class CannotBeginError(HandrailError):
    """A run of the protocol cannot start at this site."""

    exit_code = 3
    code = "cannot-begin"


def begin(definition: Definition, site: Site, crew: Crew, ends: Ends) -> Walk:
    """A walk at its beginning; what the engine supplies to an agreement is supplied.

    :raises CannotBeginError: the protocol cannot start: a setting has no value, for instance.
    """
    walk = Walk(Stage(definition, site, ends), crew, Answers(definition, site))
    refusal = walk.stage.begin().refusal
    if refusal:
        raise CannotBeginError(refusal[0].template, **refusal[0].params)
    if definition.kind == "agreement":
        for name in SUPPLIED:
            if name in definition.facts and not walk.over:
                walk.set_fact(name)
        walk.way = ()
    return walk
