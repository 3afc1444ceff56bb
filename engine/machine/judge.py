"""May this step be taken now, by this person, with these facts? And if not, why not.

Pure. ``decide`` and the views ask the same question here, so that what an operator
is shown as possible is what will be accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.machine.deadlines import due_at
from handrail.engine.machine.definition import Kind
from handrail.engine.machine.guards import UNKNOWN, One, is_fact
from handrail.engine.machine.regions import Edge
from handrail.engine.machine.state import RunScope, task_status
from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.engine.machine.commands import Actor
    from handrail.engine.machine.definition import State, Step, Target
    from handrail.engine.machine.guards import Guard
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Case, Run, World

__all__ = ["Reason", "Verdict", "automatic", "judge", "may", "offered"]


class Reason(NamedTuple):
    """Why not: a code, words (a message id and what fills it), and what is missing.

    A value that is a guard is said in the reader's language.
    """

    code: str
    template: str
    params: Mapping[str, str | Guard]
    needs: tuple[str, ...] = ()

    def words(self, lang: str) -> str:
        """The reason as a sentence for the operator."""
        return say(lang, self.template, **self._said(lang))

    def record(self) -> dict[str, Any]:
        """The ``refused`` member of a record."""
        return {
            "code": self.code,
            "template": self.template,
            "params": self._said("en"),
            "needs": list(self.needs),
        }

    def _said(self, lang: str) -> dict[str, str]:
        return {
            key: value if isinstance(value, str) else value.words(lang)
            for key, value in self.params.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a step would do, or why it cannot be done."""

    edges: tuple[Edge, ...] = ()
    steps: tuple[Step, ...] = ()  # the declarations that offer it, one for each edge
    reasons: tuple[Reason, ...] = ()
    ask: tuple[str, ...] = ()  # facts that are unknown and must be given with it
    offers: tuple[Step, ...] = field(default=())  # every declaration that was looked at


def offered(chart: Chart, run: Run) -> dict[str, tuple[Step, ...]]:
    """The steps of the active states by name, innermost and first in the document first."""
    found: dict[str, dict[str, Step]] = {}
    for leaf in chart.leaves(run.active):
        for name in chart.ancestors[leaf]:
            for step in chart.states[name].steps.values():
                found.setdefault(step.id, {})[name] = step
    return {name: tuple(steps.values()) for name, steps in found.items()}


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
    scope = RunScope(case, run, chart, world.site, given=given)
    choice = _choose(chart, run, scope, name)
    if not choice.looked_at:
        return Verdict(reasons=(_not_now(run, chart, name),))
    steps = tuple(step for step, _ in choice.taken)
    judged = steps or choice.looked_at
    ask = _missing(judged, choice.unknown, scope)
    reasons = [*_barriers(world, case, run, chart, judged, scope, actor, at)]
    if ask:
        reasons.append(_facts_missing(ask))
    elif choice.unknown:
        reasons.append(_unknown(choice.unknown))
    elif not choice.taken:
        reasons.append(_no_branch(choice.looked_at))
    edges = _without_conflicts(chart, run, choice.taken)
    kept = tuple(step for step, target in choice.taken if _edge(step, target) in edges)
    return Verdict(
        edges=edges, steps=kept, reasons=tuple(reasons), ask=ask, offers=choice.looked_at
    )


class _Choice(NamedTuple):
    """The branches that hold, the names that keep others open, and all that was looked at."""

    taken: list[tuple[Step, Target | None]]
    unknown: tuple[str, ...]
    looked_at: tuple[Step, ...]


