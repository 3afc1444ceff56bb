"""``handrail agreement start``."""

from __future__ import annotations

import typer

from handrail.cli.params import DocumentId
from handrail.cli.present import told
from handrail.cli.session import Session


def command(ctx: typer.Context, document: DocumentId) -> None:
    """Submit a registered document: those whose work it touches are heard first."""
    session = Session.of(ctx)
    with session.engine() as engine:
        page = engine.charter.start(document)
    told(session, page, session.say("{document}: submitted", document=document))
