"""Lists of guarded targets: which branches came, went, or hold under another condition."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.documents.authoring.meaning.change import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.documents.authoring.meaning.change import Aspect, Where
    from handrail.engine.documents.authoring.meaning.words import Teller
    from handrail.engine.machine.definition import Target

__all__ = ["branch_changes"]


class _Branch(NamedTuple):
    goal: Aspect
    guard: Aspect

    @property
    def key(self) -> tuple[object, object]:
        return self.goal.key, self.guard.key


def branch_changes(
    where: Where,
    before: Teller,
    after: Teller,
    old: Sequence[Target],
    new: Sequence[Target],
) -> Iterator[Change]:
    """Compare two lists of targets; their order matters, for the first that holds is taken."""
    one = [_Branch(before.goal(target), before.guard(target)) for target in old]
    other = [_Branch(after.goal(target), after.guard(target)) for target in new]
    if [branch.key for branch in one] == [branch.key for branch in other]:
        return
    if sorted(map(repr, (b.key for b in one))) == sorted(map(repr, (b.key for b in other))):
        yield Change("changed", "order", where, _listed(one), _listed(other))
        return
    matcher = SequenceMatcher(None, [b.key for b in one], [b.key for b in other], autojunk=False)
    for how, i, j, k, m in matcher.get_opcodes():
        if how != "equal":
            yield from _replaced(where, list(one[i:j]), list(other[k:m]), len(one) + len(other))


def _replaced(
    where: Where, gone: list[_Branch], come: list[_Branch], both: int
) -> Iterator[Change]:
    """Branches in the place of others: the same goal, or the same condition, is one changed."""
    for new in list(come):
        match = next((old for old in gone if old.goal.key == new.goal.key), None)
        if match is not None:
            gone.remove(match)
            come.remove(new)
            at = (*where, "to", new.goal.words)
            yield Change("changed", "guard", at, match.guard.words, new.guard.words)
    for new in list(come):
        match = next((old for old in gone if old.guard.key == new.guard.key), None)
        if match is not None:
            gone.remove(match)
            come.remove(new)
            at = where if both == len((match, new)) else (*where, "when", new.guard.words)
            yield Change("changed", "target", at, match.goal.words, new.goal.words)
    yield from (Change("removed", "branch", where, _said(old), None) for old in gone)
    yield from (Change("added", "branch", where, None, _said(new)) for new in come)


def _said(branch: _Branch) -> str:
    if branch.guard.key is None:
        return f"→ {branch.goal.words}"
    return f"→ {branch.goal.words} ({branch.guard.words})"


def _listed(branches: Sequence[_Branch]) -> str:
    return ", ".join(_said(branch) for branch in branches)
