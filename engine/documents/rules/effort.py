"""Effort: a protocol that has a budget keeps to it on the shortest way to each outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.documents.finding import Severity, msg
from handrail.engine.documents.rules.subject import LARGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.authoring.shortest import Way
    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Subject
    from handrail.engine.machine.site import Site

__all__ = ["BUDGET", "rules"]

BUDGET: Final = 8_000  # acts that are tried; about a second

_OVER_WORDS = {
    "questions": "the shortest way to “{outcome}” asks {count} questions; the budget allows {most}",
    "tasks": "the shortest way to “{outcome}” has {count} tasks; the budget allows {most}",
    "steps": "the shortest way to “{outcome}” takes {count} steps; the budget allows {most}",
}


def rules(subject: Subject) -> Iterator[Finding]:
    """HR360, and HR312 where the way is not found."""
    budget: dict[str, int] | None = subject.data.get("budget")
    if not budget:
        return
    from handrail.engine.documents.authoring.cast import CannotBeginError  # noqa: PLC0415 - few
    from handrail.engine.documents.authoring.shortest import shortest  # noqa: PLC0415 - have one
    from handrail.engine.documents.authoring.way import over  # noqa: PLC0415 - the same

    try:
        site = subject.site or _nowhere()
        found = shortest(subject.definition, site, subject.others, most=BUDGET)
    except CannotBeginError:
        return  # HR232 says why
    for way in found.ways.values():
        for part in over(way.effort, budget):
            yield _over(subject, part, way, budget[part])
    if found.missing and not found.exact:
        message = msg(
            "too many ways to look at all of them: what “{outcome}” costs is not known",
            outcome=", ".join(found.missing),
        )
        yield subject.found_key("HR312", ("budget",), message, severity=Severity.NOTE, mend=LARGE)


def _over(subject: Subject, part: str, way: Way, most: int) -> Finding:
    count = getattr(way.effort, part)
    template = _OVER_WORDS[part]
    message = msg(template, outcome=way.outcome, count=count, most=most)
    mend = msg("handrail protocol effort shows the way: ask for less, or allow more")
    return subject.found("HR360", ("budget", part), message, mend=mend)


def _nowhere() -> Site:
    """A site of which nothing is known."""
    from handrail.engine.machine.site import build_site  # noqa: PLC0415 - only here

    nothing: dict[str, Any] = {"id": "nowhere", "title": "Nowhere"}
    return build_site(nothing)
