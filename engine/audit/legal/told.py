"""What a record tells: its form, and apart from it when, and what is sealed.

The *form* of a record is all of it but the times and the digests in it, which are its
*atoms* (see ``form``), and but for what no decision knows of: where it stands in the log
and in its case, and the signature under it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from orjson import JSONEncodeError, dumps

from handrail.engine.audit.chains import decoded
from handrail.engine.audit.legal.apart import apart, is_refusal, unsealed
from handrail.engine.audit.legal.cut import cut, filled, mark_of, trials
from handrail.engine.audit.legal.form import is_time
from handrail.engine.audit.legal.heads import DEADLINE
from handrail.engine.ledger import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handrail.engine.audit.legal.apart import Who
    from handrail.engine.audit.legal.cut import Cut

    Record = dict[str, Any]
    Row = tuple[int, str, bytes]  # index in the log, case, bytes

__all__ = ["NOTHING", "NO_ROLES", "Form", "Roles", "Teller", "Told"]

_MOST: Final = 20_000  # forms that are kept; then all are met anew

EVIDENCE: Final = "evidence-attached"
_REFUSAL: Final = {True: b"a refusal in a drill", False: b"a refusal"}

Roles = frozenset[str]
NO_ROLES: Final[Roles] = frozenset()
Learnt = tuple["Form | None", "Sequence[int]"]  # of a rest; told apart by identity where no form is
_UNMET: Final[Learnt] = (None, ())
_ONCE: Final[Learnt] = (None, (1,))
_NEVER: Final[Learnt] = (None, (0,))


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


_new = tuple.__new__  # as in ``machine.state``
_cut: Final = many.cut or cut  # compiled, where that was built

NOTHING: Final = Form(b"", {"type": ""}, "", None)  # of which nothing is known


class Teller:
    """Tells what the records of one case after the other tell, and knows their forms again."""

    def __init__(self) -> None:
        self._forms: dict[bytes, Form] = {}  # by all that is in it
        self._keys: dict[bytes, bytes] = {}  # one object of each: that is quicker to find
        # By what is left when bytes are cut: the form, and in which order it has the digests.
        # Without a form: met once (that is no reason to try them), or not to be known so.
        self._cuts: dict[bytes, Learnt] = {}

    def told(self, case: str, rows: Iterable[Row]) -> list[Told]:
        """What records of a case tell, but for what is no record, which is told of elsewhere.

        Beside the atoms go the members that no decision knows of, also which bytes evidence has.
        This is on every record's path; hence its form, and that it takes several at once.
        """
        mark, cuts, some = mark_of(case), self._cuts, list[Told]()
        for seq, _, data in rows:
            found = _cut(mark, data) if type(data) is bytes else None
            if found is None:
                one = self._parsed(seq, case, data)
            else:
                rest, occurred, recorded, digests, due = found
                known = form, order = cuts.get(rest, _UNMET)
                if form is not None:
                    seals = [digests[index] for index in order] if order else ()
                    some.append(_new(Told, (seq, data, form, occurred, recorded, seals, due)))
                    continue
                one = self._parsed(seq, case, data)
                if one is not None and known is not _NEVER:
                    self._learn(rest, one, found)
            if one is not None:
                some.append(one)
        return some

    def _learn(self, rest: bytes, told: Told, cut_out: Cut) -> None:
        """Note that a record left this; the second time, what all tell that do."""
        if told.form is NOTHING or told.form.kind == EVIDENCE:  # its digest is no other's
            return
        if len(self._cuts) >= _MOST:
            self._cuts.clear()
        tried = rest in self._cuts
        self._cuts[rest] = self._tried(told.form, cut_out) if tried else _ONCE

    def _tried(self, form: Form, cut_out: Cut) -> Learnt:
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
        record = decoded(data)
        if record is None:
            return None
        take = record.pop
        recorded, due = take("recorded", None), None
        seals: Sequence[str] = ()
        places = b""
        try:
            occurred = take("occurred")
            if take("case") != case or not is_time(occurred):
                return Told(seq, data, NOTHING, "", recorded, (), None)
            take("cseq", None)
            take("prev", None)
            take("signature", None)
            if record["type"] == DEADLINE:
                due = str(take("due"))
            if b'"sd":' in data:
                seals, places = unsealed(record)
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
        host, who = apart(record)
        refusal = is_refusal(record, who)
        key = _REFUSAL[record["drill"]] if refusal else dumps(record) + places
        return Form(self._keys.setdefault(key, key), record, host, who)
