"""One decision about a case's data in the making: who decides, may they, and its record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.audit.asked import no_incident
from handrail.engine.clock import stamp
from handrail.engine.machine.decide import Decision
from handrail.engine.people import may_do
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.engine import Engine
    from handrail.engine.machine.reasons import Reason
    from handrail.engine.sealing import Sealer
    from handrail.engine.store.base import Reader, Writer

__all__ = ["HOLD_TYPES", "LOG", "Desk", "Kept", "hold_of", "kept_of"]

LOG: Final = "LOG"  # the case of what concerns the whole log
HOLD_TYPES: Final = ("held", "hold-released")

Record = dict[str, Any]


class Kept(NamedTuple):
    """One record of a case, decoded."""

    seq: int  # index in the log; -1: it has none yet (see store.base)
    record: Record


class Desk:
    """What a decision about data needs, within one writing transaction."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        """Find out who decides.

        :raises NotPermittedError: they are not who they say, or not known here.
        """
        self.engine = engine
        self.writer = writer
        self.site = engine.shelf.site()
        self.world = engine.shelf.world(self.site, drill=False)
        self.actor = engine.actor_in(self.world)
        self.at = stamp(engine.clock.now())

    def may(self, what: str) -> Reason | None:
        """Why this person may not; ``None``: they may."""
        return may_do(self.site, self.actor, what)

    def tell(self, case: str, draft: Mapping[str, Any], sealer: Sealer | None = None) -> None:
        """Append a record to a case, and keep what it seals."""
        whole: Record = {
            "case": case,
            "drill": False,
            "occurred": self.at,
            "actor": self.actor.record(),
            **draft,
        }
        if sealer:
            self.writer.put_disclosures(sealer, case)
        if case == LOG:
            list(self.engine.casebook.write(self.writer, [whole]))
        else:
            self._append(case, whole)

    def _append(self, case: str, draft: Record) -> None:
        book = self.engine.casebook
        load = book.load if case.startswith("INC-") else book.load_document
        loaded = load(self.writer, case.removeprefix("DOC-"))
        draft["drill"] = loaded.case.drill
        after = loaded.case._replace(version=loaded.case.version + 1)
        book.append(self.writer, self.world, loaded, Decision((draft,), after))


def kept_of(reader: Reader, case: str) -> list[Kept]:
    """Return the records of a case with their places in the log.

    :raises NotFoundError: there is no such case.
    """
    places = (row.seq for row in reader.log(Filter(case=case)))
    found = [Kept(next(places, -1), json.loads(data)) for data in reader.case_records(case)]
    if not found:
        raise no_incident(reader, case)
    return found


def hold_of(records: list[Kept]) -> Record | None:
    """Return the record of the legal hold that a case is under, if it is."""
    last = next((one.record for one in records[::-1] if one.record["type"] in HOLD_TYPES), None)
    return last if last is not None and last["type"] == "held" else None
