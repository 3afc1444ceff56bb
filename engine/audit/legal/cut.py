"""A record's bytes, cut where records that are alike differ: to know them without parsing.

In the bytes that the engine writes stand, each behind its name: its case and its place
there, when it happened, the hash before it (or that there is none), when it was recorded,
when a deadline was due, and digests. What is cut out is the case, a whole number, ``null``,
or text in which nothing can end a JSON string: a time, or letters and digits, ``-`` and
``_``. So all bytes that leave the same *rest* are parsed alike, whatever is in the holes;
and what they are is learnt by trying two sets of values in them (``Teller``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from orjson import dumps

if TYPE_CHECKING:
    from collections.abc import Sequence

    # The rest; occurred, recorded; digests, in their order; when a deadline was due.
    Cut = tuple[bytes, str, str, Sequence[str], str | None]

__all__ = ["Values", "cut", "filled", "mark_of", "trials"]

_HASH, _SEAL, _TIME = 64, 43, 27  # characters
_PLACE, _OCCURRED = b'"cseq":', b',"occurred":"'
_PREV, _NONE, _RECORDED = b'"prev":', b"null", b'"recorded":"'
_DUE_IS: Final = b'"due":"'
_DUE: Final = (b'"drill":false,' + _DUE_IS, b'"drill":true,' + _DUE_IS)
_SEALED: Final = b'{"sd":"'
_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_SHAPE: Final = b"0000-00-00T00:00:00.000000Z"
_NUMBERS: Final = frozenset(b"%d" % number for number in range(1_000))
_DIGITS: Final = 15  # of a number, at most
# No JSON has them: so the rest of a record that can be parsed has five holes, and one more
# where a deadline was due; and another record with the same rest has them at the same places.
_HOLE, _LATE = b"\0", b"\1"


def mark_of(case: str) -> bytes:
    """What each of a case's records says of its case."""
    return b'"case":' + dumps(case) + b","


def cut(mark: bytes, data: bytes) -> Cut | None:
    """Cut a record's bytes; None: they are not as the engine writes them.

    This is on every record's path; hence its form, and that there is the same compiled
    (``ledger.many``). Where a name is not found, what stands behind it is empty.
    """
    head, _, tail = data.partition(mark)
    between, _, tail = tail.partition(_PLACE)
    number, _, tail = tail.partition(b",")
    before, _, tail = tail.partition(_OCCURRED)
    happened, _, tail = tail.partition(_PREV)
    hashed, _, last = tail.partition(_RECORDED)
    occurred, recorded, due = happened[:_TIME], last[:_TIME], None
    follows = _without_hash(hashed)
    if (
        follows is None
        or occurred.translate(_ZEROS) != _SHAPE
        or not (recorded == occurred or recorded.translate(_ZEROS) == _SHAPE)
        or not (number in _NUMBERS or _is_number(number))
    ):
        return None
    if before.startswith(_DUE):
        start = before.index(_DUE_IS) + len(_DUE_IS)
        due = before[start : start + _TIME]
        if due.translate(_ZEROS) != _SHAPE:
            return None
        before = before[:start] + _LATE + before[start + _TIME :]
    times = occurred.decode(), recorded.decode()
    late = None if due is None else due.decode()
    rest = _HOLE.join((head, between, before, happened[_TIME:], follows, last[_TIME:]))
    parts = rest.split(_SEALED)
    if len(parts) == 1:
        return rest, *times, (), late
    seals = [part[:_SEAL] for part in parts[1:]]
    if not b"".join(seals).translate(None, b"-_").isalnum():
        return None
    rest = _SEALED.join([parts[0], *[part[_SEAL:] for part in parts[1:]]])
    return rest, *times, [seal.decode() for seal in seals], late


def _without_hash(text: bytes) -> bytes | None:
    """What follows a hash, or that there is none; each begins as only that can go on."""
    end = 1 + _HASH
    if text[:1] == b'"' and text[1:end].isalnum() and text[end : end + 1] == b'"':
        return text[end:]
    end = len(_NONE)
    return text[end:] if text.startswith(_NONE + b",") else None


def _is_number(text: bytes) -> bool:
    """Whether it is a whole number as JSON has it, of which a parser makes no other."""
    return text.isdigit() and len(text) <= _DIGITS and (text[:1] != b"0" or text == b"0")


class Values(NamedTuple):
    """What may stand in the holes of a record."""

    case: str
    number: bytes
    occurred: bytes
    prev: bytes
    recorded: bytes
    due: bytes
    seals: Sequence[bytes]


def trials(seals: int) -> tuple[Values, Values]:
    """Two sets of values, with so many digests; each value is another than all the others."""
    first, second = (
        Values(
            case=f"trial-{one}",
            number=b"%d" % one,
            occurred=b"0000-00-00T00:00:00.00001%dZ" % one,
            prev=b"%064d" % one,
            recorded=b"0000-00-00T00:00:00.00002%dZ" % one,
            due=b"0000-00-00T00:00:00.00003%dZ" % one,
            seals=[b"%042d%d" % (index, one) for index in range(seals)],
        )
        for one in (1, 2)
    )
    return first, second


def filled(rest: bytes, values: Values) -> bytes:
    """The bytes that leave this rest, with these values in the holes."""
    first, *sealed = rest.split(_SEALED)
    whole = first + b"".join(
        _SEALED + seal + one for seal, one in zip(values.seals, sealed, strict=True)
    )
    parts = whole.replace(_LATE, values.due).split(_HOLE)
    hashed = parts[4].startswith(b'"')
    holes = [
        *(mark_of(values.case), _PLACE + values.number + b",", _OCCURRED + values.occurred),
        *(_PREV + (b'"' + values.prev if hashed else _NONE), _RECORDED + values.recorded),
        b"",
    ]
    return b"".join([part + hole for part, hole in zip(parts, holes, strict=True)])
