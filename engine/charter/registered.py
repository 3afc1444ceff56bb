"""What the store says of a document under check: its revision, and who is on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handrail.engine.charter.migrate import who_follows
from handrail.engine.charter.stored import registered_as
from handrail.engine.documents.finding import Severity, msg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.check import Checked
    from handrail.engine.documents.finding import Finding
    from handrail.engine.engine import Engine
    from handrail.engine.store.base import Reader

__all__ = ["against_registered"]


def against_registered(engine: Engine, checked: list[Checked]) -> list[Checked]:
    """The same, with what only the registered documents and running incidents tell."""
    with engine.reading() as reader:
        return [_with(one, list(_findings(engine, reader, one))) for one in checked]


def _with(one: Checked, more: list[Finding]) -> Checked:
    if not more:
        return one
    findings = sorted([*one.findings, *more], key=lambda finding: finding.place)
    return replace(one, findings=tuple(findings))


def _findings(engine: Engine, reader: Reader, one: Checked) -> Iterator[Finding]:
    if not one.ok or one.data is None or "id" not in one.data:
        return  # who still mends it has not come to this
    known = reader.documents(one.data["id"])
    if not known or registered_as(reader, one):
        return
    yield from _same_number(one, max(row.revision for row in known))
    yield from _left_behind(engine, reader, one)


def _same_number(one: Checked, highest: int) -> Iterator[Finding]:
    """HR290."""
    assert one.source is not None  # noqa: S101 - it has data
    revision = (one.data or {}).get("revision", 1)
    if revision > highest:
        return
    message = msg("it differs from revision {highest}, which is registered", highest=highest)
    mend = msg("raise “revision:” to {next} or more", next=highest + 1)
    path = ("revision",) if "revision" in (one.data or {}) else ("id",)
    yield one.source.finding("HR290", message, one.source.mark(path), mend=mend)


def _left_behind(engine: Engine, reader: Reader, one: Checked) -> Iterator[Finding]:
    """HR291: each running incident is replayed against it."""
    if one.definition is None or one.source is None:
        return
    for row in who_follows(engine, reader, one.definition):
        if row["why"] is not None:
            message = msg(
                "{incident} could not go on under this revision: {why}",
                incident=row["incident"],
                why=row["why"]["text"],
            )
            mend = msg("let it end under revision {revision}", revision=row["from_revision"])
            mark = one.source.mark(("revision",))
            yield one.source.finding("HR291", message, mark, mend=mend, severity=Severity.WARNING)
