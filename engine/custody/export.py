"""``audit export``: records leave the log in another form, which is itself recorded.

Pseudonymised, unless asked otherwise: people by their ids, personal values left out.
The head is signed first, so that every line of the JSON Lines can be verified alone.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.audit.asked import check_names
from handrail.engine.audit.formats import BY_CASE, FORMATS, About, pseudonymous, write
from handrail.engine.audit.log import rows as read_rows
from handrail.engine.audit.proof import PROOF, inclusion_proofs
from handrail.engine.custody.desk import LOG, Desk
from handrail.engine.errors import NotFoundError
from handrail.engine.ledger.disclosure import sealed_in
from handrail.engine.ledger.record import leaf_hash
from handrail.engine.refused import RefusedError
from handrail.engine.sign import sign_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handrail.engine.engine import Engine
    from handrail.engine.sign import Signed
    from handrail.engine.store.base import Filter, Logged, Reader

    Row = dict[str, Any]

__all__ = ["export", "record_export"]

_BATCH: Final = 8_192  # records that are proved in one pass over the tree


def export(
    engine: Engine, form: str, which: Filter, put: Callable[[str], object], *, clear: bool = False
) -> Row:
    """Write the records that pass a filter.

    :param form: jsonl, csv, ocsf, ecs or xes.
    :param put: takes the text piece by piece.
    :param clear: with the personal values that are still there.
    :returns: ``format``, ``records``, ``clear``, ``head`` of the checkpoint that was signed.
    :raises NotFoundError: there is no such format, or nothing by a name of the filter.
    :raises RefusedError: the person may not export; recorded.
    """
    if form not in FORMATS:
        raise NotFoundError("format", form, FORMATS)
    with engine.reading() as reader:
        check_names(reader, which)
    record_export(engine, form, which, clear=clear)
    signed = sign_head(engine)
    count = 0

    def counted(rows: Iterator[Row]) -> Iterator[Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    with engine.reading() as reader:
        if form == "jsonl":
            pieces = _lines(counted(_proofs(reader, which, signed, clear=clear)))
        else:
            rows = counted(_rows(reader, which, signed, by_case=form in BY_CASE, clear=clear))
            pieces = write(form, rows, About(engine.store.origin, version("handrail")))
        for piece in pieces:
            put(piece)
    head = {"size": signed.size, "root": signed.root.hex()}
    return {"format": form, "records": count, "clear": clear, "head": head}


def record_export(engine: Engine, form: str, which: Filter, *, clear: bool) -> None:
    """Record who exports what, before any of it is out.

    :raises RefusedError: the person may not export; that is recorded.
    """
    with engine.knowing(LOG), engine.writing() as writer:
        desk = Desk(engine, writer)
        reason = desk.may("export")
        if reason is not None:
            desk.tell(LOG, {"type": "export-refused", "refused": reason.record()})
        else:
            chosen = {name: value for name, value in which._asdict().items() if value is not None}
            draft = {"type": "exported", "format": form, "clear": clear}
            draft |= {"size": writer.head().size} | ({"filter": chosen} if chosen else {})
            desk.tell(LOG, draft)
    if reason is not None:
        raise RefusedError([reason])


def _proofs(reader: Reader, which: Filter, signed: Signed, *, clear: bool) -> Iterator[Row]:
    """Each record as a proof of its own, which ``audit verify-proof`` takes."""
    logged = (row for row in reader.log(which) if row.seq < signed.size)
    while batch := list(islice(logged, _BATCH)):
        leaves = reader.leaves(0, signed.size)
        proofs = inclusion_proofs(leaves, [row.seq for row in batch], signed.size)
        for row in batch:
            part = {
                "seq": row.seq,
                "record": row.data.decode(),
                "proof": [one.hex() for one in proofs[row.seq]],
            }
            proof = {"handrail-proof": PROOF, "checkpoint": signed.note, "records": [part]}
            yield proof | (_disclosed(reader, row) if clear else {})


def _disclosed(reader: Reader, logged: Logged) -> Row:
    record = json.loads(logged.data)
    found = reader.disclosures(list(sealed_in(record)), record["case"])
    return {"disclosures": sorted(found.values())}


def _lines(rows: Iterator[Row]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _rows(
    reader: Reader,
    which: Filter,
    signed: Signed,
    *,
    by_case: bool,
    clear: bool,
) -> Iterator[Row]:
    for part in _parts(reader, which) if by_case else [which]:
        hashes = _leaves(reader, part)
        for row in read_rows(reader, part, clear=clear):
            leaf = next(hashes)
            if row["seq"] < signed.size:
                yield pseudonymous(row) | {"leaf": leaf}


def _leaves(reader: Reader, which: Filter) -> Iterator[str]:
    """The leaf hashes of the same records, in hexadecimal."""
    return (leaf_hash(row.data).hex() for row in reader.log(which))


def _parts(reader: Reader, which: Filter) -> list[Filter]:
    """The same filter, once for each case that has records which pass it."""
    if which.case is not None:
        return [which]
    cases = {json.loads(row.data)["case"] for row in reader.log(which)}
    return [which._replace(case=case) for case in sorted(cases)]
