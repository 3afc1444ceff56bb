"""Proofs: records of the log in one file that needs neither the store nor our word.

The file holds a signed checkpoint, the records' bytes, and for each its RFC 9162
inclusion proof. Who has the log's verifier key can tell that the records were in
the log, unaltered, at these places, when the checkpoint was signed. A whole case
shows its chain from its first record; that nothing came after the last one no proof
can show. Disclosures go along only when asked for.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.audit.asked import check_names
from handrail.engine.errors import NotFoundError, UsageError
from handrail.engine.ledger.checkpoint import open_checkpoint
from handrail.engine.ledger.disclosure import digest_of, sealed_in
from handrail.engine.ledger.merkle import (
    consistency_proof,
    verify_consistency,
    verify_inclusion,
)
from handrail.engine.ledger.record import leaf_hash, node_hash
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from handrail.engine.ledger.checkpoint import VerifierKey
    from handrail.engine.store.base import Logged, Reader

__all__ = ["PROOF", "Shown", "prove", "prove_growth", "verify_proof", "verify_proofs"]

PROOF: Final = 1  # the form of the file, its member ``handrail-proof``
Data = dict[str, Any]
Shown = dict[str, Any]


class BadProofError(UsageError):
    """The file is no proof, or what it holds does not prove what it says."""

    exit_code = 3
    code = "proof"


def prove(
    reader: Reader, note: str, key: VerifierKey, which: str, *, disclose: bool = False
) -> Data:
    """Prove a case, or one record by its index in the log.

    :param note: a signed checkpoint that covers the records.
    :raises NotFoundError: there is no such case or record in the log at that checkpoint.
    """
    size = open_checkpoint(note, [key]).size
    logged = [each for each in _chosen(reader, which) if each.seq < size]
    if not logged:
        if not which.isdigit():
            check_names(reader, Filter(case=which))
        raise NotFoundError("record or case under this checkpoint", which)
    proofs = inclusion_proofs(reader.leaves(0, size), [each.seq for each in logged], size)
    data: Data = {
        "handrail-proof": PROOF,
        "checkpoint": note,
        "records": [
            {
                "seq": each.seq,
                "record": each.data.decode(),
                "proof": [part.hex() for part in proofs[each.seq]],
            }
            for each in logged
        ],
    }
    if disclose:
        wanted = list(sealed_in([json.loads(each.data) for each in logged]))
        case = json.loads(logged[0].data)["case"]
        data["disclosures"] = sorted(reader.disclosures(wanted, case).values())
    return data


def _chosen(reader: Reader, which: str) -> Iterator[Logged]:
    if not which.isdigit():
        yield from reader.log(Filter(case=which))
        return
    for stored in reader.scan(int(which)):
        yield _as_logged(stored.seq, stored.data)
        return


def _as_logged(seq: int, data: bytes) -> Logged:
    from handrail.engine.store.rows import Logged  # noqa: PLC0415 - a row of one record

    return Logged(seq, data)


def prove_growth(reader: Reader, old: str, new: str, key: VerifierKey) -> Data:
    """Prove that the log of a later checkpoint only added to that of an earlier one."""
    before, after = open_checkpoint(old, [key]), open_checkpoint(new, [key])
    proof = consistency_proof(reader.leaves(0, after.size), before.size, after.size)
    return {
        "handrail-proof": PROOF,
        "checkpoint": new,
        "earlier": old,
        "consistency": [part.hex() for part in proof],
    }


def inclusion_proofs(
    leaves: Iterable[bytes], indices: Sequence[int], size: int
) -> dict[int, list[bytes]]:
    """Prove many leaves in one pass over the tree, in memory for their paths alone.

    RFC 9162 section 2.1.3.1. Each range of a path is a whole subtree, kept when it is
    complete, or ends where the tree ends, and is put together from what is left.
    """
    paths = {index: _path(index, size) for index in indices}
    wanted = {each for path in paths.values() for each in path}
    found: dict[tuple[int, int], bytes] = {}
    stack: list[tuple[int, int, bytes]] = []  # start, stop and root of whole subtrees
    for at, leaf in enumerate(leaves):
        stack.append((at, at + 1, leaf))
        _keep(stack[-1], wanted, found)
        while len(stack) > 1 and _width(stack[-1]) == _width(stack[-2]):
            right, left = stack.pop(), stack.pop()
            stack.append((left[0], right[1], node_hash(left[2], right[2])))
            _keep(stack[-1], wanted, found)
    for start, stop in wanted - found.keys():
        found[start, stop] = _folded([root for at, _, root in stack if at >= start])
    return {index: [found[each] for each in path] for index, path in paths.items()}


def _width(subtree: tuple[int, int, bytes]) -> int:
    return subtree[1] - subtree[0]


def _keep(
    subtree: tuple[int, int, bytes],
    wanted: set[tuple[int, int]],
    found: dict[tuple[int, int], bytes],
) -> None:
    start, stop, root = subtree
    if (start, stop) in wanted:
        found[start, stop] = root


def _folded(roots: list[bytes]) -> bytes:
    root = roots.pop()
    while roots:
        root = node_hash(roots.pop(), root)
    return root


def _path(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose roots make up the audit path, nearest first."""
    start, stop, path = 0, size, []
    while stop - start > 1:
        split = start + (1 << (stop - start - 1).bit_length() - 1)
        if index < split:
            path.append((split, stop))
            stop = split
        else:
            path.append((start, split))
            start = split
    return path[::-1]


