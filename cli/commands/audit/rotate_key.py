"""``handrail audit rotate-key``."""

from __future__ import annotations

from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    *,
    lost: Annotated[
        bool,
        typer.Option("--lost", help="The old key is gone, so it cannot sign for the new one."),
    ] = False,
    destroy: Annotated[
        bool, typer.Option("--destroy-old", help="Do not keep the old private key.")
    ] = False,
) -> None:
    """Give the log a new key, by a record that the old one signs. Old checkpoints stay valid."""
    from handrail.cli.sure import sure  # noqa: PLC0415 - help needs none
    from handrail.engine.custody.rotate import rotate_key  # noqa: PLC0415 - the same

    session = Session.of(ctx)
    sure(session, session.say("Give the log a new key?"))
    with session.engine() as engine:
        row = rotate_key(engine, lost=lost, destroy=destroy)
    if session.json:
        out.emit(row)
        return
    text = session.say("verifier key (give it to your auditor): {key}", key=row["new"])
    out.page([line(span(text, "good"))])
    if row["kept"] is not None:
        out.message(session.say("the old key is kept: {file}", file=row["kept"]))
    if not row["signed"]:
        out.message(
            session.say("the old key did not sign: tell your auditor both keys, in person"), "warn"
        )
