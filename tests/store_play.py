"""Rows to put into a store, and a look at all that is in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.ledger.merkle import root_of
from handrail.engine.ledger.record import canonical, leaf_hash
from handrail.engine.store.rows import (
    CheckpointRow,
    DeadlineRow,
    DocumentRow,
    Entry,
    Filter,
    IncidentFilter,
    IncidentRow,
    InForce,
    OutboxRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.store.base import Reader, Writer

ORIGIN = "museum.example/log"


def at(second: int) -> str:
    """The instant so many seconds after a certain midnight."""
    return f"2026-11-21T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000000Z"


def entry(case: str, cseq: int, **other: Any) -> Entry:
    """A record of a case."""
    columns: dict[str, Any] = {
        "type": "noted",
        "recorded": at(cseq),
        "occurred": at(cseq),
        "actor": "anna",
        "run": None,
        "protocol": None,
        "drill": False,
        **other,
    }
    data = other.get("data") or canonical({"case": case, "cseq": cseq, **columns})
    return Entry(**{"case": case, "cseq": cseq, **columns, "data": data, "leaf": leaf_hash(data)})


def incident(number: int, **other: Any) -> IncidentRow:
    """An incident's row."""
    row = IncidentRow(
        id=f"INC-2026-{number:04}",
        title=None,
        protocol="suspicious-person",
        drill=False,
        status="open",
        phase="during",
        opened=at(number),
        closed=None,
        version=1,
        people=("anna",),
    )
    return row._replace(**other)


def deadline(case: str, owner: str, due: str, **other: Any) -> DeadlineRow:
    """Something due in a case."""
    row = DeadlineRow(case=case, run="suspicious-person-1", kind="state", owner=owner, due=due)
    return row._replace(**other)


def document(name: str, revision: int = 1) -> DocumentRow:
    """A registered document; its digest is not looked at by a store."""
    return DocumentRow(
        sha256=f"{name}-{revision}",
        id=name,
        kind="protocol",
        revision=revision,
        data=b"{}",
        source=b"handrail: 1\n",
        registered=at(revision),
        author="anna",
    )


def fill(writer: Writer, number: int, records: int = 3) -> None:
    """Put in an incident with everything that a store keeps of one."""
    case = incident(number).id
    for cseq in range(records):
        writer.append(entry(case, cseq))
    writer.put_incident(incident(number, version=records))
    writer.put_deadlines(case, [deadline(case, "contact", at(number))])
    writer.put_disclosures({f"digest-{number}": f"disclosure of {case}"}, case)
    writer.put_evidence(f"evidence-{number}", b"photograph" * 50)
    writer.put_document(document(f"protocol-{number}"))
    writer.put_in_force(
        InForce(
            id=f"protocol-{number}",
            kind="protocol",
            sha256=f"protocol-{number}-1",
            revision=1,
            since=at(number),
            cseq=1,
        )
    )
    writer.put_checkpoint(CheckpointRow(size=1, root=b"r", note=f"note {number}", recorded=at(1)))
    writer.put_outbox(
        OutboxRow(case=case, cseq=0, run=None, to=("duty-manager",), text="Come to the desk")
    )


def everything(reader: Reader) -> Iterator[Any]:
    """Read all that a store holds, by every way there is."""
    yield reader.head()
    yield from reader.scan()
    yield from reader.entries()
    yield from reader.leaves()
    yield from reader.log(Filter(since=at(0), drill=False), newest_first=True)
    yield from reader.documents()
    yield from reader.all_in_force()
    yield from reader.checkpoints()
    yield from reader.due("9")
    yield from reader.outbox()
    yield reader.last_number("INC-2026-")
    for row in reader.incidents(IncidentFilter()):
        yield row
        yield reader.case_head(row.id)
        yield from reader.case_records(row.id)
        yield from reader.deadlines(row.id)
        yield reader.disclosures([f"digest-{row.id[-4:].lstrip('0')}"], row.id)
        yield reader.evidence(f"evidence-{row.id[-4:].lstrip('0')}")


def step(writer: Writer, number: int) -> None:
    """What a step does: two records, and everything that goes with them."""
    row = incident(number % 7)
    cseq = writer.case_head(row.id).cseq
    writer.append(entry(row.id, cseq, data=f"{row.id} {cseq} {number}".encode()))
    writer.put_incident(row._replace(version=cseq + 2, outcome=str(number)))
    writer.put_deadlines(row.id, [deadline(row.id, "contact", at(cseq))])
    writer.put_disclosures({f"digest-{number}": "x" * 300}, row.id)
    writer.append(entry(row.id, cseq + 1, data=f"{row.id} {cseq + 1} {number}".encode()))


def steps_in(reader: Reader) -> list[int]:
    """Return the numbers of the steps in the log, having seen that each is there whole."""
    found = []
    for seq, each in enumerate(reader.scan()):
        assert each.seq == seq
        case, cseq, number = each.data.decode().split()
        assert (case, int(cseq), leaf_hash(each.data)) == (each.case, each.cseq, each.leaf)
        found.append(int(number))
    assert found[::2] == found[1::2]
    for remainder in range(7):
        digests = [f"digest-{number}" for number in found[::2] if number % 7 == remainder]
        assert list(reader.disclosures(digests, incident(remainder).id)) == digests
    assert reader.head() == (len(found), root_of(reader.leaves()))
    last = {incident(number % 7).id: number for number in found}
    for row in reader.incidents(IncidentFilter()):
        assert row.version == reader.case_head(row.id).cseq
        assert [due.due for due in reader.deadlines(row.id)] == [at(row.version - 2)]
        assert row.outcome == str(last.pop(row.id))
    assert not last
    return found[::2]
