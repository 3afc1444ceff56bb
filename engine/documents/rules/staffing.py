"""People: roles that somebody fills, second persons that exist, two where two are asked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from handrail.engine.documents.finding import Severity, msg
from handrail.engine.documents.rules.reach import reached
from handrail.engine.documents.rules.roles import roles_named
from handrail.engine.machine.build import TOP
from handrail.engine.machine.definition import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.definition import Definition, Second, State, Step
    from handrail.engine.machine.site import Site

__all__ = ["rules", "unconfirmed"]


def rules(subject: Subject) -> Iterator[Finding]:
    """HR340 to HR342; without a site plan there is nothing to hold them against."""
    site = subject.site
    if site is None or not site.people:
        return
    yield from _unfilled(subject, site)
    yield from _no_second(subject, site)
    if site.data.get("two-person"):
        yield from _alone(subject, site)


def _roles_of(site: Site, person: str) -> frozenset[str]:
    """The roles that a person has at any time; whether they hold today is not the document's."""
    return frozenset(tenure.role for tenure in site.people[person].tenures)


def _holders(site: Site, role: str) -> list[str]:
    return [person for person in site.people if role in _roles_of(site, person)]


def _unfilled(subject: Subject, site: Site) -> Iterator[Finding]:
    filled = frozenset[str]().union(*(_roles_of(site, person) for person in site.people))
    for path, role in roles_named(subject):
        if role in site.registers["roles"] and role not in filled:
            message = msg("nobody in the site plan is “{role}”", role=role)
            mend = msg("give the role to somebody, or name another one")
            yield subject.found("HR340", path, message, mend=mend)


def _no_second(subject: Subject, site: Site) -> Iterator[Finding]:
    found = unconfirmed(subject.definition, site)
    if site.one_person and len(found) > 1:
        yield _alone_with(subject, found)
        return
    for step, second in found:
        message = msg(
            "“{step}” needs {count} of {role} beside the one who takes it: there are not that many",
            step=step.id,
            count=second.count,
            role=second.role,
        )
        at, severity = (*step.path, "second"), _weight(site)
        mend = msg("give the role to more people, or name another one")
        yield subject.found_key("HR341", at, message, mend=mend, severity=severity)


def _alone_with(subject: Subject, found: Sequence[tuple[Step, Second]]) -> Finding:
    """One finding for all the steps: one person is what they all lack."""
    message = msg(
        "{count} steps need a second person, and a site of one person has none: {steps}",
        count=len(found),
        steps=", ".join(_counted(Counter(step.id for step, _ in found))),
    )
    at = (*found[0][0].path, "second")
    mend = msg("give the role to more people, or let the protocol be left (deviate) until then")
    return subject.found_key("HR341", at, message, mend=mend, severity=Severity.WARNING)


def _counted(names: Counter[str]) -> Iterator[str]:
    yield from (name if count == 1 else f"{name} ({count})" for name, count in names.items())


def _weight(site: Site) -> Severity:
    """A site of one person is told, and not kept from agreeing what it will grow into."""
    return Severity.WARNING if site.one_person else Severity.ERROR


def unconfirmed(definition: Definition, site: Site) -> list[tuple[Step, Second]]:
    """The steps whose second person the site has not."""
    steps = (step for state in definition.states.values() for step in state.steps.values())
    return [
        (step, step.second)
        for step in steps
        if step.second is not None
        and step.second.role in site.registers["roles"]
        and not _can_be_confirmed(site, step)
    ]


def _can_be_confirmed(site: Site, step: Step) -> bool:
    assert step.second is not None  # noqa: S101 - asked of those only
    seconds = set(_holders(site, step.second.role))
    takers = [person for person in site.people if _may(step.by, _roles_of(site, person))]
    return any(len(seconds - {taker}) >= step.second.count for taker in takers)


def _may(by: Sequence[str], roles: frozenset[str]) -> bool:
    return not by or not roles.isdisjoint(by)


def _alone(subject: Subject, site: Site) -> Iterator[Finding]:
    definition = subject.definition
    entered = reached(definition)
    looked: set[frozenset[str]] = set()
    for person in site.people:
        roles = _roles_of(site, person)
        if roles in looked:
            continue
        looked.add(roles)
        ends = _ends_alone(definition, roles)
        for name in definition.states:
            if name in ends and name in entered:
                message = msg(
                    "one person alone ({person}) can bring a run to “{state}”; "
                    "the site plan asks for two",
                    person=person,
                    state=name,
                )
                mend = msg("let a step on the way need a second person, or another role")
                path = definition.states[name].path
                yield subject.found_key("HR342", path, message, mend=mend, severity=Severity.ERROR)
        if ends:
            return  # one person is enough to show it


def _ends_alone(definition: Definition, roles: frozenset[str]) -> set[str]:
    """The final states at the top that somebody with these roles can reach with nobody else.

    Guards are taken to allow it, deadlines to act; a protocol that is run counts as
    somebody else's work.
    """
    seen: set[str] = set()
    waiting = [definition.regions[TOP].start]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += _ways(definition, definition.states[name], roles)
    return {
        name
        for name in seen
        if definition.states[name].kind is Kind.FINAL and definition.states[name].region == TOP
    }


def _ways(definition: Definition, state: State, roles: frozenset[str]) -> Iterator[str]:
    for step in state.steps.values():
        if step.second is None and _may(step.by, roles):
            yield from (target.state for target in step.to if target.state is not None)
    yield from (target.state for target in state.next if target.state is not None)
    if state.kind is not Kind.RUNNING:
        yield from (target.state for target in state.done if target.state is not None)
    for region in (state.inside,) if state.inside is not None else state.tracks:
        yield definition.regions[region].start
    owner = definition.regions[state.region].owner
    if owner is not None:
        yield owner
