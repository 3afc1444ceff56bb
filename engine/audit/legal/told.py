"""What a record tells: its form, and apart from it when, and what is sealed.

The *form* of a record is all of it but the times and the digests in it, which are its
*atoms* (see ``form``), and but for what no decision knows of: where it stands in the log
and in its case, and the signature under it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from orjson import JSONEncodeError, dumps

from handrail.engine.audit.chains import decoded
from handrail.engine.audit.legal.cut import cut, filled, mark_of, trials
from handrail.engine.audit.legal.heads import DEADLINE
from handrail.engine.ledger.record import members
from handrail.engine.machine.commands import ENGINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handrail.engine.audit.legal.cut import Cut

    Record = dict[str, Any]

__all__ = ["NOTHING", "NO_ROLES", "Form", "Roles", "Teller", "Told", "Who", "read", "sealed"]

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_MOST: Final = 20_000  # forms that are kept; then all are met anew

EVIDENCE: Final = "evidence-attached"
_ACTOR: Final = 4  # members: id, roles, how, host
_PERSONAL: Final = ("name", "note", "text", "title", "why")  # members that are sealed
_REFUSAL: Final = {True: b"a refusal in a drill", False: b"a refusal"}

# Where it does not matter who of those that may it was (``known``). Where it needs two, it does.
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
Roles = frozenset[str]
Known = tuple["Form | None", "Sequence[int]"]
_UNMET: Final[Known] = (None, ())
_ONCE: Final[Known] = (None, (1,))
_NEVER: Final[Known] = (None, (0,))


NO_ROLES: Final[Roles] = frozenset()


class Form:
    """What records share that differ in nothing but their atoms."""

    __slots__ = ("host", "key", "kind", "met", "roles", "run", "who")

    def __init__(self, key: bytes, record: Record, host: str, who: Who | None) -> None:
        """Take it from one of them; ``key`` is the same for whoever did it."""
        self.key = key
        self.kind = record["type"]
        run = record.get("run")
        self.run = run if type(run) is str else ""
        self.host = host  # where it was done
        self.who = who  # that did it; None: that is in the key
        self.roles: Roles = NO_ROLES if who is None else frozenset(who[2])
        self.met: object = None  # the world in which they were last found to be known


class Told(NamedTuple):
    """What a record tells."""

    seq: int  # its index in the log
    data: bytes
    form: Form  # NOTHING: it has members of other kinds
    occurred: str
    recorded: Any  # as it stands there
    seals: Sequence[str]  # digests of sealed values, in the order of the form
    due: str | None  # when the deadline was due that passed


NOTHING: Final = Form(b"", {"type": ""}, "", None)  # of which nothing is known


def read(data: bytes) -> Record | None:
    """The members of a record's bytes; None of bytes that are none."""
    try:
        return members(data)
    except (TypeError, ValueError):  # a table can hold anything; and ``json`` reads some more
        return decoded(data)


