"""``handrail audit verify-proof``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session
from handrail.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.cli.page import Line


def command(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The proof; - is the input.")],
    *,
    key: Annotated[
        str, typer.Option(metavar="VKEY", help="The verifier key that you hold, or a file of it.")
    ],
) -> None:
    """Check a proof with the verifier key alone: no store, no workspace, no network."""
    from handrail.engine.audit.proof import verify_proofs  # noqa: PLC0415 - help needs none
    from handrail.engine.ledger.checkpoint import VerifierKey  # noqa: PLC0415 - the same

    session = Session.of(ctx)
    text = Path(key).read_text("utf-8") if Path(key).is_file() else key
    keys = [VerifierKey.parse(each) for each in text.split()]
    shown = verify_proofs(_read(file), keys)
    if session.json:
        out.emit({"verdict": "OK", **shown})
    else:
        out.page(_page(session, shown))


def _read(file: str) -> list[Any]:
    """Return the proofs of a file: one, or one a line as audit export writes them."""
    text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8", errors="replace")
    try:
        return [json.loads(text)]
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in text.splitlines() if line]
    except ValueError:
        raise UsageError("{file} is no JSON, so it is no proof", file=file) from None


def _page(session: Session, shown: dict[str, Any]) -> Iterator[Line]:
    say = session.say
    yield line(
        span("OK", "good"),
        say("  signed by {origin}, at {size} records", origin=shown["origin"], size=shown["size"]),
    )
    if "earlier" in shown:
        yield line(
            say("the log only added to what it was at {size} records", size=shown["earlier"])
        )
        return
    for row in shown["records"]:
        yield line(
            f"{row['seq']:>5}  {row['occurred'][:19]}  {row['case']}  {row['actor']['id']}  "
            f"{row['type']}  {row.get('step', '')}"
        )
    if shown["whole"]:
        yield line(say("the case from its first record to this one, with none left out"))
    else:
        yield line(say("single records: what was between them is not shown"))
