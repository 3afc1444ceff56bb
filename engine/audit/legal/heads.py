"""From a record to the command that it came of: what a person asked, as it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.machine import commands as do

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Record = Mapping[str, Any]

__all__ = ["COMMANDS", "DEADLINE", "actor_of", "is_engine", "openings", "ticks"]

DEADLINE: Final = "deadline-passed"


def actor_of(record: Record) -> do.Actor:
    """Who did it, as recorded."""
    who = record["actor"]
    return do.Actor(who["id"], tuple(who["roles"]), who["how"], who["host"])


def is_engine(record: Record) -> bool:
    """Whether the engine did it by itself."""
    return bool(record["actor"]["how"] == do.ENGINE)


def _step(record: Record) -> do.Command:
    return do.TakeStep(
        actor=actor_of(record),
        at=record["occurred"],
        run=record["run"],
        step=record["step"],
        facts=record.get("facts", {}),
        note=record.get("note"),
    )


def _confirm(record: Record) -> do.Command:
    yes = record["type"] == "step-confirmed"
    who, at = actor_of(record), record["occurred"]
    return do.Confirm(actor=who, at=at, run=record["run"], step=record["step"], yes=yes)


def _task(record: Record) -> do.Command:
    return do.DoTask(
        actor=actor_of(record),
        at=record["occurred"],
        run=record["run"],
        task=record["task"],
        item=record.get("item"),
        skip=record.get("why"),
    )


def _facts(record: Record) -> do.Command:
    who, at = actor_of(record), record["occurred"]
    return do.SetFact(actor=who, at=at, run=record["run"], facts=record["facts"])


def _note(record: Record) -> do.Command:
    return do.Note(actor=actor_of(record), at=record["occurred"], text=record.get("text"))


def _attach(record: Record) -> do.Command:
    return do.Attach(
        actor=actor_of(record),
        at=record["occurred"],
        sha256=record["sha256"],
        size=record["size"],
        name=record.get("name"),
        run=record.get("run"),
        task=record.get("task"),
    )


def _start(record: Record) -> do.Command:
    return do.StartProtocol(
        actor=actor_of(record),
        at=record["occurred"],
        protocol=record["protocol"]["id"],
        facts=record.get("facts", {}),
    )


def _deviate(record: Record) -> do.Command:
    return do.Deviate(
        actor=actor_of(record),
        at=record["occurred"],
        run=record["run"],
        state=record["state"],
        why=record.get("why"),
    )


# Of a person's record, by its type; opening a case and time are below.
COMMANDS: Final[Mapping[str, Callable[[Record], do.Command]]] = {
    "step-taken": _step,
    "step-pending": _step,
    "step-confirmed": _confirm,
    "step-declined": _confirm,
    "task-done": _task,
    "task-skipped": _task,
    "fact-set": _facts,
    "noted": _note,
    "evidence-attached": _attach,
    "run-started": _start,
    "deviated": _deviate,
}


def openings(head: Record, group: Sequence[Record], lifecycle: str) -> list[do.Command]:
    """What may have opened an incident: with the protocol that the same person started, or none.

    :param group: the record and those that were recorded together with it.
    :param lifecycle: the one that incidents followed then.
    """
    who = head["actor"]
    starts = [one for one in group if one["type"] == "run-started" and one["actor"] == who]
    return [_open(head, start, lifecycle) for start in (*starts[:1], None)]


def _open(head: Record, start: Record | None, lifecycle: str) -> do.Command:
    return do.Open(
        actor=actor_of(head),
        at=head["occurred"],
        case=head["case"],
        protocol=None if start is None else start["protocol"]["id"],
        lifecycle=lifecycle,
        drill=head["drill"],
        title=head.get("title"),
        facts=start.get("facts", {}) if start else {},
    )


def ticks(group: Sequence[Record]) -> list[str]:
    """The times at which the engine may have looked, of what it recorded together.

    A deadline's record tells when it was due. When the engine looked is told by what
    follows from it; else any time will do at which all of them were due and no other.
    """
    own = [one for one in group if is_engine(one)]
    after = [one["occurred"] for one in own if one["type"] != DEADLINE][:1]
    due = [one["occurred"] for one in own if one["type"] == DEADLINE]
    times = dict.fromkeys([*after, *([max(due)] if due else []), group[0]["recorded"]])
    return [at for at in times if at <= group[0]["recorded"]]
