"""The parts of a report beside the timeline."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.report.timeline import tone_of
from handrail.engine.machine.definition import StartRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.engine.audit.report.voice import Voice
    from handrail.engine.audit.story import Limit
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.state import Case

    Row = dict[str, Any]

__all__ = [
    "deadlines",
    "deviations",
    "evaluation",
    "evidence",
    "lessons",
    "letters_of",
    "messages",
    "people",
    "refusals",
    "runs",
    "started_by",
]


def runs(voice: Voice) -> list[Row]:
    """Every protocol that was carried out; the lifecycle last."""
    case = voice.story.case
    return [_run(voice, name) for name in letters_of(case)]


def letters_of(case: Case) -> dict[str, str]:
    """A letter for each run, the lifecycle's last: A to Z, then AA and on."""
    names = sorted(case.runs, key=lambda name: name == case.lifecycle)
    return {name: _letter(at) for at, name in enumerate(names)}


def _letter(at: int) -> str:
    first, last = divmod(at, len(ascii_uppercase))
    return (_letter(first - 1) if first else "") + ascii_uppercase[last]


def _run(voice: Voice, name: str) -> Row:
    run = voice.run(name)
    return {
        "run": name,
        "letter": letters_of(voice.story.case)[name],
        "protocol": run.protocol,
        "title": voice.protocol(name),
        "revision": run.revision,
        "sha256": run.sha256,
        "lifecycle": name == voice.story.case.lifecycle,
        "status": run.status,
        "outcome": run.outcome,
        "outcome_title": voice.outcome(name, run.outcome),
        "started": voice.story.began.get(name),
        "ended": voice.story.ended.get(name),
        "facts": voice.facts(name, run.facts),
    }


def people(voice: Voice, timeline: Sequence[Row]) -> list[Row]:
    """Who did what in which role."""
    found: dict[str, Row] = {}
    for entry, row in zip(voice.story.entries, timeline, strict=True):
        actor = entry.record["actor"]
        if actor["how"] == "engine":
            continue
        who = found.setdefault(row["person"], {"person": row["person"], "roles": {}, "did": []})
        who["roles"] |= dict.fromkeys(row["roles"])
        who["known_by"] = voice.cast.known_by(actor["how"])
        who["did"].append({name: row[name] for name in ("seq", "occurred", "text", "tone")})
    return [who | {"roles": list(who["roles"])} for who in found.values()]


def deadlines(voice: Voice) -> list[Row]:
    """Every deadline that ran, met or missed."""
    return [_deadline(voice, limit) for limit in voice.story.limits]


def _deadline(voice: Voice, limit: Limit) -> Row:
    return {
        "run": limit.run,
        "state": limit.state,
        "task": limit.task,
        "title": voice.state(limit.run, limit.state)
        if limit.task is None
        else voice.task(limit.run, limit.task),
        "due": limit.due,
        "ended": limit.ended,
        "status": limit.status,
    }


def refusals(timeline: Sequence[Row]) -> list[Row]:
    """What was tried and not possible."""
    return [row for row in timeline if tone_of(row["type"]) == "refused"]


def deviations(timeline: Sequence[Row]) -> list[Row]:
    """Where the protocol was left."""
    return [row for row in timeline if row["type"] == "deviated"]


def messages(voice: Voice) -> list[Row]:
    """What was queued for whom, and whether it went."""
    sent = {record["of"]: record for _, record in voice.of_type("notification-sent")}
    failed = {record["of"]: record for _, record in voice.of_type("notification-failed")}
    return [
        {
            "seq": seq,
            "run": record["run"],
            "to": voice.cast.roles(record["to"]),
            "text": voice.message(record),
            "occurred": record["occurred"],
            "status": _sent(record["cseq"], sent, failed),
        }
        for seq, record in voice.of_type("notified")
    ]


def _sent(cseq: int, sent: Mapping[int, object], failed: Mapping[int, object]) -> str:
    if cseq in sent:
        return "sent"
    return "failed" if cseq in failed else "queued"


def evidence(voice: Voice) -> list[Row]:
    """What was attached, with its digest."""
    return [
        {
            "seq": seq,
            "name": voice.text(record["name"]) if "name" in record else "",
            "sha256": record["sha256"],
            "size": record["size"],
            "run": record.get("run"),
            "task": voice.task(record["run"], record["task"]) if record.get("task") else None,
            "person": voice.cast.actor(record["actor"]),
            "occurred": record["occurred"],
        }
        for seq, record in voice.of_type("evidence-attached")
    ]


def evaluation(voice: Voice) -> list[Row]:
    """What the lifecycle asked afterwards, and the answers."""
    lifecycle = voice.story.case.lifecycle
    if lifecycle is None:
        return []
    known = voice.run(lifecycle).facts
    return voice.facts(lifecycle, {name: known[name] for name in known})


def lessons(voice: Voice) -> list[Row]:
    """The runs of the protocols that the lifecycle itself starts: what was learned."""
    lifecycle = voice.story.case.lifecycle
    if lifecycle is None:
        return []
    starts = set(started_by(voice.definition(lifecycle)))
    return [
        _run(voice, name) for name, run in voice.story.case.runs.items() if run.protocol in starts
    ]


def started_by(definition: Definition) -> Iterator[str]:
    """The protocols that a machine starts beside itself."""
    for state in definition.states.values():
        effects = [*state.enter, *state.leave]
        effects += [effect for step in state.steps.values() for effect in step.then]
        yield from (effect.protocol for effect in effects if isinstance(effect, StartRun))
