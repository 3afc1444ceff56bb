"""What ``doctor`` looks at: the program, the workspace, the store, the key, who you are."""

from __future__ import annotations

import sqlite3
import stat
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, NamedTuple

from handrail.cli.edge import words
from handrail.cli.when import clock_words
from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from handrail.cli.session import Session
    from handrail.engine.engine import Engine
    from handrail.engine.workspace import Workspace

__all__ = ["Symptom", "symptoms"]

OLDEST_SQLITE = (3, 37)  # STRICT tables
STALE = timedelta(days=7)  # a checkpoint older than this proves too little
BUILT_WORDS: Final = {
    "used": "audit verify: compiled",
    "refused": "audit verify: in Python, as HANDRAIL_PURE wants it",
    "missing": "audit verify: in Python; the compiled module was not built here",
    "old": "audit verify: in Python; the compiled module is of an older source",
}


class Symptom(NamedTuple):
    """One thing that was looked at."""

    code: str
    status: str  # ok | warning | error
    text: str
    mend: str = ""


def symptoms(session: Session) -> Iterator[Symptom]:
    """Look at one thing after the other; what depends on a broken one is left out."""
    yield _program(session)
    yield _sqlite(session)
    yield _compiled(session)
    try:
        room = session.open_workspace()
    except HandrailError as none:
        yield Symptom("workspace", "error", words(none, session))
        return
    except OSError as error:
        yield _unreadable("workspace", error.filename, error, session)
        return
    yield Symptom("workspace", "ok", session.say("workspace: {folder}", folder=room.root))
    yield from _configuration(room, session)
    yield from _key(room, session)
    yield _verifier(room, session)
    try:
        with session.engine() as engine:
            yield from _store(engine, session)
    except HandrailError as broken:
        yield Symptom("store", "error", words(broken, session))
    except OSError as error:
        yield _unreadable("store", error.filename or room.store, error, session)


def _unreadable(code: str, path: object, error: OSError, session: Session) -> Symptom:
    text = session.say("{file} may not be read: {reason}", file=path, reason=error.strerror or "")
    return Symptom(code, "error", text, session.say("give yourself permission to read it"))


def _program(session: Session) -> Symptom:
    python = ".".join(map(str, sys.version_info[:3]))
    text = session.say(
        "handrail {version}, Python {python}", version=version("handrail"), python=python
    )
    return Symptom("program", "ok", text)


def _sqlite(session: Session) -> Symptom:
    text = f"SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return Symptom("sqlite", "error", text, session.say("use a newer Python"))
    return Symptom("sqlite", "ok", text)


def _compiled(session: Session) -> Symptom:
    """Whether a verification has the compiled functions; it finds the same without."""
    from handrail.engine.ledger.many import BUILT, Built  # noqa: PLC0415 - nothing else needs it

    text = session.say(BUILT_WORDS[BUILT.value])
    if BUILT is Built.OLD:
        return Symptom("compiled", "warning", text, "uv sync --reinstall-package handrail")
    return Symptom("compiled", "ok", text)


def _configuration(room: Workspace, session: Session) -> Iterator[Symptom]:
    from handrail.engine.documents.check import check_bytes  # noqa: PLC0415 - reads YAML

    for path in (room.mark, room.site):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            mend = session.say("put it back from your last copy of the workspace")
            text = session.say("{file} is missing", file=path)
            yield Symptom("file", "warning", text, mend)
            continue
        except OSError as error:
            yield _unreadable("file", path, error, session)
            continue
        for finding in check_bytes(data, str(path)).findings:
            place = f"{finding.file}:{finding.line}:{finding.column}"
            yield Symptom("file", "error", f"{place}: {finding.message.say(session.lang)}")


