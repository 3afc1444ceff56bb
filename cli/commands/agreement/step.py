"""``handrail agreement step``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli.params import AgreementStep, DocumentId, Given, Run, Signed, brought, pairs
from handrail.cli.present import told
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    document: DocumentId,
    step: AgreementStep,
    given: Given = None,
    *,
    note: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A remark, kept with the step.")
    ] = None,
    run: Run = None,
    signed: Signed = None,
) -> None:
    """Take a step of a document's agreement; where one is heard, say yes, or no."""
    session, facts = Session.of(ctx), pairs(given)
    with session.engine() as engine:
        page = engine.charter.step(
            document,
            step,
            facts,
            run=run,
            note=note,
            key=session.key_file,
            signed=brought(signed),
        )
    told(session, page, session.say("{step}: done", step=step))
