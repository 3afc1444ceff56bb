"""Each record of a case as a line of the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.audit.report.voice import Voice
    from handrail.engine.audit.story import Entry

    Record = Mapping[str, Any]

__all__ = ["Timeline", "tone_of"]

# What each type of record says; names in braces are filled by ``_params``.
_TYPE_WORDS = {
    "incident-opened": "opened the incident",
    "incident-closed": "the incident is closed",
    "run-started": "started {protocol}",
    "run-finished": "{protocol} ended",
    "run-migrated": "moved {protocol} to revision {revision}",
    "step-taken": "{step}",
    "step-pending": "{step}: waits for a second person",
    "step-confirmed": "confirmed: {step}",
    "step-declined": "said no to: {step}",
    "moved": "moved on by itself",
    "deviated": "left the protocol",
    "deadline-passed": "time was over: {what}",
    "task-done": "done: {task}",
    "task-skipped": "skipped: {task}",
    "fact-set": "recorded what is known",
    "noted": "wrote a note",
    "evidence-attached": "attached a file",
    "notified": "message to {to}",
    "notification-sent": "message sent to {to}",
    "notification-failed": "message not sent to {to}",
    "redacted": "removed personal data",
    "held": "put under legal hold",
    "hold-released": "released from legal hold",
    "exported": "exported",
}
_REFUSED_WORDS = {
    "step-refused": "was refused: {step}",
    "confirm-refused": "was refused to confirm: {step}",
    "task-refused": "was refused: {task}",
    "deviate-refused": "was refused to leave the protocol",
    "start-refused": "was refused to start {protocol}",
}
_OTHER_WORDS = "was refused"
_TONES = {
    "deviated": "deviation",
    "deadline-passed": "late",
    "notified": "message",
    "notification-sent": "message",
    "notification-failed": "late",
    "moved": "quiet",
    "redacted": "deviation",
}


def tone_of(kind: str) -> str:
    """How loud a record of a type is: plain, quiet, message, late, refused, deviation."""
    return "refused" if kind.endswith("-refused") else _TONES.get(kind, "plain")


class Timeline:
    """Writes the timeline of a case.

    :param moves: the number of a record's move in its run, by ``cseq``.
    :param letters: by what each run is called for short.
    """

    def __init__(self, voice: Voice, moves: Mapping[int, int], letters: Mapping[str, str]) -> None:
        self._voice = voice
        self._moves = moves
        self._letters = letters

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each record, in their order."""
        return [self._row(entry) for entry in self._voice.story.entries]

    def _row(self, entry: Entry) -> dict[str, Any]:
        record = entry.record
        actor = record["actor"]
        return {
            "seq": entry.seq,
            "type": record["type"],
            "tone": tone_of(record["type"]),
            "run": record.get("run"),
            "letter": self._letters.get(record.get("run") or ""),
            "move": self._moves.get(record["cseq"]),
            "occurred": record["occurred"],
            "recorded": record["recorded"],
            "person": self._voice.cast.actor(actor),
            "roles": self._voice.cast.roles(actor["roles"]),
            "text": self.sentence(record),
            "details": list(self._details(record)),
        }

    def sentence(self, record: Record) -> str:
        """Say in a few words what a record records."""
        kind = record["type"]
        template = _TYPE_WORDS.get(kind) or _REFUSED_WORDS.get(kind)
        if template is None:
            template = _OTHER_WORDS if kind.endswith("-refused") else kind
        return self._voice.say(template, **self._params(record))

    def _params(self, record: Record) -> dict[str, str]:
        voice, run = self._voice, record.get("run") or ""
        known = run in voice.story.case.runs
        pin = record.get("protocol") or {}
        params = {
            "protocol": voice.protocol(run) if known else str(record.get("protocol-id") or run),
            "revision": str(pin.get("revision", "")),
            "step": record.get("step") or "",
            "task": record.get("task") or "",
            "what": "",
            "to": ", ".join(voice.cast.roles(record.get("to", ()))),
        }
        if known:
            params["step"] = voice.step(run, params["step"])
            params["task"] = voice.task(run, params["task"], record.get("item"))
            has_task = record.get("task") is not None
            params["what"] = (
                params["task"] if has_task else voice.state(run, record.get("state", ""))
            )
        return params

    # -- what belongs to a record ----------------------------------------------------

    def _details(self, record: Record) -> Iterator[dict[str, str]]:
        voice, run = self._voice, record.get("run") or ""
        if run in voice.story.case.runs:
            yield from (_detail(one["name"], one["text"]) for one in self._facts(run, record))
            yield from self._way(run, record)
        for member, name in _TEXT_WORDS.items():
            if member in record and record["type"] != "notified":
                yield _detail(voice.say(name), voice.text(record[member]))
        if record["type"] == "notified":
            yield _detail(voice.say("text"), voice.message(record))
        if record.get("refused"):
            yield _detail(voice.say("because"), voice.refusal(record["refused"]))
        if record.get("second"):
            asked = (one if isinstance(one, str) else one["role"] for one in record["second"])
            yield _detail(voice.say("second person"), ", ".join(voice.cast.roles(asked)))

    def _facts(self, run: str, record: Record) -> list[dict[str, Any]]:
        return self._voice.facts(run, record.get("facts") or {})

    def _way(self, run: str, record: Record) -> Iterator[dict[str, str]]:
        voice = self._voice
        if record["type"] not in _MOVES or record.get("from") == record.get("to"):
            return
        before, after = record.get("from", ()), record.get("to", ())
        left = voice.states(run, (name for name in before if name not in after))
        reached = voice.states(run, (name for name in after if name not in before))
        yield _detail(voice.say("now in"), f"{left} → {reached}" if left else reached)


_MOVES = frozenset({"run-started", "step-taken", "moved", "deviated", "run-migrated"})
_TEXT_WORDS = {
    "title": "title",
    "why": "why",
    "note": "note",
    "text": "note",
    "name": "file",
    "basis": "legal basis",
}


def _detail(name: str, text: str) -> dict[str, str]:
    return {"name": name, "text": text}
