"""The edge: every fault becomes one line, an exit code, and at most a crash file."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import typer

from handrail.cli import out
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handrail.cli.session import Session
    from handrail.engine.documents.finding import Finding

__all__ = ["settle", "words"]

INTERRUPTED = 130
READER_GONE = 141  # as a shell reports a program that SIGPIPE ended
REFUSALS = frozenset({4, 5, 11})  # printed as {"refused": …} with --json


def settle(fault: BaseException, session: Session, arguments: Sequence[str]) -> int:
    """Tell the user what happened, and return the exit code."""
    try:
        return _settle(fault, session, arguments)
    except (out.ReaderGoneError, BrokenPipeError):
        return _reader_gone()


def _settle(fault: BaseException, session: Session, arguments: Sequence[str]) -> int:
    code = _ended(fault)
    if code is not None:
        return code
    match fault:
        case HandrailError():
            return _known(fault, session)
        case typer.TyperException():
            return _usage(fault, session)
        case typer.Abort():
            return _tell(session, "input", session.say("no answer came: the input ended"), 1)
        case OSError():
            return _tell(session, "system", _system(fault, session), 1)
    return _crash(fault, session, arguments)


def _ended(fault: BaseException) -> int | None:
    """Return the exit code where there is nothing to tell."""
    match fault:
        case out.ReaderGoneError() | BrokenPipeError():
            return _reader_gone()
        case KeyboardInterrupt():
            return INTERRUPTED
        case typer.Exit():
            return fault.exit_code
        case SystemExit():
            return fault.code if isinstance(fault.code, int) else 1
    return None


def words(fault: HandrailError, session: Session) -> str:
    """Return the message of an error in the session's language."""
    return fault.words(session.lang)


def _known(fault: HandrailError, session: Session) -> int:
    text = words(fault, session)
    hint = getattr(fault, "hint", None)  # the next sensible command, as words to type
    if session.json and fault.exit_code in REFUSALS:
        needs = [str(need) for need in getattr(fault, "needs", ())]
        out.emit({"refused": {"code": fault.code, "text": text, "needs": needs}})
        return fault.exit_code
    findings = getattr(fault, "findings", None)  # of a document that does not check
    if findings:
        return _found(findings, text, fault, session)
    code = _tell(session, fault.code, text, fault.exit_code, near=getattr(fault, "near", None))
    if hint and not session.json:
        out.message("  " + session.say("try: {command}", command=session.line(*hint)), "dim")
    return code


def _found(findings: Sequence[Finding], text: str, fault: HandrailError, session: Session) -> int:
    """Show the findings of a document as ``protocol check`` does."""
    from handrail.engine.documents.render import as_json, full  # noqa: PLC0415 - only here

    if session.json:
        rows = as_json(findings, session.lang)
        out.emit({"error": {"code": fault.code, "text": text, "findings": rows}})
    else:
        out.block(full(findings, session.lang), stream=sys.stderr)
        out.message(f"handrail: {text}", "alarm")
    return fault.exit_code


def _tell(
    session: Session, code: str, text: str, exit_code: int, near: Sequence[str] | None = None
) -> int:
    if session.json:
        extra = {"near": list(near)} if near else {}
        out.emit({"error": {"code": code, "text": text, **extra}})
    else:
        out.message(f"handrail: {text}", "alarm")
    return exit_code


def _usage(fault: typer.TyperException, session: Session) -> int:
    if type(fault).__name__ == "NoArgsIsHelpError":
        out.block(fault.format_message(), stream=sys.stderr)
        return fault.exit_code
    from handrail.cli.usage import usage_words  # noqa: PLC0415 - only a mistake pays for it

    code = _tell(session, "usage", usage_words(fault, session), fault.exit_code)
    context = getattr(fault, "ctx", None)
    if context is not None and not session.json:
        command = f"{context.command_path} --help"
        out.message("  " + session.say("try: {command}", command=command), "dim")
    return code


def _system(fault: OSError, session: Session) -> str:
    reason = fault.strerror or str(fault)
    if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
        reason = session.say("the disk is full: make room, then try again")
    return f"{fault.filename}: {reason}" if fault.filename else reason


def _reader_gone() -> int:
    """Keep the interpreter from flushing into the closed pipe once more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_GONE


def _crash(fault: BaseException, session: Session, arguments: Sequence[str]) -> int:
    from handrail.cli.crash import record  # noqa: PLC0415 - hardly ever

    place = record(fault, arguments)
    text = session.say(
        "a fault of the program itself ({fault}); nothing half-done was kept; details: {place}",
        fault=type(fault).__name__,
        place=place,
    )
    return _tell(session, "crash", text, 1)
