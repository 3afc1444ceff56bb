"""Cases in the store: load one by folding its records, append what was decided."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.agreed import case_of
from handrail.engine.clock import stamp
from handrail.engine.errors import NotFoundError
from handrail.engine.hand import is_signed_by
from handrail.engine.ledger.record import canonical, leaf_hash, members
from handrail.engine.messages import say_message
from handrail.engine.projection import Loaded, deadline_rows, fold, fold_known, incident_row
from handrail.engine.sealing import Unsealed
from handrail.engine.store.rows import Entry, IncidentFilter, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handrail.engine.clock import Clock
    from handrail.engine.hand import Hand
    from handrail.engine.machine.decide import Decision
    from handrail.engine.machine.state import Case, World
    from handrail.engine.shelf import Shelf
    from handrail.engine.store.base import Reader, Store, Writer

    Draft = Mapping[str, Any]

_new = tuple.__new__  # as in ``machine.state``

__all__ = ["Casebook", "entry_of"]

_INCIDENT: Final = "INC-"  # other cases: a document's agreement (DOC-), the log's own (LOG)
_TYPE: Final = itemgetter("type")
_MOST_KEPT: Final = 256  # cases: a busy day's; any other is folded again


class Casebook:
    """Loads cases, and keeps them for the next command of the same process."""

    def __init__(self, store: Store, shelf: Shelf, clock: Clock, lang: str) -> None:
        self._origin = store.origin
        self._shelf = shelf
        self._clock = clock
        self._lang = lang
        self._kept: dict[str, Loaded] = {}
        self.hand: Hand | None = None  # that signs what this person does, where keys are used

    def load(self, reader: Reader, case: str) -> Loaded:
        """Return the case as the store has it now; only records that are new are folded.

        :raises NotFoundError: there is no such incident.
        """
        size = reader.case_head(case).cseq
        if size == 0 or not case.startswith(_INCIDENT):
            known = [row.id for row in reader.incidents(IncidentFilter(), limit=200)]
            raise NotFoundError("incident", case, known)
        loaded = self._kept.get(case)
        if loaded is not None and loaded.case.version == size:
            return loaded
        since = loaded.case.version if loaded else 0
        for data in reader.case_records(case, since):
            loaded = fold(self._shelf.definition, loaded, members(data))
        assert loaded is not None  # noqa: S101 - the case has records
        self.keep(loaded)
        return loaded

    def load_document(self, reader: Reader, document: str) -> Loaded:
        """Return the case of a document's agreement; folded anew, since it is short.

        :raises NotFoundError: no such document was ever registered.
        """
        loaded: Loaded | None = None
        for data in reader.case_records(case_of(document)):
            loaded = fold(self._shelf.definition, loaded, members(data))
        if loaded is None:
            known = {row.id for row in reader.documents()}
            raise NotFoundError("registered document", document, known)
        return loaded

    def append(
        self,
        writer: Writer,
        world: World,
        loaded: Loaded | None,
        decision: Decision,
        at: str | None = None,
    ) -> Loaded:
        """Append a decision's records to its case, and update the case's projections.

        The caller keeps the result (``keep``) once the transaction is durable.

        :param at: what time it is, RFC 3339 UTC, where the caller has just asked.
        """
        after = decision.case
        assert after is not None  # noqa: S101 - what is appended belongs to a case
        recorded = self._time(writer, at)
        # A message says what is so when it is queued, which is not always where it ends.
        tells = "notified" in map(_TYPE, decision.drafts)
        for draft in decision.drafts:
            record = self._write(writer, draft, recorded, after)
            recorded = record["recorded"]
            if tells:
                loaded = fold(world.definition, loaded, record)
            else:
                loaded = fold_known(world.definition, loaded, record, after)
            if tells and record["type"] == "notified":
                self._queue(writer, world, loaded, record)
        assert loaded is not None  # noqa: S101 - a decision has records
        if tells:
            loaded = loaded._replace(case=after)
        if after.id.startswith(_INCIDENT):
            writer.put_incident(incident_row(loaded))
        writer.put_deadlines(after.id, deadline_rows(world, after))
        return loaded

    def keep(self, loaded: Loaded) -> None:
        """Keep what a durable transaction made of a case."""
        if len(self._kept) > _MOST_KEPT:
            self._kept.clear()
        self._kept[loaded.case.id] = loaded

    def write(
        self, writer: Writer, drafts: Iterable[Draft], at: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Append drafts to their cases' chains; give the whole records.

        :param at: as ``append``.
        :raises ConflictError: a case has gone on since it was read.
        """
        recorded = self._time(writer, at)
        for draft in drafts:
            record = self._write(writer, draft, recorded, None)
            recorded = record["recorded"]
            yield record

    def _time(self, writer: Writer, at: str | None) -> str:
        """When the next record is recorded.

        Where the clock was set back, time stands still in the log until it has caught
        up: a log whose times go back cannot be told from one that was back-dated.
        """
        return max(at or stamp(self._clock.now()), writer.last_recorded())

    def _write(
        self, writer: Writer, draft: Draft, recorded: str, after: Case | None
    ) -> dict[str, Any]:
        """Write a record.

        :param after: the case that it leads to, which says under which revision a run goes.
        """
        case = draft["case"]
        cseq, prev = writer.case_head(case)
        record = {
            **draft,
            "v": 1,
            "log": self._origin,
            "cseq": cseq,
            "prev": prev.hex() if prev else None,
            "recorded": max(recorded, draft["occurred"]),
        }
        run = None if after is None else after.runs.get(draft.get("run", ""))
        if run is not None and "protocol" not in draft:
            pin = {"id": run.protocol, "revision": run.revision, "sha256": run.sha256}
            record["protocol"] = pin
        if self.hand is not None and is_signed_by(record, self.hand.person.id):
            record["signature"], disclosures = self.hand.sign(record)
            writer.put_disclosures(disclosures, case)
        writer.append(entry_of(record, canonical(record)))
        return record

    def _queue(
        self, writer: Writer, world: World, loaded: Loaded, record: Mapping[str, Any]
    ) -> None:
        run = loaded.case.runs[record["run"]]
        text = say_message(
            record["text"],
            loaded.case,
            run.id,
            world.definition(run.sha256),
            unsealed=Unsealed(writer, {loaded.case.id: run.facts}),
            site=world.site,
            lang=self._lang,
        )
        row = OutboxRow(
            case=loaded.case.id,
            cseq=record["cseq"],
            run=run.id,
            to=tuple(record["to"]),
            text=text,
        )
        writer.put_outbox(row)


def entry_of(record: Mapping[str, Any], data: bytes) -> Entry:
    """What the store is given of a record: its bytes, and the columns that it is found by."""
    protocol = record.get("protocol")
    parts = (
        record["case"],
        record["cseq"],
        record["type"],
        record["recorded"],
        record["occurred"],
        record["actor"]["id"],
        record.get("run"),
        protocol["id"] if protocol else None,
        record["drill"],
        data,
        leaf_hash(data),
    )
    return _new(Entry, parts)
