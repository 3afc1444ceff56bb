"""What a record tells: its form, and apart from it when, and what is sealed.

The *form* of a record is all of it but the times and the digests in it, which are its
*atoms* (see ``form``), and but for what no decision knows of: where it stands in the log
and in its case, and the signature under it.

Nearly all records of a log have been met before but for these. So a record's bytes are
cut where its atoms stand, and what is left, the *rest*, is looked up: the record has the
form of the first that had this rest. It need not be parsed for that. Bytes with the same
rest, and with nothing but letters, digits, and ``-_.:`` where they were cut, are the same
JSON with other atoms; that the atoms stand where ``told`` finds them is tried out when a
rest is first met, with others in their place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from orjson import JSONEncodeError, dumps

from handrail.engine.audit.intact import decoded
from handrail.engine.audit.legal.heads import DEADLINE
from handrail.engine.ledger.record import members
from handrail.engine.machine.commands import ENGINE

if TYPE_CHECKING:
    Record = dict[str, Any]

__all__ = ["Form", "Teller", "Told", "Who", "ahead", "read", "sealed", "told"]

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_TIMES: Final = re.compile(rb"(?:%b)+" % _TIME.pattern.encode())
_PLAIN: Final = re.compile(r"[A-Za-z0-9-]+")
_MOST: Final = 20_000  # rests that are kept; then all are met anew

_ACTOR: Final = 4  # members: id, roles, how, host
_PERSONAL: Final = ("name", "note", "text", "title", "why")  # members that are sealed
_REFUSAL: Final = {True: b"a refusal in a drill", False: b"a refusal"}

# Where it does not matter who of those with the same roles it was. Where it needs two, it does.
_BY_ANYBODY: Final = frozenset(
    {
        "deviated",
        "evidence-attached",
        "fact-set",
        "incident-closed",
        "incident-opened",
        "moved",
        "noted",
        "notified",
        "run-finished",
        "run-started",
        "step-taken",
        "task-done",
        "task-skipped",
    }
)

Who = tuple[str, str, tuple[str, ...]]  # id, how it is known, roles


class Form:
    """What records share that differ in nothing but their atoms."""

    __slots__ = ("host", "key", "kind", "run", "who")

    def __init__(self, key: bytes, record: Record, host: str, who: Who | None) -> None:
        """Take it from one of them; ``key`` is the same for whoever did it."""
        self.key = key
        self.kind = record.get("type")
        self.run = record.get("run")
        self.host = host  # where it was done
        self.who = who  # that did it; None: that is in the key


class Told(NamedTuple):
    """What a record tells."""

    form: Form
    occurred: str
    recorded: str
    seals: Sequence[str]  # digests of sealed values, in the order of the form
    due: str | None = None  # when the deadline was due that passed


def read(data: bytes) -> Record | None:
    """The members of a record's bytes; None of bytes that are none."""
    try:
        return members(data)
    except (TypeError, ValueError):  # a table can hold anything; and ``json`` reads some more
        return decoded(data)


def told(record: Record, case: str) -> Told | None:
    """Take a record apart, which leaves it of no use; None: it has members of other kinds.

    Beside the atoms go the members that no decision knows of, also which bytes evidence has.

    :param case: whose it is.
    """
    take = record.pop
    occurred, recorded = take("occurred", None), take("recorded", None)
    if take("case", None) != case or type(occurred) is not str or type(recorded) is not str:
        return None
    for name in ("cseq", "prev", "signature"):
        take(name, None)
    due = take("due", None) if record.get("type") == DEADLINE else None
    try:
        host, who = _actor(record)
        if _is_refusal(record, who):
            return Told(Form(_REFUSAL[record["drill"]], record, host, who), occurred, recorded, ())
        key = dumps(record)
        if b'"sd":' not in key:
            seals: Sequence[str] = ()
        else:
            seals, places = _unseal(record)
            key = b"%b %b" % (dumps(record), dumps(places))
    except (JSONEncodeError, LookupError, TypeError, ValueError, AttributeError):
        return None
    if _TIME.fullmatch(occurred) is None or (due is None) == (record["type"] == DEADLINE):
        return None
    return Told(Form(key, record, host, who), occurred, recorded, seals, due)


def _is_refusal(record: Record, who: Who | None) -> bool:
    """Whether it tells that a person was refused: nothing of that is decided again."""
    return who is not None and record["type"].endswith("-refused") and type(record["drill"]) is bool


def _actor(record: Record) -> tuple[str, Who | None]:
    """Take out who did it, but for the roles, where anybody with these could have."""
    actor = record["actor"]
    if type(actor) is not dict or type(actor["host"]) is not str:
        raise TypeError(actor)
    kind, how, host = record["type"], actor["how"], actor["host"]
    anybody = kind in _BY_ANYBODY and "confirmed" not in record
    if how == ENGINE or len(actor) != _ACTOR or not (anybody or kind.endswith("-refused")):
        if len(actor) == _ACTOR:
            record["actor"] = {**actor, "host": None}
        return host, None
    record["actor"] = roles = actor["roles"]
    return host, (actor["id"], how, tuple(roles))


def _unseal(record: Record) -> tuple[list[str], list[str]]:
    """Take out the digests, in the order of a record's bytes; what was where."""
    seals, places = [], []
    facts = record.get("facts")
    inner = [("facts ", facts, name) for name in facts] if type(facts) is dict else []
    for prefix, part, name in [*inner, *(("", record, name) for name in _PERSONAL)]:
        if sealed(part.get(name)):
            seals.append(part[name]["sd"])
            part[name] = None
            places.append(prefix + name)
    if type(record.get("sha256")) is str and type(record.get("size")) is int:
        del record["sha256"], record["size"]
        places.append("evidence")
    return seals, places