def _key(room: Workspace, session: Session) -> Iterator[Symptom]:
    from handrail.engine.ledger.checkpoint import LogKey  # noqa: PLC0415 - seldom

    say = session.say
    try:
        is_open = _is_open(room.key)
        LogKey.load(room.key, "doctor")  # under any name: only whether it is one
    except FileNotFoundError:
        text = say("the log key {file} is missing: nothing can be signed", file=room.key)
        rotate = session.line("audit", "rotate-key", "--lost")
        template = (
            "put it back from where you keep its copy; if it is lost for good, type: {command}"
        )
        yield Symptom("log-key", "error", text, say(template, command=rotate))
        return
    except OSError as error:
        yield _unreadable("log-key", room.key, error, session)
        return
    except HandrailError as broken:
        yield Symptom("log-key", "error", words(broken, session))
        return
    if is_open:
        text = say("others can read the log key {file}", file=room.key)
        yield Symptom("log-key", "error", text, f"chmod 600 {room.key}")
    else:
        yield Symptom("log-key", "ok", say("log key: {file}", file=room.key))


def _verifier(room: Workspace, session: Session) -> Symptom:
    """Hold the verifier key against the private one, where that can be read."""
    from handrail.engine.custody.logkey import read_verifier  # noqa: PLC0415 - seldom
    from handrail.engine.ledger.checkpoint import LogKey  # noqa: PLC0415 - the same

    say = session.say
    try:
        held = read_verifier(room.verifier)
    except HandrailError as broken:
        return Symptom("verifier-key", "error", words(broken, session))
    try:
        same = LogKey.load(room.key, held.name).verifier == held
    except HandrailError:
        same = True  # of the private key it is said already
    if not same:
        text = say(
            "{file} is not the verifier key of {key}: one of the two is another log's",
            file=room.verifier,
            key=room.key,
        )
        mend = say(
            "compare with the one that your auditor holds, and put back the copy of the other"
        )
        return Symptom("verifier-key", "error", text, mend)
    return Symptom("verifier-key", "ok", say("verifier key: {file}", file=room.verifier))


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _store(engine: Engine, session: Session) -> Iterator[Symptom]:
    with engine.reading() as reader:
        size, checkpoints = reader.head().size, reader.checkpoints()
        site = engine.shelf.site()
    text = session.say("store: {url}, {size} records", url=engine.store.url, size=size)
    obstacle = engine.store.obstacle
    yield Symptom("store", "ok", text)
    if obstacle is not None:
        yield Symptom("store-writing", "warning", words(obstacle, session))
    yield _you(engine, session)
    yield _in_force(engine, session)
    yield _checkpoint(max((row.recorded for row in checkpoints), default=None), session)
    from handrail.cli.anchoring import anchor_symptoms  # noqa: PLC0415 - it imports from here
    from handrail.cli.keeping import keeping_symptoms  # noqa: PLC0415 - the same
    from handrail.cli.mirrors import mirror_symptoms  # noqa: PLC0415 - the same

    yield from keeping_symptoms(engine, session)
    yield from anchor_symptoms(engine, session)
    yield from mirror_symptoms(engine, session)
    if site.one_person:
        text = session.say("this is a site of one person: what is agreed is self-agreed")
        yield Symptom("one-person", "ok", text)


def _you(engine: Engine, session: Session) -> Symptom:
    try:
        with engine.reading():
            site = engine.shelf.site()
            actor = engine.actor_in(engine.shelf.world(site, drill=False))
    except HandrailError as unknown:
        return Symptom("you", "warning", words(unknown, session))
    roles = ", ".join(actor.roles) or "-"
    text = session.say(
        "you are {person} ({how}): {roles}", person=actor.id, how=actor.how, roles=roles
    )
    return Symptom("you", "ok", text)


def _in_force(engine: Engine, session: Session) -> Symptom:
    waiting = [row["id"] for row in engine.documents() if not row["in_force"]]
    if not waiting:
        return Symptom("in-force", "ok", session.say("every registered document is in force"))
    text = session.say("not in force: {documents}", documents=", ".join(waiting))
    return Symptom("in-force", "warning", text, session.line("agree", "--all"))


def _checkpoint(latest: str | None, session: Session) -> Symptom:
    mend = session.line("audit", "checkpoint", "--out", "FILE")
    if latest is None:
        text = session.say("the log was never signed: nothing proves what it held")
        return Symptom("checkpoint", "warning", text, mend)
    now = datetime.now(UTC)
    text = session.say("last checkpoint: {time}", time=clock_words(latest, now))
    if now - datetime.fromisoformat(latest) > STALE:
        return Symptom("checkpoint", "warning", text, mend)
    return Symptom("checkpoint", "ok", text)
