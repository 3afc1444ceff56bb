"""``init``: a workspace with a site plan, the library to edit, a store and a log key."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.charter.register import NotSoundError, begin_agreement, put, put_site
from handrail.engine.documents.check import Checked, check_all
from handrail.engine.engine import Engine
from handrail.engine.errors import NotFoundError, UsageError
from handrail.engine.ledger.checkpoint import LogKey
from handrail.engine.machine.commands import Actor
from handrail.engine.machine.site import build_site
from handrail.engine.people import account, host, library_actor
from handrail.engine.sign import sign_head
from handrail.engine.store.open import create_store
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from handrail.engine.clock import Clock
    from handrail.engine.machine.site import Person

__all__ = ["found", "packs"]

_MADE: Final = (
    "handrail.yaml",
    "site.yaml",
    "protocols",
    "scenarios",
    "schemas",
    "store.db",
    "keys",
)
_SCHEMA_LINE: Final = re.compile(r"(?m)^# yaml-language-server: \$schema=.*/([a-z.-]+\.json)$")


def packs() -> list[str]:
    """The names of the packs that a workspace can begin with."""
    folder = files("handrail.protocols") / "packs"
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())


def found(
    folder: Path,
    *,
    pack: str = "museum",
    name: str | None = None,
    lang: str = "en",
    clock: Clock | None = None,
) -> dict[str, Any]:
    """Make a workspace in ``folder``, whole or not at all.

    :param name: the site's title; ``None``: the pack's.
    :returns: ``workspace``, ``site``, ``origin``, ``vkey``, and what was registered.
    :raises NotFoundError: there is no such pack.
    :raises UsageError: the folder is a workspace, or holds files of these names.
    """
    if pack not in packs():
        raise NotFoundError("pack", pack, packs())
    _check_free(folder)
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return _found(Workspace(folder), pack, name, lang, clock)
    except BaseException as fault:
        _clear(folder, whole=new)
        if isinstance(fault, OSError):
            fault.filename = fault.filename or str(folder)  # a write that fails names no file
        raise


def _check_free(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError("{folder} is a file; name a folder", folder=folder)
    if (folder / "handrail.yaml").exists():
        raise UsageError("{folder} is a workspace already", folder=folder)
    taken = [name for name in _MADE if (folder / name).exists()]
    if taken:
        raise UsageError(
            "{folder} holds {names} already; choose another folder, or move them away",
            folder=folder,
            names=", ".join(taken),
        )


def _clear(folder: Path, *, whole: bool) -> None:
    if whole:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for name in _MADE:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            for part in folder.glob(f"{name}*"):
                part.unlink(missing_ok=True)


def _found(
    workspace: Workspace, pack: str, name: str | None, lang: str, clock: Clock | None
) -> dict[str, Any]:
    _write_documents(workspace, pack, name)
    checked = _check(workspace)
    site = next(one.data for one in checked if one.data and one.data["kind"] == "site")
    origin = f"handrail.local/{site['id']}/{secrets.token_hex(4)}"
    workspace.key.parent.mkdir(mode=0o700)
    key = LogKey.generate(origin)
    key.save(workspace.key)
    workspace.verifier.write_text(f"{key.verifier}\n", encoding="utf-8")
    store = create_store(workspace.store_url(), workspace.root, origin)
    with Engine(store, person=None, lang=lang, clock=clock) as engine:
        engine.workspace = workspace
        registered = _register(engine, checked)
        signed = sign_head(engine)
    return {
        "workspace": str(workspace.root),
        "site": site["id"],
        "origin": origin,
        "vkey": str(key.verifier),
        "anchor": signed.anchor,
        "registered": registered,
        "next": _next(site),
        "head": {"size": signed.size, "root": signed.root.hex()},
    }


def _next(site: Any) -> list[str]:
    """The command that brings the library into force; where people say who they are, whose."""
    words = ["agree", "--all"]
    if site.get("identify") != "claimed":
        return words
    plan = build_site(site)
    may = (one.id for one in plan.people.values() if _roles(one) & plan.management)
    return [*words, "--as", next(may, "PERSON")]


def _roles(person: Person) -> set[str]:
    return {tenure.role for tenure in person.tenures}


def _write_documents(workspace: Workspace, pack: str, name: str | None) -> None:
    library = files("handrail.protocols")
    workspace.mark.write_text(_MARK, encoding="utf-8")
    site = (library / "packs" / pack / "site.yaml").read_text(encoding="utf-8")
    workspace.site.write_text(_local(_founded(site, name), "schemas"), encoding="utf-8")
    _copy(library, workspace.protocols, "../schemas")
    _copy(library / "scenarios", workspace.scenarios, "../schemas")
    schemas = workspace.root / "schemas"
    schemas.mkdir()
    for entry in files("handrail.schemas").iterdir():
        if entry.name.endswith(".json"):
            (schemas / entry.name).write_bytes(entry.read_bytes())


_MARK: Final = """\
# A Handrail workspace. What is in force is in the store, not in these files:
# edit, then `handrail register FILE` and `handrail agree ID`.
handrail: 1
kind: workspace
store: store.db
# Signed checkpoints of the log, where who keeps this computer cannot rewrite them:
# anchors:
#   auditor: {to: "file:/media/auditor/log.checkpoints", every: 1h}
"""


def _copy(source: Traversable, target: Path, schemas: str) -> None:
    target.mkdir()
    for entry in source.iterdir():
        if entry.name.endswith(".yaml"):
            text = _local(entry.read_text(encoding="utf-8"), schemas)
            (target / entry.name).write_text(text, encoding="utf-8")


def _local(text: str, schemas: str) -> str:
    """Point the editor's schema line to where the workspace has it."""
    return _SCHEMA_LINE.sub(rf"# yaml-language-server: $schema={schemas}/\1", text)