def sealed(value: object) -> bool:
    """Whether it is a digest where a personal value would stand."""
    return type(value) is dict and len(value) == 1 and type(value.get("sd")) is str


# -- without parsing ---------------------------------------------------------------

# Behind the first and the third stands a time, 27 characters; behind the second a hash, 64.
_OCCURRED: Final = b',"occurred":"'
_PREV: Final = b',"prev":"'
_RECORDED: Final = b',"recorded":"'
_SEAL: Final = b'"sd":"'
_DIGEST: Final = 43  # characters behind that
_DIGITS: Final = 15  # of a number, at most
_ZERO: Final = 48  # begins no number

Rest = tuple[bytes, ...]


# The rest; when it happened and when it was recorded; the digests.
_Cut = tuple[Rest, str, str, Sequence[str]]


class Teller:
    """Tells what the records of incidents tell, and keeps which rest is of which form."""

    def __init__(self) -> None:
        self._forms: dict[Rest, Form] = {}
        self._keys: dict[bytes, bytes] = {}  # one object of each: those are quicker to find

    def tell(self, data: bytes, case: str, before: bytes) -> tuple[object, Told | None] | None:
        """When a record was recorded, and what it tells, if that can be told apart.

        :param before: ``ahead`` of the case.
        :returns: None: it is no record.
        """
        cut = _cut(data, before) if before else None
        if cut is not None:
            rest, occurred, recorded, seals = cut
            form = self._forms.get(rest)
            if form is not None:
                return recorded, Told(form, occurred, recorded, seals)
        record = read(data)
        if record is None:
            return None
        time: object = record.get("recorded")
        found = told(record, case)
        if found is not None:
            found.form.key = self._keys.setdefault(found.form.key, found.form.key)
            if cut is not None and found.due is None and _is_told_so(cut, found):
                self._keep(cut[0], found.form)
        return time, found

    def _keep(self, rest: Rest, form: Form) -> None:
        if len(self._forms) >= _MOST:
            self._forms.clear()
            self._keys.clear()
        self._forms[rest] = form


def ahead(case: str) -> bytes:
    """What comes before a record's place in its case; nothing: it cannot be cut there."""
    return f',"case":"{case}","cseq":'.encode() if _PLAIN.fullmatch(case) else b""


def _cut(data: bytes, before: bytes) -> _Cut | None:
    """Cut a record's bytes as we write them; None: something else stands there."""
    find = data.find
    place = find(before)
    ended = find(b",", place + len(before))
    at = find(_OCCURRED, ended)
    prev = find(_PREV, at)
    again = find(_RECORDED, prev)
    if place < 0 or at < 0 or prev < 0 or again < 0:
        return None
    number = data[place + len(before) : ended]
    occurred, recorded = data[at + 13 : at + 40], data[again + 13 : again + 40]
    times = occurred if occurred == recorded else occurred + recorded
    if (
        not number.isdigit()
        or (number[0] == _ZERO and number != b"0")
        or len(number) > _DIGITS
        or not data[prev + 9 : prev + 73].isalnum()
        or _TIMES.fullmatch(times) is None
    ):
        return None
    rest: Rest = (
        data[:place],
        data[ended:at],
        data[at + 40 : prev],
        data[prev + 73 : again],
        data[again + 40 :],
    )
    if _SEAL not in data:
        return rest, occurred.decode(), recorded.decode(), ()
    rest, seals = _unsealed(rest)
    if not all(len(one) == _DIGEST and one.translate(None, b"-_").isalnum() for one in seals):
        return None
    return rest, occurred.decode(), recorded.decode(), [one.decode() for one in seals]


def _unsealed(parts: Rest) -> tuple[Rest, list[bytes]]:
    """The parts without the digests in them, and these."""
    rest: list[bytes] = []
    digests: list[bytes] = []
    for part in parts:
        first, *others = part.split(_SEAL)
        rest.append(first)
        for other in others:
            digests.append(other[:_DIGEST])
            rest.append(other[_DIGEST:])
        rest.append(b"")  # here the part ends: nothing else of a record is empty
    return tuple(rest), digests


def _is_told_so(cut: _Cut, found: Told) -> bool:
    """Whether a record with this rest, and other atoms, tells the same but for these."""
    rest, occurred, recorded, seals = cut
    time, again = "1999-12-31T23:59:59.000001Z", "2000-01-01T00:00:00.000002Z"
    digests = [f"{number:0{_DIGEST}}" for number in range(len(seals))]
    record = read(_filled(rest, "other", time, again, digests))
    other = None if record is None else told(record, "other")
    if other is None:
        return False
    there, here = other.form, found.form
    return (
        (other.occurred, other.recorded, list(other.seals)) == (time, again, digests)
        and (found.occurred, found.recorded, list(found.seals)) == (occurred, recorded, list(seals))
        and all(getattr(there, name) == getattr(here, name) for name in Form.__slots__)
    )


def _filled(rest: Rest, case: str, occurred: str, recorded: str, seals: Sequence[str]) -> bytes:
    """The bytes of a record with this rest and these atoms."""
    left = iter(seals)
    if seals:
        parts, part = [], b""
        for piece in rest:
            if not piece:
                parts.append(part)
                part = b""
            else:
                part += _SEAL + next(left).encode() + piece if part else piece
    else:
        parts = list(rest)
    head, inner, between, middle, tail = parts
    begun = head + ahead(case) + b"7" + inner + _OCCURRED + occurred.encode() + between
    return begun + _PREV + b"0" * 64 + middle + _RECORDED + recorded.encode() + tail
