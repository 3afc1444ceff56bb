"""Guards: each name means something where it stands, each value can be met."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from handrail.engine.documents.finding import msg, near
from handrail.engine.documents.rules.names import task_ids
from handrail.engine.documents.rules.subject import (
    NO_FACT_WORDS,
    NO_PROTOCOL_WORDS,
    NO_SETTING_WORDS,
    NO_TASK_WORDS,
    Branch,
    Test,
    branches,
    guard_tests,
    read,
)
from handrail.engine.documents.rules.values import ordered, wrong_item, wrong_length
from handrail.engine.machine.build import read_fact
from handrail.engine.machine.definition import Fact, FactType, Kind
from handrail.engine.machine.guards import is_fact

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Definition

__all__ = ["rules"]

_ORDER = frozenset({"at-least", "at-most", "above", "below"})
_LISTED = msg("name the values that are meant: a list stands for any of them")
_TASK = ("done", "open", "skipped")


def rules(subject: Subject) -> Iterator[Finding]:
    """HR240 to HR247."""
    for branch in branches(subject.definition):
        path = (*branch.target.path, "when")
        guard = read(subject.data, path)
        for test in guard_tests(guard, path) if guard else ():
            yield from _test(subject, branch, test)


def _test(subject: Subject, branch: Branch, test: Test) -> Iterator[Finding]:
    if is_fact(test.name):
        yield from _fact(subject, test)
        return
    head, _, rest = test.name.partition(".")
    rule = _SPECIAL.get(head)
    if rule is None:
        message = msg("guards know nothing by the name “{name}”", name=test.name)
        alike, names = near(head, _SPECIAL), list(_SPECIAL)
        mend = msg("begin the name with one of {names}, or name a fact", names=names)
        yield subject.found_key("HR240", test.path, message, near=alike, mend=mend)
        return
    yield from rule(subject, branch, test, rest)


def _fact(subject: Subject, test: Test) -> Iterator[Finding]:
    fact = subject.definition.facts.get(test.name)
    if fact is None:
        known = [*subject.definition.facts, "outcome", "tasks", "runs"]
        yield subject.missing("HR220", test.at, NO_FACT_WORDS, test.name, known, key=True)
    else:
        yield from _compared(subject, test, fact)


def _compared(subject: Subject, test: Test, fact: Fact) -> Iterator[Finding]:
    if test.operator == "known":
        return
    if fact.personal:
        message = msg(
            "“{name}” is personal: a guard may only ask whether it is known", name=fact.id
        )
        mend = msg(
            "write {name}: {{known: true}}, or give the fact “personal: false”", name=fact.id
        )
        yield subject.found_key("HR242", test.at, message, mend=mend)
    elif test.operator in _ORDER and not ordered(fact):
        message = msg(
            "“{operator}” cannot compare {name}, which is of type {type}",
            operator=test.operator,
            name=fact.id,
            type=fact.type.value,
        )
        yield subject.found_key("HR243", test.path, message, mend=_LISTED)
    else:
        yield from _expected(subject, test, fact)


def _expected(subject: Subject, test: Test, fact: Fact) -> Iterator[Finding]:
    if fact.type is FactType.CHOICE and test.operator not in _ORDER:
        yield from _among(subject, test, fact.of)
        return
    counted = fact.many and test.operator in _ORDER
    for item, path in _items(test):
        wrong = wrong_length(item) if counted else wrong_item(fact, item, subject.site)
        if wrong is not None:
            mend = msg("compare with a value that it can have")
            yield subject.found("HR241", path, wrong, mend=mend)


def _items(test: Test) -> Iterator[tuple[Any, Any]]:
    if isinstance(test.expected, list):
        yield from ((item, (*test.path, index)) for index, item in enumerate(test.expected))
    else:
        yield test.expected, test.path


def _among(subject: Subject, test: Test, known: Collection[str] | None) -> Iterator[Finding]:
    """Each expected value is one of ``known``; they are names, which have no order."""
    if test.operator == "known":
        return
    if test.operator in _ORDER:
        message = msg("“{operator}” cannot compare {name}", operator=test.operator, name=test.name)
        yield subject.found_key("HR243", test.path, message, mend=_LISTED)
        return
    for item, path in _items(test):
        if known is not None and item not in known:
            template = "{what} is never “{name}”"
            mend = msg("name one of them")
            yield subject.missing(
                "HR241", path, template, str(item), known, what=test.name, mend=mend
            )


def _outcome(subject: Subject, branch: Branch, test: Test, rest: str) -> Iterator[Finding]:
    if rest or branch.kind != "done":
        message = msg("“outcome” is known only in “done”")
        mend = msg("ask “runs.PROTOCOL” or “tracks.ID” here, or move the guard to “done”")
        yield subject.found_key("HR244", test.path, message, mend=mend)
        return
    state = subject.definition.states[branch.state]
    if state.kind is Kind.RUNNING:
        yield from _among(subject, test, outcomes(subject, state.run or ""))
    elif state.kind is Kind.PARALLEL:
        yield from _among(subject, test, _finals(subject.definition, state.tracks))
    else:
        yield from _among(subject, test, _finals(subject.definition, (state.id,)))


@lru_cache(maxsize=64)
def _finals(definition: Definition, regions: tuple[str, ...]) -> dict[str, None]:
    children = [key for region in regions for key in definition.regions[region].children]
    found = (definition.states[key].outcome for key in children)
    return dict.fromkeys(outcome for outcome in found if outcome is not None)


def outcomes(subject: Subject, protocol: str) -> list[str] | None:
    """The outcomes that a protocol can end with; None where it is not at hand."""
    if protocol == subject.definition.id:
        return list(_finals(subject.definition, ("",)))
    other = (subject.others or {}).get(protocol)
    if other is None or "states" not in other:
        return None
    return [state["final"] for state in other["states"].values() if "final" in state]


def _tasks(subject: Subject, _branch: Branch, test: Test, rest: str) -> Iterator[Finding]:
    known = task_ids(subject.definition)
    if rest and rest not in known:
        yield subject.missing("HR221", test.at, NO_TASK_WORDS, rest, known, key=True)
    yield from _among(subject, test, _TASK if rest else _TASK[:2])


def _tracks(subject: Subject, _branch: Branch, test: Test, rest: str) -> Iterator[Finding]:
    regions = [region for region in subject.definition.regions.values() if region.track is not None]
    same = [region.id for region in regions if region.track == rest]
    if same:
        yield from _among(
            subject, test, ["active", "none", *_finals(subject.definition, tuple(same))]
        )
        return
    template = "there is no track “{name}”"
    known = [region.track or "" for region in regions]
    yield subject.missing("HR245", test.at, template, rest, known, key=True)


def _runs(subject: Subject, _branch: Branch, test: Test, rest: str) -> Iterator[Finding]:
    if not rest:
        yield from _among(subject, test, ["active", "finished"])
        return
    own = subject.definition.id
    known = [] if subject.others is None else list(dict.fromkeys([own, *subject.others]))
    if known and rest not in known:
        yield subject.missing("HR224", test.at, NO_PROTOCOL_WORDS, rest, known, key=True)
        return
    ends = outcomes(subject, rest)
    extra = ["active", "none", "finished", "cancelled"]
    yield from _among(subject, test, None if ends is None else [*extra, *ends])


def _setting(subject: Subject, _branch: Branch, test: Test, rest: str) -> Iterator[Finding]:
    setting = subject.definition.settings.get(rest)
    if setting is not None:
        yield from _compared(subject, test, _public(setting.fact))
        return
    known = subject.definition.settings
    yield subject.missing("HR222", test.at, NO_SETTING_WORDS, rest, known, key=True)


def _public(fact: Fact) -> Fact:
    return fact.but(personal=False)


def _incident(subject: Subject, _branch: Branch, test: Test, rest: str) -> Iterator[Finding]:
    lifecycle = _lifecycle(subject)
    if lifecycle is None:
        return
    facts: Mapping[str, Any] = lifecycle.get("facts", {})
    if rest in facts:
        yield from _compared(subject, test, read_fact(rest, facts[rest], ()))
        return
    template = "the lifecycle has no fact “{name}”"
    yield subject.missing("HR246", test.at, template, rest, facts, key=True)


def _lifecycle(subject: Subject) -> Mapping[str, Any] | None:
    """The lifecycle that incidents follow here, where there is no doubt which."""
    others = (subject.others or {}).values()
    found = [data for data in others if data.get("kind") == "lifecycle"]
    if subject.site is not None and subject.site.lifecycle is not None:
        found = [data for data in found if data.get("id") == subject.site.lifecycle]
    return found[0] if len(found) == 1 else None


def _site(subject: Subject, _branch: Branch, test: Test, rest: str) -> Iterator[Finding]:
    if rest in _YES_OR_NO:
        yield from _compared(subject, test, Fact(id=test.name, type=FactType.YES_NO))
    if subject.site is None or subject.site.special(rest) is not None:
        return
    known = [key for key in subject.site.data if subject.site.special(key) is not None]
    template = "the site plan says nothing about “{name}”"
    if rest in _YES_OR_NO:
        mend = msg("write “{name}: false” in the site plan", name=rest)
        yield subject.found_key("HR247", test.at, msg(template, name=rest), mend=mend)
        return
    yield subject.missing("HR247", test.at, template, rest, [*known, *_YES_OR_NO], key=True)


_YES_OR_NO = ("one-person", "two-person")


_SPECIAL: dict[str, Callable[[Subject, Branch, Test, str], Iterator[Finding]]] = {
    "outcome": _outcome,
    "tasks": _tasks,
    "tracks": _tracks,
    "runs": _runs,
    "setting": _setting,
    "incident": _incident,
    "site": _site,
}
