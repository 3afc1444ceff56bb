"""Scenarios played: which went as written, and what of each protocol they visited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.cli.desk import Desk
from handrail.engine.documents.coverage import coverage
from handrail.engine.documents.render import as_json
from handrail.engine.documents.scenario import play
from handrail.engine.errors import CheckFoundError, NotFoundError, UsageError
from handrail.engine.machine.site import build_site
from handrail.engine.text import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handrail.cli.session import Session
    from handrail.engine.documents.check import Checked
    from handrail.engine.documents.scenario import Played
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site

__all__ = ["rehearse"]


class UnsoundError(CheckFoundError):
    """Something that is to be played does not check; ``findings`` say where."""

    def __init__(self, failed: Sequence[Checked]) -> None:
        self.findings = [finding for one in failed for finding in one.findings]
        names = ", ".join(one.name for one in failed)
        super().__init__("these must be mended before they can be played: {names}", names=names)


def rehearse(session: Session, asked: Sequence[str]) -> dict[str, Any]:
    """Play what was asked for, by default everything.

    :returns: ``scenarios`` (one object each) and ``coverage`` (one object a protocol).
    :raises UnsoundError: a scenario or its protocol has errors.
    :raises NotFoundError: there is nothing to play.
    """
    checked, wanted = Desk(session).around(asked)
    definitions = {one.definition.id: one.definition for one in checked if one.definition}
    chosen = [one for one in checked if _is_wanted(one, wanted)]
    if not chosen:
        raise NotFoundError("scenario", ", ".join(asked) or "-")
    failed = [one for one in chosen if not one.ok or _protocol(one) not in definitions]
    if failed:
        raise UnsoundError(failed)
    site = _site(checked)
    plays = [_play(one, definitions[_protocol(one)], site) for one in chosen]
    return {
        "scenarios": [_row(one, session.lang) for one in plays],
        "coverage": _coverages(plays, definitions),
    }


def _is_wanted(one: Checked, wanted: set[str] | None) -> bool:
    if one.data is None or one.data["kind"] != "scenario":
        return False
    return wanted is None or one.name in wanted or _protocol(one) in wanted


def _protocol(one: Checked) -> str:
    return str((one.data or {}).get("protocol"))


def _site(checked: Iterable[Checked]) -> Site:
    for one in checked:
        if one.data is not None and one.data["kind"] == "site":
            return build_site(one.data)
    raise UsageError("scenarios are played with a site plan; there is none here")


def _play(one: Checked, definition: Definition, site: Site) -> Played:
    assert one.source is not None  # noqa: S101 - it checks
    assert one.data is not None  # noqa: S101 - the same
    return play(one.source, one.data, definition, site)


def _row(one: Played, lang: str) -> dict[str, Any]:
    return {
        "file": one.name,
        "protocol": one.protocol,
        "title": pick(one.title, lang),
        "ok": one.ok,
        "findings": as_json(one.findings, lang),
    }


def _coverages(plays: Sequence[Played], definitions: dict[str, Definition]) -> list[dict[str, Any]]:
    protocols = dict.fromkeys(one.protocol for one in plays)
    return [_coverage(definitions[name], plays) for name in protocols]


def _coverage(definition: Definition, plays: Iterable[Played]) -> dict[str, Any]:
    found = coverage(definition, [one for one in plays if one.protocol == definition.id])
    return {
        "protocol": definition.id,
        "counts": {kind: list(pair) for kind, pair in found.counts().items()},
        "missed": [{"kind": part.kind, "name": part.name} for part in found.missed()],
    }
