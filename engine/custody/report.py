"""``audit report``: an incident leaves the log as a page to hand on; recorded as an export is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.audit.report.build import report
from handrail.engine.custody.export import record_export
from handrail.engine.sign import sign_head
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from handrail.engine.documents.drawing.style import Theme
    from handrail.engine.engine import Engine

__all__ = ["export_report"]


def export_report(
    engine: Engine,
    incident: str,
    *,
    clear: bool = False,
    names: bool = False,
    theme: Theme | None = None,
) -> dict[str, Any]:
    """Record that a report of an incident is made, sign the head, and gather it.

    Pseudonymised like every export, unless asked otherwise: people by number, personal
    values left out.

    :param clear: with the personal values that are still there.
    :param names: with people's names, which are personal too.
    :raises NotFoundError: there is no such incident.
    :raises RefusedError: the person may not export; recorded.
    """
    with engine.reading() as reader:
        engine.casebook.load(reader, incident)
    record_export(engine, "report", Filter(case=incident), clear=clear or names)
    sign_head(engine)
    return report(engine, incident, clear=clear, names=names, theme=theme)
