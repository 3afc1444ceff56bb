"""What ``doctor`` says of anchors: is one elsewhere, and how far has each come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from handrail.cli.edge import words
from handrail.cli.health import Symptom
from handrail.engine.anchoring import anchors, standings
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.cli.session import Session
    from handrail.engine.anchoring import Standing
    from handrail.engine.anchors import Anchor
    from handrail.engine.engine import Engine

__all__ = ["anchor_symptoms"]


def anchor_symptoms(engine: Engine, session: Session) -> Iterator[Symptom]:
    """Look at each anchor of ``handrail.yaml``, without asking anything on the network."""
    try:
        found = anchors(engine)
    except HandrailError:
        return  # what is wrong in the file is said already
    if not any(one.is_away() for one in found):
        text = session.say(
            "no anchor lies on another machine: who owns this computer could rewrite the log "
            "and what proves it"
        )
        mend = session.say("name one under “anchors” in handrail.yaml: docs/how-to/auditors.md")
        yield Symptom("anchor-away", "warning", text, mend)
    with engine.reading() as reader:
        stands = standings(reader, [one.place for one in found])
    for one in found:
        yield _anchor(one, stands[one.place], session)


def _anchor(one: Anchor, stand: Standing, session: Session) -> Symptom:
    lacking = one.lacks()
    if lacking is not None:
        return Symptom("anchor", "error", f"{one.place}: {words(lacking, session)}")
    mend = session.line("audit", "anchor")
    if stand.failed is not None:
        text = session.say(
            "{anchor}: no checkpoint could be put there since {time}",
            anchor=one.place,
            time=stand.failed,
        )
        return Symptom("anchor", "warning", text, mend)
    if stand.at is None:
        text = session.say("{anchor}: no checkpoint was put there yet", anchor=one.place)
        return Symptom("anchor", "warning", text, mend)
    text = session.say(
        "{anchor}: last checkpoint {time}, of {size} records",
        anchor=one.place,
        time=stand.at,
        size=stand.size,
    )
    if stand.is_late(one.every, datetime.now(UTC)):
        late = session.say("; records wait since {time}", time=stand.waiting)
        return Symptom("anchor", "warning", text + late, mend)
    return Symptom("anchor", "ok", text)
