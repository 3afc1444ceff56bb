"""What documents that are checked together have in common, said once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from handrail.engine.documents.finding import Severity, msg
from handrail.engine.documents.rules.staffing import unconfirmed

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from handrail.engine.documents.check import Checked
    from handrail.engine.documents.finding import Finding
    from handrail.engine.machine.site import Site

__all__ = ["said_once"]

_CODE: Final = "HR341"


def said_once(
    checked: Sequence[Checked], site: Site | None, only: Container[str] | None
) -> list[Checked]:
    """Say at a site plan of one person what every protocol beside it lacks: another person.

    :param only: the names of those that were held against the rules; ``None``: all.
    """
    due = [one for one in checked if only is None or one.name in only]
    plans = [one for one in due if one.data and one.data["kind"] == "site"]
    lacking = {one.name: _steps(one, site) for one in checked if _warns(one)}
    if site is None or not site.one_person or len(plans) != 1 or len(lacking) <= 1:
        return list(checked)
    (plan,) = plans
    told = replace(plan, findings=(*plan.findings, _finding(plan, lacking)))
    return [told if one is plan else _without(one) for one in checked]


def _warns(one: Checked) -> bool:
    return any(finding.code == _CODE for finding in one.findings)


def _steps(one: Checked, site: Site | None) -> int:
    return 0 if site is None or one.definition is None else len(unconfirmed(one.definition, site))


def _without(one: Checked) -> Checked:
    if not _warns(one):
        return one
    return replace(one, findings=tuple(each for each in one.findings if each.code != _CODE))


def _finding(plan: Checked, lacking: Mapping[str, int]) -> Finding:
    assert plan.source is not None  # noqa: S101 - its data was read from it
    message = msg(
        "{steps} steps of {protocols} protocols need a second person, and a site of one person "
        "has none: they are refused",
        steps=sum(lacking.values()),
        protocols=len(lacking),
    )
    mend = msg("add people who have the role; handrail protocol check PROTOCOL names the steps")
    at = plan.source.key(("one-person",))
    return plan.source.finding(_CODE, message, at, mend=mend, severity=Severity.WARNING)
