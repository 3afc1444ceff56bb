"""The form of a run: all of it but when, and what is sealed.

No decision looks into a time or into a digest: it puts them where they belong, and
compares times with deadlines, nothing more. So these are taken out as *atoms*, of a run
as of a record (``told``), and what is left is the *form*. Two runs of one form differ in
their atoms alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from orjson import OPT_SORT_KEYS, JSONEncodeError, dumps

from handrail.engine.audit.legal.apart import sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.audit.legal.around import Around
    from handrail.engine.machine.state import Case, Pending, Run

__all__ = ["Atom", "filled", "form_of", "is_time"]

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
Atom = str | frozenset[str]  # a time, a digest, or the deadlines that passed in a run


def _time(text: str) -> str:
    if not is_time(text):
        raise TypeError(text)
    return text


def _members(part: Mapping[str, Any]) -> dict[str, Any]:
    if type(part) is not dict:
        raise TypeError(part)
    return part


def is_time(text: str) -> bool:
    """Whether it is written as the engine writes times."""
    return _TIME.fullmatch(text) is not None


def form_of(case: Case, run: Run, others: Around) -> tuple[bytes, tuple[Atom, ...]] | None:
    """The form of a run in a case, and its atoms, each once.

    :param others: what may be known of the other runs.
    :returns: None: it holds what no run should, or times as the engine does not write them.
    """
    atoms: dict[Atom, int] = {}

    def number(atom: Atom) -> int:
        if type(atom) is not str:
            raise TypeError(atom)
        return atoms.setdefault(atom, len(atoms))

    def time(atom: str) -> int:
        return number(_time(atom))

    def facts(known: Mapping[str, Any]) -> list[object]:
        plain, seals = {}, []
        for name, one in sorted(known.items()):
            if sealed(one):
                seals.append([name, number(one["sd"])])
            else:
                plain[name] = one
        return [plain, seals]

    def pending(one: Pending) -> list[object]:
        who = [one.actor, list(one.confirmed.items())]  # in the order in which they said so
        return [one.step, one.states, facts(one.facts), who, time(one.occurred)]

    try:
        whole = [
            *(case.drill, time(case.opened), run.id == case.lifecycle),
            *(run.id, run.protocol, run.revision, run.sha256, run.parent, sorted(run.attached)),
            atoms.setdefault(run.passed, len(atoms)) if run.passed else None,
            *(_members(run.active), _members(run.left), _members(run.tasks)),
            *(_members(run.settings), _members(run.children)),
            facts(run.facts),
            [[name, time(at)] for name, at in sorted(run.entered.items())],
            [[name, pending(run.pending[name])] for name in sorted(run.pending)],
            [*others[:-1], facts(others.incident)],
        ]
        return dumps(whole, option=OPT_SORT_KEYS), tuple(atoms)
    except (TypeError, AttributeError, JSONEncodeError):
        return None


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
