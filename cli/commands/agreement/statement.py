"""``handrail agreement statement``."""

from __future__ import annotations

import typer

from handrail.cli import out
from handrail.cli.params import DocumentId
from handrail.cli.session import Session


def command(ctx: typer.Context, document: DocumentId) -> None:
    """Write what you would sign to agree, on stdout; it is JSON, and signed byte by byte."""
    session = Session.of(ctx)
    with session.engine() as engine:
        text = engine.charter.statement(document)
        space = engine.charter.namespace()
    out.data(text.decode())
    if not session.quiet:
        sign = f"ssh-keygen -Y sign -f KEY -n {space} FILE"
        out.message(session.say("sign the file: {command}", command=sign))
        agree = session.line("agree", document, "--signed", "FILE")
        out.message(session.say("then: {command}", command=agree))