def _choose(chart: Chart, run: Run, scope: RunScope, name: str) -> _Choice:
    """SCXML appendix D, selectTransitions: for each leaf the innermost step that is enabled."""
    taken: dict[str, tuple[Step, Target | None]] = {}
    looked: dict[str, Step] = {}
    unknown: dict[str, None] = {}
    for leaf in chart.leaves(run.active):
        for state in chart.ancestors[leaf]:
            step = chart.states[state].steps.get(name)
            if step is None:
                continue
            looked[state] = step
            held, target, lacking = _branch(step.to, scope)
            unknown.update(dict.fromkeys(lacking))
            if held:
                taken[state] = (step, target)
            if held or lacking:
                break
    return _Choice(list(taken.values()), tuple(unknown), tuple(looked.values()))


def _branch(
    targets: Sequence[Target], scope: RunScope
) -> tuple[bool, Target | None, tuple[str, ...]]:
    """The first branch whose guard holds: (held, branch, names that are unknown before it)."""
    if not targets:
        return True, None, ()
    for target in targets:
        if target.when is None:
            return True, target, ()
        value = target.when.evaluate(scope)
        if value is True:
            return True, target, ()
        if value is None:
            return False, None, target.when.unknown(scope)
    return False, None, ()


def _edge(step: Step, target: Target | None) -> Edge:
    return Edge(step.state, f"step {step.id}", target)


def _without_conflicts(
    chart: Chart, run: Run, taken: Sequence[tuple[Step, Target | None]]
) -> tuple[Edge, ...]:
    edges = [_edge(step, target) for step, target in taken]
    return tuple(edges) if len(edges) < 2 else preempt(chart, run, edges)  # noqa: PLR2004 - a pair


