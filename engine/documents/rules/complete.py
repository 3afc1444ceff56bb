"""Completeness: some branch holds for every value the facts can take, and each can be taken.

Decided exactly, over the finite cells of the facts' domains (``cells``). What only
the situation decides (tasks, tracks, other runs, the site, the incident) is no
fact: a list is complete when for every value of its facts there is a situation in
which a branch holds, for the situation can change while the incident waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.engine.documents.finding import Severity, bare, msg
from handrail.engine.documents.rules.budget import Budget, TooManyError
from handrail.engine.documents.rules.cells import CellScope, cells
from handrail.engine.documents.rules.domains import domains_of
from handrail.engine.machine.definition import Kind
from handrail.engine.machine.guards import UNKNOWN, Test, is_fact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.engine.documents.finding import Finding, Message
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Path, State, Target

__all__ = ["BUDGET", "rules"]

BUDGET: Final = 20_000  # cells of one list; about a fifth of a second
_WORK: Final = 200_000  # of all lists together: values and cells tried with each test

Cell = dict[str, object]


class _List(NamedTuple):
    """One list of guarded targets, and whether it may leave a value without a branch."""

    state: State
    targets: tuple[Target, ...]
    path: Path
    must: bool


def rules(subject: Subject) -> Iterator[Finding]:
    """HR310 to HR312."""
    budget = Budget(_WORK)
    for state in subject.definition.states.values():
        for listed in _lists(state):
            if any(target.when is not None for target in listed.targets):
                yield from _check(subject, listed, budget)


def _lists(state: State) -> Iterator[_List]:
    for step in state.steps.values():
        if step.to:
            yield _List(state, step.to, (*step.path, "to"), must=True)
    if state.next:
        yield _List(state, state.next, (*state.path, "next"), must=state.kind is Kind.DECIDING)
    if state.done:
        yield _List(state, state.done, (*state.path, "done"), must=not state.steps)


def _check(subject: Subject, listed: _List, budget: Budget) -> Iterator[Finding]:
    yield from _after_rest(subject, listed)
    try:
        domains = domains_of(subject, listed.state, listed.targets, budget)
        rows = list(_rows(listed.targets, domains, budget))
    except TooManyError:
        message = msg(
            "too many cases to look at all of them: whether a way is missing is not known"
        )
        yield subject.found_key(
            "HR312",
            listed.path,
            message,
            severity=Severity.NOTE,
            mend=msg("ask for fewer facts here"),
        )
        return
    gap = _gap(rows) if listed.must else None
    if gap is not None:
        yield _incomplete(subject, listed, domains, gap)
    yield from _dead(subject, listed, {taken for _, taken in rows})


def _rows(
    targets: Sequence[Target], domains: Mapping[str, Sequence[object]], budget: Budget
) -> Iterator[tuple[Cell, int | None]]:
    """Each cell, with the branch that is taken in it."""
    tests = sum(len(target.when.reads) + 1 for target in targets if target.when is not None)
    for cell in cells(domains, BUDGET):
        budget.spend(tests)
        yield cell, _taken(targets, cell)


def _after_rest(subject: Subject, listed: _List) -> Iterator[Finding]:
    """Branches behind one without a guard: that one takes all."""
    for index, target in enumerate(listed.targets[:-1]):
        if target.when is None:
            for late in listed.targets[index + 1 :]:
                message = msg(
                    "this branch can never be taken: the one before it takes all the rest"
                )
                mend = msg("put the branch without “when” last")
                yield subject.found("HR311", late.path, message, mend=mend)
            return


def _taken(targets: Sequence[Target], cell: Cell) -> int | None:
    """The branch that is taken in a cell; -1: a fact is asked first; ``None``: no way on."""
    scope = CellScope(cell)
    for target in targets:
        value = True if target.when is None else target.when.evaluate(scope)
        if value is True:
            return target.index
        if value is None:
            return -1
    return None


def _gap(rows: Sequence[tuple[Cell, int | None]]) -> Cell | None:
    """Facts for which no situation has a way on."""
    found: dict[tuple[tuple[str, str], ...], tuple[Cell, bool]] = {}
    for cell, taken in rows:
        facts = {name: value for name, value in cell.items() if _is_given(name)}
        key = tuple((name, repr(value)) for name, value in facts.items())
        _, held = found.get(key, (facts, False))
        found[key] = (facts, held or taken is not None)
    return next((facts for facts, held in found.values() if not held), None)


def _is_given(name: str) -> bool:
    """Whether the value is there for good when the list is looked at."""
    return is_fact(name) or name == "outcome"


def _incomplete(
    subject: Subject, listed: _List, domains: Mapping[str, Sequence[object]], gap: Cell
) -> Finding:
    case = _least(listed.targets, domains, gap)
    message = msg("no way on when {case}", case=_said(case)) if case else msg("no way on at all")
    mend = msg("add a branch for it, or a last branch without “when” for the rest")
    return subject.found_key("HR310", listed.path, message, mend=mend)


def _least(targets: Sequence[Target], domains: Mapping[str, Sequence[object]], gap: Cell) -> Cell:
    """The counterexample without the names that do not matter to it."""
    kept = dict(gap)
    for name in gap:
        fixed = {key: [value] for key, value in kept.items() if key != name}
        free = {key: values for key, values in domains.items() if key not in fixed}
        try:
            if all(_taken(targets, cell) is None for cell in cells({**free, **fixed}, BUDGET)):
                del kept[name]
        except TooManyError:
            continue
    return kept


def _said(case: Cell) -> Message:
    words = [_word(name, value) for name, value in case.items()]
    joined = words[0]
    for word in words[1:]:
        joined = msg("{one} and {other}", one=joined, other=word)
    return joined


def _word(name: str, value: object) -> Message:
    if value is UNKNOWN:
        return msg("{name} is not known", name=name)
    if isinstance(value, list):
        return msg("{name} holds {value}", name=name, value=", ".join(map(str, value)) or "-")
    return bare(Test(name, "is", value))


def _dead(subject: Subject, listed: _List, taken: set[int | None]) -> Iterator[Finding]:
    if any(target.when is None for target in listed.targets[:-1]):
        return  # told already
    for target in listed.targets:
        if target.index not in taken:
            message = msg("this branch can never be taken: what comes before it takes every case")
            mend = msg("take it out, or put it further up")
            # A last branch for the rest is a net: that nothing falls into it is no fault.
            severity = Severity.WARNING if target.when is None else Severity.ERROR
            yield subject.found("HR311", target.path, message, mend=mend, severity=severity)