class Teller:
    """Tells what the records of one case after the other tell, and knows their forms again."""

    def __init__(self) -> None:
        self._forms: dict[bytes, Form] = {}  # by all that is in it
        self._keys: dict[bytes, bytes] = {}  # one object of each: that is quicker to find
        # By what is left when bytes are cut: the form, and in which order it has the digests.
        # Without a form: met once (that is no reason to try them), or not to be known so.
        self._cuts: dict[bytes, Known] = {}
        self._case, self._mark = "", b""

    def turn(self, case: str) -> None:
        """Go on with another case."""
        self._case, self._mark = case, mark_of(case)

    def tell(self, seq: int, data: bytes) -> Told | None:
        """What a record tells, if it has no members of other kinds.

        Beside the atoms go the members that no decision knows of, also which bytes evidence has.

        :returns: None: it is no record.
        """
        found = cut(self._mark, data) if type(data) is bytes else None
        if found is None:
            return self._parsed(seq, self._case, data)
        rest, happened, written, digests, late = found
        known = self._cuts.get(rest, _UNMET)
        form, order = known
        if form is None:
            told = self._parsed(seq, self._case, data)
            if told is not None and known is not _NEVER:
                self._learn(rest, told, found)
            return told
        occurred = happened.decode()
        recorded = occurred if written == happened else written.decode()
        seals = [digests[index].decode() for index in order] if order else ()
        due = None if late is None else late.decode()
        return Told(seq, data, form, occurred, recorded, seals, due)

    def _learn(self, rest: bytes, told: Told, cut_out: Cut) -> None:
        """Note that a record left this; the second time, what all tell that do."""
        if told.form is NOTHING or told.form.kind == EVIDENCE:  # its digest is no other's
            return
        if len(self._cuts) >= _MOST:
            self._cuts.clear()
        tried = rest in self._cuts
        self._cuts[rest] = self._tried(told.form, cut_out) if tried else _ONCE

    def _tried(self, form: Form, cut_out: Cut) -> Known:
        """The form, if it is the same whatever is in the holes, and where the digests go."""
        rest, _, _, digests, due = cut_out
        orders = []
        for values in trials(len(digests)):
            told = self._parsed(0, values.case, filled(rest, values))
            late = None if due is None else values.due.decode()
            times = (values.occurred.decode(), values.recorded.decode(), late)
            if told is None or told.form is not form or times != told[3:5] + told[6:]:
                return _NEVER
            places = {seal.decode(): place for place, seal in enumerate(values.seals)}
            orders.append([places.get(seal, -1) for seal in told.seals])
        order = orders[0]
        return _NEVER if -1 in order or order != orders[1] else (form, order)

    def _parsed(self, seq: int, case: str, data: bytes) -> Told | None:
        record = read(data)
        if record is None:
            return None
        take = record.pop
        recorded, due = take("recorded", None), None
        seals: Sequence[str] = ()
        places = b""
        try:
            occurred = take("occurred")
            if take("case") != case or _TIME.fullmatch(occurred) is None:
                return Told(seq, data, NOTHING, "", recorded, (), None)
            take("cseq", None)
            take("prev", None)
            take("signature", None)
            if record["type"] == DEADLINE:
                due = str(take("due"))
            if b'"sd":' in data:
                seals, places = _unseal(record)
                whole = dumps(record) + places
            else:
                whole = dumps(record)
            form = self._forms.get(whole)
            if form is None:
                form = self._forms[whole] = self._form(record, places)
        except (JSONEncodeError, LookupError, TypeError, ValueError, AttributeError):
            form = NOTHING
        if form is NOTHING or type(recorded) is not str:
            return Told(seq, data, NOTHING, "", recorded, (), None)
        return Told(seq, data, form, occurred, recorded, seals, due)

    def _form(self, record: Record, places: bytes) -> Form:
        if len(self._forms) >= _MOST:
            self._forms.clear()
            self._keys.clear()
        host, who = _actor(record)
        refusal = _is_refusal(record, who)
        key = _REFUSAL[record["drill"]] if refusal else dumps(record) + places
        return Form(self._keys.setdefault(key, key), record, host, who)


def _is_refusal(record: Record, who: Who | None) -> bool:
    """Whether it tells that a person was refused: nothing of that is decided again."""
    return who is not None and record["type"].endswith("-refused") and type(record["drill"]) is bool


def _actor(record: Record) -> tuple[str, Who | None]:
    """Take out who did it, where anybody with the roles could have."""
    actor = record["actor"]
    if type(actor) is not dict or type(actor["host"]) is not str:
        raise TypeError(actor)
    kind, how, host = record["type"], actor["how"], actor["host"]
    anybody = kind in _BY_ANYBODY and "confirmed" not in record
    if how == ENGINE or len(actor) != _ACTOR or not (anybody or kind.endswith("-refused")):
        if len(actor) == _ACTOR:
            record["actor"] = {**actor, "host": None}
        return host, None
    roles = actor["roles"]
    if type(roles) is not list or not all(type(role) is str for role in roles):
        raise TypeError(roles)
    record["actor"] = None
    return host, (actor["id"], how, tuple(roles))


def _unseal(record: Record) -> tuple[list[str], bytes]:
    """Take out the digests, in the order of a record's bytes; what was where."""
    seals, places = [], []
    facts = record.get("facts")
    if type(facts) is dict:
        for name, value in facts.items():
            if sealed(value):
                seals.append(value["sd"])
                facts[name] = None
                places.append(f"facts {name}")
    for name in _PERSONAL:
        if name in record and sealed(value := record[name]):
            seals.append(value["sd"])
            record[name] = None
            places.append(name)
    if type(record.get("sha256")) is str and type(record.get("size")) is int:
        del record["sha256"], record["size"]
        places.append("evidence")
    return seals, dumps(places)


def sealed(value: object) -> bool:
    """Whether it is a digest where a personal value would stand."""
    return type(value) is dict and len(value) == 1 and type(value.get("sd")) is str
