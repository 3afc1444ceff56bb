"""Scenarios played: which went as written, and what of each protocol they visited."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.cli.bench import UnsoundError, site_of
from handrail.cli.desk import Desk
from handrail.engine.documents.check import plain
from handrail.engine.documents.coverage import coverage
from handrail.engine.documents.render import as_json
from handrail.engine.documents.scenario import play
from handrail.engine.documents.source import read_source
from handrail.engine.errors import NotFoundError, UsageError
from handrail.engine.text import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handrail.cli.session import Session
    from handrail.engine.documents.check import Checked
    from handrail.engine.documents.coverage import Part
    from handrail.engine.documents.scenario import Played
    from handrail.engine.documents.source import Source
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site

__all__ = ["rehearse"]


def rehearse(session: Session, asked: Sequence[str], *, update: bool = False) -> dict[str, Any]:
    """Play what was asked for, by default everything.

    :param update: write down in each scenario what happens in it, before it counts.
    :returns: ``scenarios`` (one object each) and ``coverage`` (one object a protocol).
    :raises UnsoundError: a scenario or its protocol has errors.
    :raises NotFoundError: there is nothing to play.
    """
    checked, wanted = Desk(session).around(asked)
    definitions = {one.definition.id: one for one in checked if one.definition}
    chosen = [one for one in checked if _is_wanted(one, wanted)]
    if not chosen:
        raise NotFoundError("scenario", ", ".join(asked) or "-")
    failed = [one for one in chosen if not one.ok or _protocol(one) not in definitions]
    if failed:
        raise UnsoundError(failed)
    site = site_of(checked)
    plays = [_play(one, definitions[_protocol(one)].definition, site, update) for one in chosen]
    return {
        "scenarios": [_row(one, session.lang) for one in plays],
        "coverage": _coverages([one.played for one in plays], definitions, session.lang),
    }


def _is_wanted(one: Checked, wanted: set[str] | None) -> bool:
    if one.data is None or one.data["kind"] != "scenario":
        return False
    return wanted is None or one.name in wanted or _protocol(one) in wanted


def _protocol(one: Checked) -> str:
    return str((one.data or {}).get("protocol"))


class _Rehearsed(NamedTuple):
    """How a scenario went, how long it took, and how its text differs from what it was."""

    played: Played
    seconds: float
    diff: str | None  # unified; empty: it was as it is; None: it was not to be updated


def _play(one: Checked, definition: Definition | None, site: Site, update: bool) -> _Rehearsed:  # noqa: FBT001 - one of two ways
    assert one.source is not None  # noqa: S101 - it checks
    assert one.data is not None  # noqa: S101 - the same
    assert definition is not None  # noqa: S101 - the same
    source, data, diff = one.source, one.data, None
    if update:
        source, diff = _updated(source, data, definition, site)
        data = plain(source.data)
    began = perf_counter()
    played = play(source, data, definition, site)
    return _Rehearsed(played, perf_counter() - began, diff)


def _updated(
    source: Source, data: dict[str, Any], definition: Definition, site: Site
) -> tuple[Source, str]:
    """Record what happens, in the scenario's own file."""
    from difflib import unified_diff  # noqa: PLC0415 - only here

    from handrail.engine.documents.authoring.record import record  # noqa: PLC0415 - the same

    if not Path(source.name).is_file():
        raise UsageError("“{name}” is no file that can be written", name=source.name)
    text = record(source, data, definition, site)
    if text == source.text:
        return source, ""
    Path(source.name).write_bytes(text.encode())
    before, after = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    diff = "".join(unified_diff(before, after, source.name, source.name, n=0))
    return read_source(text.encode(), source.name), diff


def _row(one: _Rehearsed, lang: str) -> dict[str, Any]:
    row = {
        "file": one.played.name,
        "protocol": one.played.protocol,
        "title": pick(one.played.title, lang),
        "ok": one.played.ok,
        "seconds": round(one.seconds, 3),
        "findings": as_json(one.played.findings, lang),
    }
    return row if one.diff is None else {**row, "updated": bool(one.diff), "diff": one.diff}


def _coverages(
    plays: Sequence[Played], definitions: dict[str, Checked], lang: str
) -> list[dict[str, Any]]:
    protocols = dict.fromkeys(one.protocol for one in plays)
    return [_coverage(definitions[name], plays, lang) for name in protocols]


def _coverage(protocol: Checked, plays: Iterable[Played], lang: str) -> dict[str, Any]:
    assert protocol.definition is not None  # noqa: S101 - it checks
    name = protocol.definition.id
    found = coverage(protocol.definition, [one for one in plays if one.protocol == name])
    return {
        "protocol": name,
        "file": protocol.name,
        "counts": {kind: list(pair) for kind, pair in found.counts().items()},
        "missed": [_missed(protocol, part, lang) for part in found.missed()],
    }


def _missed(protocol: Checked, part: Part, lang: str) -> dict[str, Any]:
    assert protocol.source is not None  # noqa: S101 - it checks
    row: dict[str, Any] = {
        "kind": part.kind,
        "name": part.name,
        "line": protocol.source.key(part.path).line,
    }
    if part.target is None:
        return row
    when = part.target.when
    return {**row, "when": say(lang, "otherwise") if when is None else when.words(lang)}
