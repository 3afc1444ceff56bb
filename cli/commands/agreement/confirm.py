"""``handrail agreement confirm``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli.params import AgreementStep, DocumentId, Run, Signed, brought
from handrail.cli.present import told
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    document: DocumentId,
    step: AgreementStep,
    *,
    no: Annotated[bool, typer.Option("--no", help="Say no: the step does not happen.")] = False,
    run: Run = None,
    signed: Signed = None,
) -> None:
    """Say yes (or --no) to a step of an agreement as its second person."""
    session = Session.of(ctx)
    with session.engine() as engine:
        page = engine.charter.confirm(
            document, step, yes=not no, run=run, key=session.key_file, signed=brought(signed)
        )
    said = session.say("{step}: no" if no else "{step}: yes", step=step)
    told(session, page, said)
