"""``handrail audit verify``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.page import line, span
from handrail.cli.session import Session
from handrail.engine.anchors import Evidence, Gathered
from handrail.engine.anchors.notes import LINE, notes_in
from handrail.engine.audit.findings import Depth
from handrail.engine.errors import HandrailError, NotFoundError
from handrail.engine.ledger.checkpoint import VerifierKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.cli.page import Line
    from handrail.engine.audit.findings import Result
    from handrail.engine.audit.verified import Memory
    from handrail.engine.engine import Engine

STYLES = {"OK": "good", "UNANCHORED": "warn", "FAIL": "alarm"}


def command(
    ctx: typer.Context,
    *,
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Checkpoints that you hold, in place of what the anchors hold: a file, the "
            "text itself, or a line of a system log; - is the input.",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="VKEY", help="The verifier key, or a file with it, that you hold."),
    ] = None,
    depth: Annotated[
        Depth,
        typer.Option(
            help="intact: hashes and chain; consistent: the tables too; "
            "legal: each decision taken again."
        ),
    ] = Depth.CONSISTENT,
    incremental: Annotated[
        bool,
        typer.Option(
            "--incremental",
            help="Take up after the last verification on this computer that found nothing: all "
            "records are hashed again, but beyond that only cases read that went on since.",
        ),
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Processes that hash records and take decisions again."
        ),
    ] = 1,
    record: Annotated[
        bool, typer.Option("--record", help="Record in the log that it was verified.")
    ] = False,
) -> None:
    """Prove that the log is whole and unaltered. Without an outside checkpoint it is UNANCHORED.

    It is held against every anchor of handrail.yaml that can be read, and the one on this
    computer; with --against, only against what you hold.
    """
    from handrail.engine.anchoring import gather  # noqa: PLC0415 - help needs none
    from handrail.engine.audit.verified import Memory  # noqa: PLC0415 - the same
    from handrail.engine.audit.verify import verify  # noqa: PLC0415 - the same

    session = Session.of(ctx)
    held = [Evidence(_name(file), tuple(_notes(file))) for file in against or ()]
    with session.engine() as engine:
        own = _keys(key, session, engine)
        anchors = Gathered(0, tuple(held)) if held else gather(engine, own)
        memory = Memory.usual(own[0])
        found = verify(
            engine.store,
            own,
            anchors=anchors,
            last=memory.recall(),
            incremental=incremental,
            depth=Depth(depth),
            jobs=jobs,
        )
        if not found.findings:
            _keep(memory, found, own[0].name, engine)
        row = found.row(session.lang)
        if record:
            from handrail.engine.custody.verified import record_verification  # noqa: PLC0415 - rare

            record_verification(engine, found)
    if session.json:
        out.emit(row)
    else:
        out.page(_page(row, session))
        if not held:
            out.page(_compared(found, session))
    if row["verdict"] != "OK":
        raise typer.Exit(3)


def _keep(memory: Memory, found: Result, origin: str, engine: Engine) -> None:
    """Note it for the next incremental verification, which can do without."""
    try:
        memory.keep(found, origin)
    except HandrailError as fault:
        engine.warnings.append(fault)


def _name(given: str) -> str:
    return "--against" if LINE in given or "\n" in given else given


def _notes(file: str) -> list[str]:
    if _name(file) != file:  # the text itself
        return list(notes_in(file)) or [file]
    if file != "-" and not Path(file).exists():
        raise NotFoundError("file", file)
    text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8", errors="replace")
    return list(notes_in(text)) or [text]  # what is no checkpoint at all is said to be none


def _keys(key: str | None, session: Session, engine: Engine) -> list[VerifierKey]:
    """Return the keys that the auditor holds, else the workspace's own, the newest first."""
    if key is None:
        from handrail.engine.custody.logkey import held_keys  # noqa: PLC0415 - help needs none

        workspace = session.open_workspace()
        try:
            return held_keys(workspace)
        except HandrailError:  # derived then, under the log's name, which only the store holds
            return held_keys(workspace, engine.store.origin)
    if "+" not in key or Path(key).exists():
        if not Path(key).exists():
            raise NotFoundError("file", key)
        key = Path(key).read_text("utf-8").strip()
    return [VerifierKey.parse(each) for each in key.split()]


def _page(row: dict[str, Any], session: Session) -> Iterator[Line]:
    for finding in row["findings"]:
        place = "" if finding["seq"] is None else f"{finding['seq']} "
        case = f"{finding['case']} " if finding["case"] else ""
        yield line(
            span(f"{place}{case}", "strong"), span(f"{finding['code']}: ", "alarm"), finding["text"]
        )
    if row["more"]:
        yield line(session.say("and {count} more", count=row["more"]))
    counted = session.say(
        "{records}, {anchored} of them anchored, depth: {depth}",
        records=session.counted("{count} record", "{count} records", row["records"]),
        anchored=row["anchored"],
        depth=row["depth"],
    )
    if row["from"]:
        taken_up = session.say(
            "taken up at record {since}: of those before, the hashes were read again, "
            "and cases that went on since",
            since=row["from"],
        )
        yield line(span("  "), span(taken_up, "dim"), hang=4)
    if row["redacted"]:
        gone = session.say("{count} gone by a recorded redaction", count=row["redacted"])
        yield line(span("REDACTED", "dim"), span(f"  {gone}"))
    if row["unchecked"]:
        left = session.counted(
            "{count} signature cannot be checked any more: it is gone, or its key",
            "{count} signatures cannot be checked any more: they are gone, or their keys",
            row["unchecked"],
        )
        yield line(span("UNCHECKED", "dim"), span(f"  {left}"))
    yield line(span(row["verdict"], STYLES[row["verdict"]]), span(f"  {counted}"))


def _compared(found: Result, session: Session) -> Iterator[Line]:
    for each in found.anchors:
        if each.problem is None:
            told = session.say(
                "{records} proved by {checkpoints}",
                records=session.counted("{count} record", "{count} records", each.records),
                checkpoints=session.counted(
                    "{count} checkpoint", "{count} checkpoints", each.checkpoints
                ),
            )
            yield line(span("  "), span(each.anchor, "strong"), f"  {told}", hang=4)
        else:
            told = session.say("not compared: {reason}", reason=each.problem.words(session.lang))
            yield line(span("  "), span(each.anchor, "strong"), "  ", span(told, "warn"), hang=4)
