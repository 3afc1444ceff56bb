"""``decide``: from a command to the records that it makes, or to a refusal.

Pure. A decision runs to rest: after the command's own record follow those of its
effects, of automatic moves and of protocols that start or end by it. A refusal is
a record too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.machine import commands as do
from handrail.engine.machine.clockwork import tick
from handrail.engine.machine.desk import attach, deviate, note, open_case, set_facts, start_protocol
from handrail.engine.machine.rest import settle
from handrail.engine.machine.steps import confirm, take_step
from handrail.engine.machine.tasks import do_task
from handrail.engine.machine.turn import RefusedError, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from handrail.engine.machine.reasons import Reason
    from handrail.engine.machine.state import Case, World

    Draft = dict[str, Any]

_new = tuple.__new__  # as in ``machine.state``

__all__ = ["Decision", "decide"]


class Decision(NamedTuple):
    """The records to append, the case after them, and the refusal if it was one."""

    drafts: tuple[Draft, ...]
    case: Case | None
    refusal: tuple[Reason, ...] = ()


def decide(world: World, case: Case | None, command: do.Command) -> Decision:
    """Decide a command.

    :param case: the case as it is; ``None`` only for ``Open``.
    :returns: drafts of records: all members but those that the log adds
        (``v log cseq prev recorded``).
    """
    turn = Turn(world, case, command.actor, command.at)
    try:
        _HANDLERS[type(command)](turn, command)
        settle(turn)
    except RefusedError as refused:
        return _refusal(case, command, refused.reasons)
    return _new(Decision, (tuple(turn.drafts), turn.case, ()))


_HANDLERS: Final[dict[type[do.Command], Callable[[Turn, Any], None]]] = {
    do.Open: open_case,
    do.TakeStep: take_step,
    do.Confirm: confirm,
    do.DoTask: do_task,
    do.SetFact: set_facts,
    do.Note: note,
    do.Attach: attach,
    do.StartProtocol: start_protocol,
    do.Deviate: deviate,
    do.Tick: tick,
}

_NAMES: Final[dict[type[do.Command], str]] = {
    do.Open: "open",
    do.TakeStep: "step",
    do.Confirm: "confirm",
    do.DoTask: "task",
    do.SetFact: "fact",
    do.Note: "note",
    do.Attach: "attach",
    do.StartProtocol: "start",
    do.Deviate: "deviate",
    do.Tick: "tick",
}


def _refusal(case: Case | None, command: do.Command, reasons: tuple[Reason, ...]) -> Decision:
    if case is None:
        return Decision((), None, reasons)
    draft: Draft = {
        "type": f"{_NAMES[type(command)]}-refused",
        "case": case.id,
        "drill": case.drill,
        "occurred": command.at,
        "actor": command.actor.record(),
        "refused": reasons[0].record(),
    }
    for name in ("run", "step", "task", "item", "protocol", "state"):
        if (value := getattr(command, name, None)) is not None:
            draft["protocol-id" if name == "protocol" else name] = value
    return Decision((draft,), case._replace(version=case.version + 1), reasons)
