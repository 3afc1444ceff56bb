"""Taking a step, and confirming one that needs a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.machine.commands import Actor
from handrail.engine.machine.judge import judge, may
from handrail.engine.machine.reasons import Reason, not_yours
from handrail.engine.machine.turn import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.machine.commands import Confirm, TakeStep
    from handrail.engine.machine.definition import Effect, Step
    from handrail.engine.machine.judge import Verdict
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import Pending, Run
    from handrail.engine.machine.turn import Turn

    Draft = dict[str, Any]

__all__ = ["confirm", "nobody_else", "take", "take_step"]


def take_step(turn: Turn, command: TakeStep) -> None:
    """Take a step, or have it wait for the second person that it needs."""
    run = turn.open_run(command.run)
    if command.step in run.pending:
        raise RefusedError(_waits(turn, run, run.pending[command.step]))
    chart = turn.chart(run)
    verdict = _judge(turn, run, chart, command.step, turn.actor, command.facts)
    seconds = _seconds(verdict.steps)
    if seconds and (
        lacking := nobody_else(turn.world.site, chart, verdict.steps, turn.actor, turn.at)
    ):
        raise RefusedError(lacking)
    kind = "step-pending" if seconds else "step-taken"
    draft = turn.draft(kind, run=run.id, step=command.step, note=command.note)
    if command.facts:
        draft["facts"] = dict(command.facts)
    if not seconds:
        take(turn, run, chart, verdict, draft)
        return
    draft["states"] = [step.state for step in verdict.offers]
    draft["second"] = [{"role": role, "count": count} for role, count in seconds.items()]
    turn.emit(draft)


def take(turn: Turn, run: Run, chart: Chart, verdict: Verdict, draft: Draft) -> None:
    """Take a step that was judged possible."""
    then: list[Effect] = []
    for step in verdict.steps:
        then += step.then
    turn.move(run, chart, verdict.edges, draft, then)


def _judge(  # noqa: PLR0913, PLR0917 - the question has these parts
    turn: Turn, run: Run, chart: Chart, step: str, actor: Actor, given: Mapping[str, object]
) -> Verdict:
    verdict = judge(turn.world, turn.case, run, chart, step, actor=actor, at=turn.at, given=given)
    if verdict.reasons:
        raise RefusedError(*verdict.reasons)
    return verdict


# -- the second person ------------------------------------------------------------


def nobody_else(
    site: Site, chart: Chart, steps: Sequence[Step], actor: Actor, at: str
) -> Reason | None:
    """Why a step would wait for ever: too few others of the site could confirm it.

    Not counted are a cast that is not of the site, but rehearses; and who has a standing
    in an agreement, which is no role of the site plan.
    """
    if actor.id not in site.people:
        return None
    for role, need in _seconds(steps).items():
        have = len({*site.with_role(role, at)} - {actor.id})
        if have < need and role in site.registers["roles"]:
            return _too_few(role, have, need, chart.definition.deviate_by)
    return None


def _too_few(role: str, have: int, need: int, leavers: Sequence[str] | None) -> Reason:
    params = {"role": role, "have": str(have), "need": str(need)}
    if not leavers:
        template = (
            "too few others are {role} to confirm this ({have} of {need}): "
            "add people to the site plan"
        )
        return Reason("second", template, params, (role,))
    template = (
        "too few others are {role} to confirm this ({have} of {need}): "
        "add people to the site plan, or let {leavers} leave the protocol (handrail deviate)"
    )
    return Reason("second", template, {**params, "leavers": ", ".join(leavers)}, (role,))


def _seconds(steps: Sequence[Step]) -> dict[str, int]:
    """How many people of which role have to confirm: the most that a declaration asks for."""
    counts: dict[str, int] = {}
    for step in steps:
        if step.second is not None:
            role, count = step.second.role, step.second.count
            counts[role] = max(count, counts.get(role, 0))
    return counts


def _asked(turn: Turn, run: Run, pending: Pending) -> dict[str, int]:
    states = turn.chart(run).states
    return _seconds([states[name].steps[pending.step] for name in pending.states])


def _waits(turn: Turn, run: Run, pending: Pending) -> Reason:
    seconds = _asked(turn, run, pending)
    params = {
        "role": ", ".join(seconds),
        "have": str(len(pending.confirmed)),
        "need": str(max(seconds.values(), default=1)),
    }
    return Reason("second", "waits for {role} to confirm ({have} of {need})", params)


def confirm(turn: Turn, command: Confirm) -> None:
    """The second person's yes or no to a step that waits for it."""
    run = turn.open_run(command.run)
    pending = run.pending.get(command.step)
    if pending is None:
        params = {"step": command.step}
        raise RefusedError(Reason("not-now", "“{step}” does not wait for a second person", params))
    roles = tuple(_asked(turn, run, pending))
    _check_second(turn.actor, pending, roles, yes=command.yes)
    kind = "step-confirmed" if command.yes else "step-declined"
    turn.emit(turn.draft(kind, run=run.id, step=command.step))
    if command.yes:
        _complete(turn, command)


def _check_second(actor: Actor, pending: Pending, roles: tuple[str, ...], *, yes: bool) -> None:
    """Only another person counts, and each once; who asked for it may take it back."""
    if actor.id == pending.actor["id"]:
        if yes:
            params = {"roles": ", ".join(roles)}
            raise RefusedError(
                Reason("second", "somebody else has to confirm this: {roles}", params, roles)
            )
        return
    if yes and actor.id in pending.confirmed:
        raise RefusedError(
            Reason("second", "you have confirmed this already; it needs another person", {})
        )
    if not may(roles, actor):
        raise RefusedError(not_yours(roles))


def _complete(turn: Turn, command: Confirm) -> None:
    """Take the step if enough people have confirmed it; it is judged again, now."""
    run = turn.case.runs[command.run]
    pending = run.pending[command.step]
    asker = Actor(**{**pending.actor, "roles": tuple(pending.actor["roles"])})
    chart = turn.chart(run)
    verdict = _judge(turn, run, chart, command.step, asker, pending.facts)
    if not _enough(_seconds(verdict.steps), pending):
        return
    draft = turn.draft("step-taken", pending.actor, run=run.id, step=command.step)
    if pending.facts:
        draft["facts"] = dict(pending.facts)
    draft["confirmed"] = list(pending.confirmed)
    draft["second"] = list(_seconds(verdict.steps))
    take(turn, run, chart, verdict, draft)


def _enough(seconds: Mapping[str, int], pending: Pending) -> bool:
    def have(role: str) -> int:
        return sum(role in roles for roles in pending.confirmed.values())

    return all(have(role) >= count for role, count in seconds.items())