def _founded(text: str, name: str | None) -> str:
    """The site plan with its name, and where it has no people, the one who founds it."""
    if name is not None:
        title = json.dumps(name, ensure_ascii=False)
        text = re.sub(r"(?m)^title:.*$", lambda _: f"title: {title}", text, count=1)
        text = re.sub(r"(?m)^id:.*$", f"id: {_slug(name)}", text, count=1)
    roles = re.findall(r"(?m)^  ([a-z][a-z0-9-]*):", _section(text, "roles"))
    who = account()
    person = (
        f"people:\n  {_slug(who)}: {{name: {json.dumps(who)}, account: {json.dumps(who)}, "
        f"roles: [{', '.join(roles)}]}}"
    )
    return re.sub(r"(?m)^people: \{\}$", lambda _: person, text, count=1)


def _section(text: str, name: str) -> str:
    match = re.search(rf"(?ms)^{name}:\n(.*?)(?=^\S)", text)
    return match[1] if match else ""


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return slug if slug[:1].isalpha() else f"site-{slug}".rstrip("-")


def _check(workspace: Workspace) -> list[Checked]:
    paths = [workspace.site, *sorted(workspace.protocols.glob("*.yaml"))]
    names = [(str(path.relative_to(workspace.root)), path.read_bytes()) for path in paths]
    checked = check_all(names)
    failed = [one for one in checked if not one.ok]
    if failed:
        raise NotSoundError(failed)
    return checked


def _register(engine: Engine, checked: list[Checked]) -> list[str]:
    """Register all; the site plan is in force from the founding, which is recorded as that."""
    founder = Actor(_slug(account()), (), "os-user", host())
    library = library_actor()
    with engine.writing() as writer:
        sites = [one for one in checked if one.data and one.data["kind"] == "site"]
        for one in sites:
            put_site(engine, writer, one, founder)
        rows = [put(engine, writer, one, library) for one in checked if one not in sites]
        for row in rows:
            begin_agreement(engine, writer, row, library)
    return [str(one.data["id"]) for one in checked if one.data]
