"""``handrail audit show``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from handrail.cli import out
from handrail.cli.params import Incident, full_id
from handrail.cli.session import Session
from handrail.engine.errors import NotFoundError

if TYPE_CHECKING:
    from handrail.engine.sealing import Unsealed


def command(ctx: typer.Context, incident: Incident) -> None:
    """Show one incident as it went: each record with its facts, reasons and refusals."""
    from handrail.engine.sealing import Unsealed  # noqa: PLC0415 - help needs none
    from handrail.engine.store.rows import Filter  # noqa: PLC0415 - the same

    session, case = Session.of(ctx), full_id(incident)
    with session.engine() as engine, engine.reading() as reader:
        rows = [(row.seq, json.loads(row.data)) for row in reader.log(Filter(case=case))]
        if not rows:
            raise NotFoundError("case", case, _known(reader))
        unsealed = Unsealed(reader, {case: [record for _, record in rows]})
    _show(session, rows, unsealed)


def _show(session: Session, rows: Sequence[tuple[int, dict[str, Any]]], unsealed: Unsealed) -> None:
    from handrail.cli.render.record import details, headline, unseal  # noqa: PLC0415 - as above

    for seq, record in rows:
        if session.json:
            shown = unseal(record, unsealed.show)
            out.data(f"{json.dumps({'seq': seq, **shown}, ensure_ascii=False)}\n")
            continue
        out.page([headline(seq, record, session, case=False)])
        out.page(details(record, session, unsealed.show))


def _known(reader: Any) -> list[str]:
    from handrail.engine.store.rows import IncidentFilter  # noqa: PLC0415 - only a mistake

    return [row.id for row in reader.incidents(IncidentFilter(), limit=200)]
