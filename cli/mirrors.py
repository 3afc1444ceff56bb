"""What ``doctor`` says of the mirrors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from handrail.cli.health import Symptom
from handrail.cli.when import clock_words
from handrail.engine.errors import CheckFoundError
from handrail.engine.mirrors import mirrors_of
from handrail.engine.mirrors.behind import behind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.cli.session import Session
    from handrail.engine.engine import Engine
    from handrail.engine.mirrors import Mirror

__all__ = ["mirror_symptoms"]

SLOW: Final = timedelta(minutes=1)  # records that wait for longer are not on their way


def mirror_symptoms(engine: Engine, session: Session) -> Iterator[Symptom]:
    """Say of each mirror how far it has come."""
    assert engine.workspace is not None  # noqa: S101 - doctor looks at one
    try:
        mirrors = mirrors_of(engine.workspace.settings())
    except CheckFoundError:
        return  # what is wrong in handrail.yaml is said already
    for mirror in mirrors:
        yield _mirror(engine, mirror, session)


def _mirror(engine: Engine, mirror: Mirror, session: Session) -> Symptom:
    assert engine.workspace is not None  # noqa: S101 - as above
    say, now = session.say, datetime.now(UTC)
    found = behind(engine.store, engine.workspace.root, mirror)
    place = {"name": mirror.name, "to": mirror.to}
    if not found.fits:
        text = say(
            "mirror {name} ({to}): what it was sent is not the beginning of this log, which was "
            "exchanged or rolled back",
            **place,
        )
        return Symptom("mirror", "warning", text, session.line("audit", "verify"))
    if found.since is None:
        text = say("mirror {name} ({to}): all {sent} records sent", sent=found.sent, **place)
        return Symptom("mirror", "ok", text)
    text = say(
        "mirror {name} ({to}): behind by {waiting}, since {time}",
        waiting=found.waiting,
        time=clock_words(found.since, now),
        **place,
    )
    if now - datetime.fromisoformat(found.since) <= SLOW:
        return Symptom("mirror", "ok", text)
    mend = say("see that this runs, and what it says: {command}", command=session.line("watch"))
    return Symptom("mirror", "warning", text, mend)
