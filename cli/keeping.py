"""What ``doctor`` says of what is kept: legal holds, data whose time is over, the log key's age."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handrail.cli.health import Symptom
from handrail.cli.when import clock_words
from handrail.engine.clock import parse_instant
from handrail.engine.custody.hold import holds
from handrail.engine.custody.retention import due
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.cli.session import Session
    from handrail.engine.engine import Engine
    from handrail.engine.store.base import Reader

__all__ = ["keeping_symptoms"]

AGED: Final = timedelta(days=365)  # a log key that signed for longer is due for another


def keeping_symptoms(engine: Engine, session: Session) -> Iterator[Symptom]:
    """Look at holds, retention and the key that signs now."""
    with engine.reading() as reader:
        held, since = sorted(holds(reader)), _key_since(reader)
    if since is not None:
        yield _age(since, engine, session)
    if held:
        text = session.say("under a legal hold: {incidents}", incidents=", ".join(held))
        yield Symptom("hold", "ok", text)
    late = [row["incident"] for row in due(engine) if not row["held"]]
    if late:
        text = session.say(
            "kept for as long as the site plan says: {incidents}", incidents=", ".join(late)
        )
        yield Symptom("retention", "warning", text, session.line("audit", "retention", "--apply"))


def _key_since(reader: Reader) -> str | None:
    """When the log got its key: at the last rotation, else with its first record."""
    found = next(reader.log(Filter(type="key-rotated"), newest_first=True, limit=1), None)
    found = found or next(reader.log(Filter(), limit=1), None)
    return None if found is None else str(json.loads(found.data)["recorded"])


def _age(since: str, engine: Engine, session: Session) -> Symptom:
    now = engine.clock.now()
    text = session.say("the log key signs since {time}", time=clock_words(since, now))
    if now - parse_instant(since) <= AGED:
        return Symptom("key-age", "ok", text)
    mend = session.line("audit", "rotate-key")
    why = session.say("{text}: change it once a year", text=text)
    return Symptom("key-age", "warning", why, mend)
