"""The form of a record and of a run: all of it but when, and what is sealed.

No decision looks into a time or into a digest: it puts them where they belong, and
compares times with deadlines, nothing more. So these are taken out as *atoms*, and what
is left is the *form*. Two runs of one form differ in their atoms alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from orjson import JSONEncodeError, dumps

from handrail.engine.machine.commands import ENGINE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.audit.legal.around import Around
    from handrail.engine.machine.state import Case, Pending, Run

    Record = dict[str, Any]

__all__ = ["Atom", "Told", "Who", "filled", "form_of", "sealed", "told"]

Atom = str | frozenset[str]  # a time, a digest, or the deadlines that passed in a run

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")

_ACTOR: Final = 4  # members: id, roles, how, host
_PERSONAL: Final = ("name", "note", "text", "title", "why")  # members that are sealed


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


class Told(NamedTuple):
    """What a record tells."""

    form: bytes
    occurred: str
    recorded: str
    host: str  # where it was done
    who: Who | None  # that did it; None: that is in the form
    seals: Sequence[str]  # digests of sealed values, in the order of the form


def told(record: Record, case: str) -> Told | None:
    """Take a record apart, which leaves it of no use; None: it has members of other kinds.

    Beside the atoms go the members that no decision knows of: where a record stands in
    the log and its case, the signature under it, and which bytes evidence has.

    :param case: whose it is.
    """
    take = record.pop
    occurred, recorded = take("occurred", None), take("recorded", None)
    if take("case", None) != case or type(occurred) is not str or type(recorded) is not str:
        return None
    take("cseq", None)
    take("prev", None)
    take("signature", None)
    try:
        host, who = _actor(record)
        form = dumps(record)
    except (JSONEncodeError, LookupError, TypeError, ValueError):
        return None
    if _TIME.fullmatch(occurred) is None:
        return None
    if b'"sd":' not in form:
        return Told(form, occurred, recorded, host, who, ())
    seals, places = _unseal(record)
    form = b"%b %b" % (dumps(record), dumps(places))
    return Told(form, occurred, recorded, host, who, seals)


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
    """Take out the digests; what was where."""
    seals, places = [], []
    facts = record.get("facts")
    inner = [("facts ", facts, name) for name in facts] if type(facts) is dict else []
    for prefix, part, name in [*(("", record, name) for name in _PERSONAL), *inner]:
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


# -- runs --------------------------------------------------------------------------


def form_of(case: Case, run: Run, others: Around) -> tuple[bytes, tuple[Atom, ...]] | None:
    """The form of a run in a case, and its atoms, each once.

    :param others: what may be known of the other runs.
    :returns: None: it holds what no run should.
    """
    atoms: dict[Atom, int] = {}

    def number(atom: Atom) -> int:
        if type(atom) is not str:
            raise TypeError(atom)
        return atoms.setdefault(atom, len(atoms))

    def facts(known: Mapping[str, Any]) -> list[object]:
        seals = [[name, number(one["sd"])] for name, one in sorted(known.items()) if sealed(one)]
        return [{name: one for name, one in sorted(known.items()) if not sealed(one)}, seals]

    def pending(one: Pending) -> list[object]:
        who = [one.actor, list(one.confirmed.items())]  # in the order in which they said so
        return [one.step, one.states, facts(one.facts), who, number(one.occurred)]

    try:
        whole = [
            *(case.drill, number(case.opened), run.id == case.lifecycle),
            *(run.id, run.protocol, run.revision, run.sha256, run.parent, sorted(run.attached)),
            atoms.setdefault(run.passed, len(atoms)) if run.passed else None,
            *(_ordered(run.active), _ordered(run.left), _ordered(run.tasks)),
            *(_ordered(run.settings), _ordered(run.children)),
            facts(run.facts),
            [[name, number(at)] for name, at in sorted(run.entered.items())],
            [[name, pending(run.pending[name])] for name in sorted(run.pending)],
            [*others[:-1], facts(others.incident)],
        ]
        return dumps(whole), tuple(atoms)
    except (TypeError, AttributeError, JSONEncodeError):
        return None


def _ordered(part: Mapping[str, Any]) -> dict[str, object]:
    return dict(sorted(part.items()))


def filled(run: Run, atoms: Mapping[Atom, Atom]) -> Run:
    """The run of the same form with other atoms: for each of its own, another."""
    new: Any = atoms

    def facts(known: Mapping[str, Any]) -> dict[str, object]:
        return {k: {"sd": new[one["sd"]]} if sealed(one) else one for k, one in known.items()}

    def pending(one: Pending) -> Pending:
        return one._replace(facts=facts(one.facts), occurred=new[one.occurred])

    return run._replace(
        facts=facts(run.facts),
        entered={name: new[at] for name, at in run.entered.items()},
        pending={name: pending(each) for name, each in run.pending.items()},
        passed=new[run.passed] if run.passed else run.passed,
    )
