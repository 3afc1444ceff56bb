"""``handrail audit checkpoint``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handrail.cli import out
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    *,
    output: Annotated[
        str | None,
        typer.Option(
            "--out", metavar="FILE", help="Write it there; best where this computer cannot reach."
        ),
    ] = None,
) -> None:
    """Sign the head of the log. Who holds a checkpoint can prove later what was before it."""
    from handrail.engine.sign import sign_head  # noqa: PLC0415 - help needs none

    session = Session.of(ctx)
    with session.engine() as engine:
        signed = sign_head(engine)
    if output is not None:
        Path(output).write_text(signed.note, encoding="utf-8")
    if session.json:
        root = signed.root.hex()
        out.emit({"size": signed.size, "root": root, "note": signed.note, "anchor": signed.anchor})
        return
    if output is None:
        out.data(signed.note)
    _tell(session, signed.size, [one for one in (output, signed.anchor) if one is not None])


def _tell(session: Session, size: int, places: list[str]) -> None:
    out.message(
        session.say(
            "checkpoint of {size} records: {places}", size=size, places=", ".join(places) or "-"
        )
    )
