"""May this step be taken now, by this person, with these facts? And if not, why not.

Pure. ``decide`` and the views ask the same question here, so that what an operator
is shown as possible is what will be accepted.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.machine.deadlines import due_at
from handrail.engine.machine.guards import is_fact
from handrail.engine.machine.reasons import (
    Reason,
    facts_missing,
    no_branch,
    not_now,
    not_yours,
    tasks_open,
    unknown,
)
from handrail.engine.machine.scope import RunScope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.configuration import Offers
    from handrail.engine.machine.definition import Step
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Case, Run, World
    from handrail.engine.machine.structure import Edge, Offer, Rung

_new = tuple.__new__  # as in ``machine.state``

__all__ = ["Reason", "Verdict", "branch", "judge", "may", "offered", "preempt"]


class Verdict(NamedTuple):
    """What a step would do, or why it cannot be done."""

    edges: tuple[Edge, ...] = ()
    steps: tuple[Step, ...] = ()  # the declarations that offer it, one for each edge
    reasons: tuple[Reason, ...] = ()
    ask: tuple[str, ...] = ()  # facts that are unknown and must be given with it
    offers: tuple[Step, ...] = ()  # every declaration that was looked at


def offered(chart: Chart, run: Run) -> dict[str, tuple[Step, ...]]:
    """The steps of the active states by name, innermost and first in the document first."""
    return {
        name: tuple(dict.fromkeys(offer.step for offers in ladders for offer in offers))
        for name, ladders in chart.at(run.active).offers.items()
    }


def judge(  # noqa: PLR0913 - the question has these parts
    world: World,
    case: Case,
    run: Run,
    chart: Chart,
    name: str,
    *,
    actor: Actor | None,
    at: str,
    given: Mapping[str, object] | None = None,
) -> Verdict:
    """Judge a step.

    :param actor: who would take it; ``None`` for the engine, which needs no role.
    :param at: when, RFC 3339 UTC.
    :param given: canonical facts that come with it.
    """
    ladders = chart.at(run.active).offers.get(name) if run.status == "active" else None
    if ladders is None:
        return Verdict(reasons=(not_now(run, chart, name),))
    scope = RunScope(case, run, chart, world.site, given)
    taken, unknowns, looked = _choose(ladders, scope)
    edges = tuple(taken)
    if len(edges) > 1:
        edges = preempt(chart, run, edges)
    judged = [*map(taken.__getitem__, edges)] or looked
    ask = _missing(judged, unknowns, scope)
    reasons = _barriers(case, run, judged, scope, actor, at)
    if ask:
        reasons.append(facts_missing(ask))
    elif unknowns:
        reasons.append(unknown(unknowns))
    elif not taken:
        reasons.append(no_branch(offer.step for offer in looked))
    steps = tuple(map(_STEP, judged)) if edges else ()
    return _new(Verdict, (edges, steps, tuple(reasons), ask, tuple(map(_STEP, looked))))


_STEP = attrgetter("step")


def _choose(
    ladders: Sequence[Offers], scope: RunScope
) -> tuple[dict[Edge, Offer], Sequence[str], list[Offer]]:
    """SCXML appendix D, selectTransitions: for each leaf the innermost step that is enabled.

    :returns: the edges that hold, with the offers that they are of; the names that keep
        others open; every offer that was looked at.
    """
    taken: dict[Edge, Offer] = {}
    looked: dict[str, Offer] = {}
    lacking: list[str] = []
    for ladder in ladders:
        for offer in ladder:
            looked[offer.state.id] = offer
            edge, names = branch(offer, scope)
            if edge is not None:
                taken[edge] = offer
                break
            if names:
                lacking += names
                break
    return taken, lacking, list(looked.values())


def branch(rung: Rung | Offer, scope: RunScope) -> tuple[Edge | None, tuple[str, ...]]:
    """The first branch of a list whose guard holds, or the names that are unknown before it."""
    scope.state = rung.state.id
    for edge in rung.edges:
        guard = edge.when
        if guard is None:
            return edge, ()
        value = guard.evaluate(scope)
        if value:
            return edge, ()
        if value is None:
            return None, guard.unknown(scope)
    return None, ()


def preempt(chart: Chart, run: Run, edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """SCXML appendix D, removeConflictingTransitions: a descendant's wins, else the first."""
    kept: dict[Edge, frozenset[str]] = {}
    for edge in edges:
        exits = chart.exits(run.active, run.left, edge)
        rivals = [other for other, theirs in kept.items() if not exits.isdisjoint(theirs)]
        if all(_is_inside(chart, edge.source, other.source) for other in rivals):
            kept = {other: theirs for other, theirs in kept.items() if other not in rivals}
            kept[edge] = exits
    return tuple(kept)


def _is_inside(chart: Chart, state: str, other: str) -> bool:
    return state != other and other in chart.ancestors[state]


# -- what stands in the way ------------------------------------------------------


def may(by: Sequence[str], actor: Actor | None) -> bool:
    """Whether one of the roles is the actor's; no roles: anybody; ``None``: the engine."""
    return not by or actor is None or not frozenset(by).isdisjoint(actor.roles)


def _barriers(  # noqa: PLR0913, PLR0917 - the question has these parts
    case: Case, run: Run, offers: Sequence[Offer], scope: RunScope, actor: Actor | None, at: str
) -> list[Reason]:
    reasons: list[Reason] = []
    forbidden: list[str] = []
    for offer in offers:
        if actor is not None and offer.by and offer.by.isdisjoint(actor.roles):
            forbidden += offer.step.by
    if forbidden:
        reasons.append(not_yours(forbidden))
    for offer in offers:
        if offer.step.after is not None:
            reasons += _too_early(case, run, offer.step, at)
        if offer.tasks and (waits := scope.open(offer.tasks)):
            reasons.append(tasks_open(waits))
        if offer.evidence and offer.state.id not in run.attached:
            reasons.append(Reason("evidence", "attach evidence first", {}, ("evidence",)))
        if offer.facts and (lacking := [name for name in offer.facts if name not in scope.facts]):
            reasons.append(facts_missing(lacking))
    return reasons


def _too_early(case: Case, run: Run, step: Step, at: str) -> Iterator[Reason]:
    due = None if step.after is None else due_at(case, run, step.state, step.after)
    if due is not None and at < due:
        yield Reason("time", "not before {time}", {"time": due})


def _missing(offers: Sequence[Offer], names: Sequence[str], scope: RunScope) -> tuple[str, ...]:
    """The facts that have to be given with the step: asked by it, or read by its guards."""
    facts, asked = scope.facts, []
    for offer in offers:
        for name in offer.step.ask:
            if name not in facts:
                asked.append(name)  # noqa: PERF401 - a comprehension is a call more, each step
    return tuple(dict.fromkeys([*asked, *filter(is_fact, names)])) if asked or names else ()
