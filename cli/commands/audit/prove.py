"""``handrail audit prove``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.cli import out
from handrail.cli.params import full_id
from handrail.cli.session import Session
from handrail.engine.errors import UsageError

if TYPE_CHECKING:
    from handrail.engine.audit.proof import Data
    from handrail.engine.engine import Engine


def command(
    ctx: typer.Context,
    incident: Annotated[
        str | None,
        typer.Argument(metavar="INCIDENT", help="An incident, or DOC-ID for a document."),
    ] = None,
    *,
    record: Annotated[
        int | None,
        typer.Option(metavar="N", help="One record, by its number in the log."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write it there, a new file; else on stdout."),
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Under this checkpoint; else the head is signed now."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Prove that the log goes on from this checkpoint."),
    ] = None,
    disclose: Annotated[
        bool, typer.Option("--disclose", help="With personal values in clear, as they are now.")
    ] = False,
) -> None:
    """Prove an incident or a record, as one file that audit verify-proof checks without the store.

    The file holds the records' bytes, their place in the signed log, and nothing else.
    """
    session = Session.of(ctx)
    if sum(one is not None for one in (incident, record, since)) != 1:
        raise UsageError("name an incident, or --record, or an earlier checkpoint with --since")
    which = str(record) if incident is None else full_id(incident)
    with session.engine() as engine:
        data = _data(engine, session, which, checkpoint, since, disclose=disclose)
    text = json.dumps(data, ensure_ascii=False, indent=1)
    if output is None:
        out.data(f"{text}\n")
        return
    with out.new_file(output) as file:
        file.write(f"{text}\n")
    out.message(session.say("proof: {file}", file=output))


def _data(
    engine: Engine,
    session: Session,
    which: str,
    checkpoint: str | None,
    since: str | None,
    *,
    disclose: bool,
) -> Data:
    from handrail.engine.audit.proof import prove, prove_growth  # noqa: PLC0415 - help needs none
    from handrail.engine.custody.logkey import read_verifier  # noqa: PLC0415 - the same
    from handrail.engine.sign import sign_head  # noqa: PLC0415 - the same

    note = _note(checkpoint) if checkpoint is not None else sign_head(engine).note
    key = read_verifier(session.open_workspace().verifier, engine.store.origin)
    with engine.reading() as reader:
        if since is not None:
            return prove_growth(reader, _note(since), note, key)
        return prove(reader, note, key, which, disclose=disclose)


def _note(file: str) -> str:
    from handrail.engine.anchors.notes import notes_in  # noqa: PLC0415 - help needs none

    text = Path(file).read_text("utf-8", errors="replace")
    return ([*notes_in(text)] or [text])[-1]