# -- for whoever holds the key ------------------------------------------------------


def verify_proof(data: Any, keys: Sequence[VerifierKey]) -> Shown:
    """Verify a proof with verifier keys alone; say what it shows.

    :returns: ``origin``, ``size`` and, by what the file proves, ``records`` (each with
        ``seq`` and the record, personal values in clear where disclosed), ``whole``
        (a case from its first record on) or ``earlier`` (the smaller tree's size).
    :raises BadProofError: it is not a proof, or does not hold.
    :raises NoteError: its checkpoint is not signed by one of the keys.
    """
    if not isinstance(data, dict) or data.get("handrail-proof") != PROOF:
        raise BadProofError("this is not a proof of form {form}", form=PROOF)
    try:
        checkpoint = open_checkpoint(data["checkpoint"], keys)
        shown: Shown = {"origin": checkpoint.origin, "size": checkpoint.size}
        if "earlier" in data:
            return shown | _growth(data, keys, checkpoint.size, checkpoint.root)
        rows = [_row(each, checkpoint.size, checkpoint.root) for each in data["records"]]
        disclosed = _disclosed(data.get("disclosures", ()))
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise BadProofError("the proof is damaged: {fault}", fault=repr(fault)) from None
    return shown | {"whole": _is_whole(rows), "records": [_opened(row, disclosed) for row in rows]}


def verify_proofs(proofs: Sequence[Any], keys: Sequence[VerifierKey]) -> Shown:
    """Verify one proof, or the many of an export; of these, say what they show together.

    :raises BadProofError: one of them does not hold, or there is none.
    """
    shown = [verify_proof(data, keys) for data in proofs]
    if len(shown) == 1:
        return shown[0]
    if not shown or any("earlier" in one for one in shown):
        raise BadProofError("this is not a proof of form {form}", form=PROOF)
    records = [record for one in shown for record in one["records"]]
    return {**shown[-1], "whole": False, "records": records}


def _growth(data: Mapping[str, Any], keys: Sequence[VerifierKey], size: int, root: bytes) -> Shown:
    before = open_checkpoint(data["earlier"], keys)
    proof = [bytes.fromhex(part) for part in data["consistency"]]
    if not verify_consistency(before.size, size, before.root, root, proof):
        raise BadProofError(
            "the log of {size} records does not go on from the one of {old}: "
            "what was before was changed",
            size=size,
            old=before.size,
        )
    return {"earlier": before.size}


def _row(part: Mapping[str, Any], size: int, root: bytes) -> Data:
    raw = part["record"].encode()
    proof = [bytes.fromhex(each) for each in part["proof"]]
    leaf = leaf_hash(raw)
    if not verify_inclusion(leaf, part["seq"], size, proof, root):
        raise BadProofError(
            "record {seq} is not in the log that the checkpoint signed", seq=part["seq"]
        )
    return {"seq": part["seq"], "leaf": leaf.hex(), **json.loads(raw)}


def _is_whole(rows: Sequence[Data]) -> bool:
    """Whether these are a case's records from its first on, each naming the one before."""
    first = rows[0]
    linked = all(
        after["prev"] == before["leaf"]
        and after["cseq"] == before["cseq"] + 1
        and after["case"] == before["case"]
        for before, after in pairwise(rows)
    )
    return linked and first["cseq"] == 0 and first["prev"] is None


def _disclosed(texts: Iterable[str]) -> dict[str, str]:
    return {digest_of(text): text for text in texts}


def _opened(value: Any, disclosed: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_opened(item, disclosed) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"sd"} and value["sd"] in disclosed:
        from handrail.engine.ledger.disclosure import reveal  # noqa: PLC0415 - when disclosed

        return reveal(value["sd"], disclosed[value["sd"]])[1]
    return {name: _opened(item, disclosed) for name, item in value.items()}