def preempt(chart: Chart, run: Run, edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """SCXML appendix D, removeConflictingTransitions: a descendant's wins, else the first."""
    kept: list[Edge] = []
    for edge in edges:
        leaves = chart.exits(run.active, run.left, edge)
        rivals = [
            other
            for other in kept
            if not leaves.isdisjoint(chart.exits(run.active, run.left, other))
        ]
        if all(
            edge.source != other.source and other.source in chart.ancestors[edge.source]
            for other in rivals
        ):
            kept = [other for other in kept if other not in rivals]
            kept.append(edge)
    return tuple(kept)


def automatic(world: World, case: Case, run: Run, chart: Chart) -> tuple[Edge, ...]:
    """The moves that the engine takes by itself now: ``next`` first, then ``done``."""
    if chart.automatic.isdisjoint(run.active.values()):
        return ()
    edges = _automatic(world, case, run, chart, "next") or _automatic(
        world, case, run, chart, "done"
    )
    return preempt(chart, run, edges) if len(edges) > 1 else tuple(edges)


def _automatic(world: World, case: Case, run: Run, chart: Chart, kind: str) -> list[Edge]:
    found: dict[str, Edge] = {}
    for leaf in chart.leaves(run.active):
        for name in chart.ancestors[leaf]:
            edge = _automatic_of(world, case, run, chart, chart.states[name], kind)
            if edge is not None:
                found[name] = edge
                break
    return list(found.values())


def _automatic_of(  # noqa: PLR0913, PLR0917 - where we are, and what we look at
    world: World, case: Case, run: Run, chart: Chart, state: State, kind: str
) -> Edge | None:
    outcome: object = UNKNOWN
    targets = state.next
    if kind == "done":
        targets = state.done
        if not targets or not _is_done(case, run, chart, state):
            return None
        outcome = _outcome(case, run, chart, state)
    if not targets:
        return None
    scope = RunScope(case, run, chart, world.site, outcome=outcome)
    held, target, _ = _branch(targets, scope)
    return Edge(state.id, kind, target) if held else None


def _is_done(case: Case, run: Run, chart: Chart, state: State) -> bool:
    if state.kind is Kind.RUNNING:
        child = case.runs.get(run.children.get(state.id, ""))
        return child is not None and child.status != "active"
    return chart.is_complete(run.active, state)


def _outcome(case: Case, run: Run, chart: Chart, state: State) -> object:
    """What ``outcome`` means in a ``done``; of a parallel state, the outcomes of its tracks."""
    if state.kind is Kind.RUNNING:
        child = case.runs[run.children[state.id]]
        return child.outcome or child.status
    if state.kind is Kind.COMPOUND:
        return chart.outcome(run.active, state.id)
    return [outcome for track in state.tracks if (outcome := chart.outcome(run.active, track))]


# -- reasons ---------------------------------------------------------------------


def may(by: Sequence[str], actor: Actor | None) -> bool:
    """Whether one of the roles is the actor's; no roles: anybody; ``None``: the engine."""
    return not by or actor is None or any(role in by for role in actor.roles)


def _barriers(  # noqa: PLR0913, PLR0917 - the question has these parts
    world: World,
    case: Case,
    run: Run,
    chart: Chart,
    steps: Sequence[Step],
    scope: RunScope,
    actor: Actor | None,
    at: str,
) -> Iterator[Reason]:
    for step in steps:
        if not may(step.by, actor):
            yield _not_yours(step.by)
    for step in steps:
        if step.after is not None:
            due = due_at(case, run, step.state, step.after)
            if due is not None and at < due:
                yield Reason("time", "not before {time}", {"time": due}, ())
    for step in steps:
        yield from _needs(world, run, chart, step, scope)


def _not_yours(by: Sequence[str]) -> Reason:
    return Reason("role", "this is for {roles}", {"roles": ", ".join(by)}, tuple(by))


def _needs(world: World, run: Run, chart: Chart, step: Step, scope: RunScope) -> Iterator[Reason]:
    for need in step.needs:
        head, _, rest = need.partition(".")
        if head == "tasks":
            yield from _open_tasks(world, run, chart, step, scope, rest)
        elif need == "evidence":
            if step.state not in run.attached:
                yield Reason("evidence", "attach evidence first", {}, ("evidence",))
        elif need not in scope.facts:
            yield Reason("facts", "first find out: {facts}", {"facts": need}, (need,))


def _open_tasks(  # noqa: PLR0913, PLR0917 - the question has these parts
    world: World, run: Run, chart: Chart, step: Step, scope: RunScope, only: str
) -> Iterator[Reason]:
    states = [
        chart.states[name] for name in chart.path(run.active) if step.state in chart.ancestors[name]
    ]
    open_tasks = [
        task.id
        for state in states
        for task in state.tasks.values()
        if (task.id == only if only else not task.optional)
        and task_status(run, task, scope.facts, world.site) == "open"
    ]
    if open_tasks:
        names = ", ".join(open_tasks)
        yield Reason("tasks", "still to be done: {tasks}", {"tasks": names}, tuple(open_tasks))


def _missing(steps: Sequence[Step], unknown: Sequence[str], scope: RunScope) -> tuple[str, ...]:
    asked = (name for step in steps for name in step.ask if name not in scope.facts)
    return tuple(dict.fromkeys([*asked, *filter(is_fact, unknown)]))


def _facts_missing(names: Sequence[str]) -> Reason:
    return Reason("facts", "first find out: {facts}", {"facts": ", ".join(names)}, tuple(names))


def _unknown(names: Sequence[str]) -> Reason:
    text = ", ".join(names)
    return Reason("guard", "not yet known: {names}", {"names": text}, tuple(names))


def _no_branch(steps: Sequence[Step]) -> Reason:
    guards = [target.when for step in steps for target in step.to if target.when is not None]
    return Reason("guard", "only when {condition}", {"condition": One(guards)}, ())


def _not_now(run: Run, chart: Chart, name: str) -> Reason:
    holders = [state.id for state in chart.states.values() if name in state.steps]
    places = {
        "step": name,
        "states": ", ".join(holders),
        "now": ", ".join(chart.leaves(run.active)),
    }
    if run.status != "active":
        return Reason("not-now", "{run} has ended", {"run": run.id}, ())
    return Reason("not-now", "“{step}” belongs to {states}; the run is in {now}", places, ())
