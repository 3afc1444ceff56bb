"""Anchoring: the log's head signed, and put where ``handrail.yaml`` says.

The network is never waited for within a transaction: the head is signed and kept
first, then published, then what came of it is recorded. An anchor that fails stops no
other; that it fails is recorded once, until it has succeeded again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.anchors import DAY, SETTINGS, Evidence, Gathered
from handrail.engine.anchors.file import LOCAL, FileAnchor
from handrail.engine.clock import parse_instant, stamp
from handrail.engine.errors import HandrailError
from handrail.engine.machine.commands import ENGINE, Actor
from handrail.engine.people import LIBRARY, host
from handrail.engine.sign import sign_head
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from handrail.engine.anchors import Anchor
    from handrail.engine.engine import Engine
    from handrail.engine.ledger.checkpoint import VerifierKey
    from handrail.engine.sign import Signed
    from handrail.engine.store.base import Reader

__all__ = ["Anchored", "Pace", "Standing", "anchor", "anchors", "gather", "standings"]

_TYPES: Final = ("checkpoint-anchored", "anchoring-failed")  # what these records alone need not
_AGAIN: Final = timedelta(minutes=5)  # before an anchor that failed is tried again, unasked
_LOOK: Final = timedelta(seconds=30)  # between looks at what is due
_LONGEST: Final = 300  # of a reason that is recorded


class Anchored(NamedTuple):
    """What came of putting a checkpoint somewhere."""

    place: str  # the anchor's; local: the file in the user's state folder
    size: int  # records that the checkpoint counts
    problem: HandrailError | None = None  # why it is not there; None: it is


class Standing(NamedTuple):
    """How far an anchor has come, as the log tells."""

    place: str
    size: int = 0  # records that the last checkpoint there counts
    at: str | None = None  # when it was put there
    failed: str | None = None  # since when putting one there has failed
    waiting: str | None = None  # when the first record that it does not count was recorded

    def is_due(self, every: timedelta, now: datetime) -> bool:
        """Tell whether something waits, and the last checkpoint is old enough.

        One from the future is: the clock was set back, and nobody knows for how long.
        """
        if self.waiting is None or self.at is None:
            return self.waiting is not None
        return not timedelta() <= now - parse_instant(self.at) < every

    def is_late(self, every: timedelta, now: datetime) -> bool:
        """Tell whether something has waited for longer than it should."""
        return self.waiting is not None and now - parse_instant(self.waiting) > every


def anchors(engine: Engine) -> list[Anchor]:
    """Return the anchors that ``handrail.yaml`` names.

    :raises SettingsError: it has errors.
    """
    workspace = engine.workspace
    if workspace is None or b"anchors" not in workspace.mark.read_bytes():
        return []
    from handrail.engine.anchors.settings import anchors_of  # noqa: PLC0415 - not for a step

    return anchors_of(workspace.settings(), workspace.root, engine.store.origin)


class Pace:
    """How often ``anchor`` looks for what is due, and tries again what failed."""

    def __init__(self) -> None:
        self._looked: datetime | None = None
        self._tried: dict[str, datetime] = {}  # anchors that failed, and when

    def may_look(self, now: datetime) -> bool:
        """Tell whether it is time to look, which takes some reading."""
        if self._looked is not None and timedelta() <= now - self._looked < _LOOK:
            return False
        self._looked = now
        return True

    def may_try(self, one: Anchor, now: datetime) -> bool:
        """Tell whether an anchor that failed has been left alone for long enough."""
        tried = self._tried.get(one.place)
        return tried is None or not timedelta() <= now - tried < min(_AGAIN, one.every)

    def note(self, came: Anchored, now: datetime) -> None:
        """Remember what came of it."""
        self._tried.pop(came.place, None)
        if came.problem is not None:
            self._tried[came.place] = now


def anchor(engine: Engine, *, due_only: bool = False, pace: Pace | None = None) -> list[Anchored]:
    """Sign the head, and put it into the file in the state folder and every anchor.

    :param due_only: only where it is due by the anchors' ``every``; nothing is signed
        where nothing is.
    :param pace: of one who calls this again and again with ``due_only``.
    :returns: what came of it; ``local`` first.
    :raises HandrailError: it cannot be signed, or ``handrail.yaml`` has errors.
    """
    now, pace = engine.clock.now(), pace or Pace()
    if due_only and not pace.may_look(now):
        return []
    found = anchors(engine)
    with engine.reading() as reader:
        stands = standings(reader, [one.place for one in found])
        if due_only:
            found = [one for one in found if stands[one.place].is_due(one.every, now)]
            found = [one for one in found if pace.may_try(one, now)]
            if not found and not _is_local_due(reader, now):
                return []
    signed = sign_head(engine)
    kept = None if signed.anchor else engine.warnings.pop()
    came = [_publish(one, signed, stands[one.place]) for one in found]
    for one in came:
        pace.note(one, now)
    _record(engine, signed, came, stands)
    return [Anchored(LOCAL, signed.size, kept), *came]


def _is_local_due(reader: Reader, now: datetime) -> bool:
    """The file in the state folder has every checkpoint, so the last one tells."""
    rows = reader.checkpoints()
    last = rows[-1] if rows else None
    stand = Standing(LOCAL) if last is None else Standing(LOCAL, last.size, last.recorded)
    return _waiting(reader, stand).is_due(DAY, now)


def _publish(one: Anchor, signed: Signed, stand: Standing) -> Anchored:
    try:
        one.publish(signed.note, begun=stand.at is not None)
    except HandrailError as problem:
        return Anchored(one.place, signed.size, problem)
    return Anchored(one.place, signed.size)


def _record(
    engine: Engine, signed: Signed, came: Iterable[Anchored], stands: dict[str, Standing]
) -> None:
    drafts = [_draft(engine, signed, one) for one in came if _is_news(one, stands)]
    if drafts:
        with engine.writing() as writer:
            list(engine.casebook.write(writer, drafts))


def _is_news(one: Anchored, stands: dict[str, Standing]) -> bool:
    return one.problem is None or stands[one.place].failed is None


def _draft(engine: Engine, signed: Signed, one: Anchored) -> dict[str, Any]:
    draft = {
        "type": _TYPES[0] if one.problem is None else _TYPES[1],
        "case": "LOG",
        "drill": False,
        "occurred": stamp(engine.clock.now()),
        "actor": Actor(LIBRARY, (), ENGINE, host()).record(),
        "anchor": one.place,
        "size": one.size,
    }
    if one.problem is None:
        return draft | {"root": signed.root.hex()}
    return draft | {"reason": str(one.problem)[:_LONGEST]}


def standings(reader: Reader, places: Sequence[str]) -> dict[str, Standing]:
    """Return how far each of these anchors has come."""
    found = {place: Standing(place) for place in places}
    rows = _newest_first(reader)
    open_places = set(places)
    while open_places and (record := next(rows, None)) is not None:
        place = record["anchor"]
        if place not in open_places:
            continue
        if record["type"] == "anchoring-failed":
            found[place] = found[place]._replace(failed=record["recorded"])
            continue
        found[place] = found[place]._replace(size=record["size"], at=record["recorded"])
        open_places.discard(place)
    return {place: _waiting(reader, stand) for place, stand in found.items()}


def _newest_first(reader: Reader) -> Iterator[dict[str, Any]]:
    """Give what the log tells of anchors, the newest first."""
    import json  # noqa: PLC0415 - beside its use
    from heapq import merge  # noqa: PLC0415 - the same

    told = [reader.log(Filter(type=kind), newest_first=True) for kind in _TYPES]
    for row in merge(*told, key=lambda row: -row.seq):
        yield json.loads(row.data)


def _waiting(reader: Reader, stand: Standing) -> Standing:
    """Find the first record that the last checkpoint does not count."""
    for _, entry in reader.entries(stand.size):
        if entry.type not in _TYPES:
            return stand._replace(waiting=entry.recorded)
    return stand


def gather(engine: Engine, keys: Iterable[VerifierKey]) -> Gathered:
    """Read all that the anchors hold, for ``audit verify``.

    :param keys: the log's, which name the files in the state folder.
    """
    with engine.reading() as reader:
        size = reader.head().size
    local = [FileAnchor.usual(key).evidence() for key in keys]
    notes = tuple(note for each in local for note in each.notes)
    problem = next((each.problem for each in local if each.problem is not None), None)
    own = local[0]._replace(notes=notes, problem=problem)
    try:
        return Gathered(size, (own, *(one.evidence() for one in anchors(engine))))
    except HandrailError as error:  # what is wrong in a file says nothing about the log
        return Gathered(size, (own, Evidence(SETTINGS, problem=error)))
